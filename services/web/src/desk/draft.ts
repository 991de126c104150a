/** What one is writing, over what was read. */

import { useState } from "preact/hooks";

export interface Draft<T> {
  /** What was read, as somebody else may have changed it meanwhile; once one writes, what one has written. */
  form: T;
  /** Something is written that is not saved. */
  written: boolean;
  write(next: T): void;
  /** The form as it is here was saved: it is a draft no more, unless something was typed meanwhile. */
  saved(): void;
}

export function useDraft<T>(read: T): Draft<T> {
  const [draft, setDraft] = useState<{ form: T } | null>(null);
  return {
    form: draft === null ? read : draft.form,
    written: draft !== null,
    write: (form) => setDraft({ form }),
    saved: () => setDraft((now) => (now === draft ? null : now)),
  };
}
