import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { shell } from "../i18n/messages";

export type ButtonKind = "plain" | "main" | "danger" | "quiet";

export interface ButtonProps {
  children: ComponentChildren;
  kind?: ButtonKind;
  type?: "button" | "submit";
  /** While it works it is busy, and can't be pressed again. */
  onClick?: (event: MouseEvent) => unknown;
  busy?: boolean;
  disabled?: boolean;
  /** When the text isn't said by the children. */
  label?: string;
  icon?: ComponentChildren;
  small?: boolean;
  testid?: string;
  expanded?: boolean;
}

export function Button(props: ButtonProps): JSX.Element {
  const [working, setWorking] = useState(false);
  const busy = working || props.busy === true;
  const press = (event: MouseEvent) => {
    if (busy) {
      event.preventDefault();
      return;
    }
    const result = props.onClick?.(event);
    if (result instanceof Promise) {
      setWorking(true);
      void result.finally(() => setWorking(false));
    }
  };
  return (
    <button
      type={props.type ?? "button"}
      class="button"
      data-kind={props.kind ?? "plain"}
      data-small={props.small || undefined}
      data-testid={props.testid}
      aria-label={props.label}
      title={props.label}
      aria-busy={busy || undefined}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={press}
    >
      {props.icon}
      {props.children}
      {busy && <span class="unseen">{shell().ui.busy}</span>}
    </button>
  );
}

/** A round button that is only an icon; `label` says what it does. */
export function IconButton(props: {
  label: string;
  icon: ComponentChildren;
  onClick: (event: MouseEvent) => unknown;
  disabled?: boolean;
  testid?: string;
}): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.label}
      title={props.label}
      data-testid={props.testid}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.icon}
    </button>
  );
}
