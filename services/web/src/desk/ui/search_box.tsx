import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Cross } from "../../ui/icons";
import { shell } from "../i18n/messages";
import { Search } from "./icons";

/** A search; the first on the page is where `/` goes. */
export function SearchBox(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** Enter. */
  onSubmit?: () => void;
  placeholder?: string;
  testid?: string;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const { ui } = shell();
  return (
    <search class="search-box">
      <Search />
      <input
        ref={input}
        type="search"
        aria-label={props.label}
        aria-keyshortcuts="/"
        placeholder={props.placeholder ?? props.label}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        data-search
        data-testid={props.testid}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") props.onSubmit?.();
          if (event.key === "Escape" && props.value !== "") {
            event.stopPropagation();
            props.onInput("");
          }
        }}
      />
      {props.value !== "" && (
        <button
          type="button"
          class="in-field"
          aria-label={ui.clear}
          onClick={() => {
            props.onInput("");
            input.current?.focus();
          }}
        >
          <Cross />
        </button>
      )}
    </search>
  );
}
