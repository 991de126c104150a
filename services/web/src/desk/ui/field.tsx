import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { shell } from "../i18n/messages";

export interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong and what to do; said when it appears. */
  error?: string | null | undefined;
  /** Handed the ids that tie the control to its label, hint and error. */
  children: (ties: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean | undefined;
  }) => ComponentChildren;
}

export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  const described = [props.hint ? `${id}-hint` : "", props.error ? `${id}-error` : ""]
    .filter(Boolean)
    .join(" ");
  return (
    <div class="field" data-bad={props.error ? true : undefined}>
      <label for={id}>{props.label}</label>
      {props.children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": props.error ? true : undefined,
      })}
      {props.hint && (
        <div class="hint" id={`${id}-hint`}>
          {props.hint}
        </div>
      )}
      {props.error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {props.error}
        </p>
      )}
    </div>
  );
}

export interface TextFieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  type?: "text" | "email" | "password" | "tel" | "date" | "number" | "search" | "url";
  name?: string;
  autocomplete?: string;
  inputMode?: "numeric" | "decimal" | "email" | "tel" | "text";
  required?: boolean;
  maxLength?: number;
  autofocus?: boolean;
  testid?: string;
}

/** A line of text with its label; a password can be shown. */
export function TextField(props: TextFieldProps): JSX.Element {
  const [shown, setShown] = useState(false);
  const { ui } = shell();
  const secret = props.type === "password";
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(ties) => (
        <div class="input">
          <input
            {...ties}
            type={(secret && shown ? "text" : (props.type ?? "text")) as "text"}
            name={props.name}
            value={props.value}
            autocomplete={props.autocomplete ?? "off"}
            inputMode={props.inputMode}
            required={props.required}
            maxLength={props.maxLength}
            autofocus={props.autofocus}
            spellcheck={secret ? false : undefined}
            data-testid={props.testid}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
          {secret && (
            <button type="button" class="in-field" aria-pressed={shown} onClick={() => setShown(!shown)}>
              {shown ? ui.hidePassword : ui.showPassword}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

export function Choice<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
  hint?: ComponentChildren;
  error?: string | null;
  testid?: string;
}): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {(ties) => (
        <select
          {...ties}
          value={props.value}
          data-testid={props.testid}
          onChange={(event) => props.onChange(event.currentTarget.value as V)}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
