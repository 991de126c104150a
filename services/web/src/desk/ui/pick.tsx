import type { JSX } from "preact";

/** What a list is narrowed to by one thing: its name stands in the control itself. */
export function Pick(props: {
  label: string;
  /** How the choice of none is called. */
  any: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange: (value: string) => void;
  testid?: string;
}): JSX.Element {
  // What the address asks for stands there before the names have been read.
  const known = props.value === "" || props.options.some(([value]) => value === props.value);
  return (
    <select
      aria-label={props.label}
      title={props.label}
      value={props.value}
      data-set={props.value !== "" || undefined}
      data-testid={props.testid}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      <option value="">{`${props.label}: ${props.any.toLocaleLowerCase()}`}</option>
      {!known && <option value={props.value}>{props.value}</option>}
      {props.options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
