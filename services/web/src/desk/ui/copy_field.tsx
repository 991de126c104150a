/** Something to be copied as it is: a link, a key, a value for an app. */

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { CopyButton } from "./copy";

export function CopyField(props: {
  label: string;
  value: string;
  /** The label is read but not shown. */
  bare?: boolean;
  testid?: string;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field copy-field">
      <label class={props.bare ? "unseen" : undefined} for={id}>
        {props.label}
      </label>
      <div class="input">
        <input
          id={id}
          readOnly
          value={props.value}
          data-testid={props.testid}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={props.value} />
      </div>
    </div>
  );
}
