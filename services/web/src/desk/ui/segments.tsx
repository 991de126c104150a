import type { JSX } from "preact";

/** One of a few, all in sight. */
export function Segments<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
  testid?: string;
}): JSX.Element {
  return (
    <fieldset class="segments" aria-label={props.label} data-testid={props.testid}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === props.value}
          data-value={option.value}
          onClick={() => props.onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
