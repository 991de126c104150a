/** What was just handed in or settled, to be taken back for a minute. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { now_ms } from "../../store";
import { Button } from "../../ui/button";
import { toast, toastError } from "../../ui/toast";
import { type CashEntry, undoLeft_s } from "./model";
import { t } from "./texts";

interface Done {
  entry: CashEntry;
  said: string;
}

const recent = signal<readonly Done[]>([]);

export function offerUndo(entry: CashEntry, said: string): void {
  recent.value = [...recent.peek(), { entry, said }];
}

export function Undos({ onUndone }: { onUndone: () => void }): JSX.Element {
  const text = t();
  const open = recent.value.filter((one) => undoLeft_s(one.entry, now_ms.value) > 0);
  const undo = async ({ entry }: Done) => {
    try {
      await api.call("DELETE", `/v1/cash/entries/${encodeURIComponent(entry.entry)}`);
      toast({ message: text.undone });
      recent.value = recent.peek().filter((one) => one.entry.entry !== entry.entry);
    } catch (error) {
      toastError(error);
    }
    onUndone();
  };
  return (
    <div role="status" class="stack" data-testid="undos">
      {open.map((one) => (
        <div key={one.entry.entry} class="note" data-tone="good">
          <span>{one.said}</span>
          <Button small onClick={() => undo(one)} testid="undo-cash">
            {plural(text.undo, undoLeft_s(one.entry, now_ms.value))}
          </Button>
        </div>
      ))}
    </div>
  );
}
