/** Keys of the whole desk, and the dialog that lists them. A view adds its own with `useViewKeys`. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { shell } from "../i18n/messages";
import { navigate } from "../router";
import { covers, session } from "../session";
import { VIEWS } from "../views";
import { Dialog } from "./dialog";
import { undoLast } from "./toast";

export const keysShown = signal(false);

export interface ViewKey {
  key: string;
  /** What it does. */
  text: string;
  /** Absent: the view handles it where it happens. */
  run?: () => void;
}

const viewKeys = signal<readonly ViewKey[]>([]);

/** A view's keys, for as long as it is shown. */
export function useViewKeys(keys: readonly ViewKey[]): void {
  const said = keys.map((one) => one.key + one.text).join();
  useEffect(() => {
    viewKeys.value = keys;
    return () => {
      viewKeys.value = [];
    };
  }, [said]);
}

/** Whether somebody is writing, so that a letter is a letter. */
export function isWriting(target: EventTarget | null): boolean {
  const element = target as { matches?: (selector: string) => boolean; isContentEditable?: boolean } | null;
  return (
    element?.isContentEditable === true ||
    element?.matches?.("input:not([type=checkbox]):not([type=radio]), select, textarea") === true
  );
}

const AFTER_G_MS = 1500;

export function useKeys(): void {
  useEffect(() => {
    let g_ms = 0;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !isWriting(event.target)) {
        if (undoLast()) event.preventDefault();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const afterG = event.timeStamp - g_ms < AFTER_G_MS && g_ms > 0;
      g_ms = 0;
      if (afterG) {
        const view = VIEWS.find((one) => one.key === event.key && covers(session.peek()?.role, one.needs));
        if (view) {
          event.preventDefault();
          navigate(view.path);
          return;
        }
      }
      if (event.key === "g") g_ms = event.timeStamp;
      else if (event.key === "?") keysShown.value = true;
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-search]");
        if (search === null) return;
        event.preventDefault();
        search.focus();
        search.select();
      } else
        viewKeys
          .peek()
          .find((one) => one.key === event.key)
          ?.run?.();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

export function KeysDialog(): JSX.Element {
  const { keys, nav } = shell();
  const list: readonly (readonly [string, string])[] = [
    ["?", keys.help],
    ["/", keys.search],
    [keys.arrows, keys.rows],
    [keys.enter, keys.open],
    ["Ctrl+Z", keys.undo],
    ["Esc", keys.escape],
    ...viewKeys.value.map((one) => [one.key, one.text] as const),
  ];
  const goTo = VIEWS.filter((view) => view.key !== undefined && covers(session.value?.role, view.needs));
  return (
    <Dialog
      title={keys.title}
      testid="keys"
      onClose={() => {
        keysShown.value = false;
      }}
    >
      <dl class="keys">
        {list.map(([key, what]) => (
          <div key={key + what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">{keys.goTo}</p>
      <dl class="keys">
        {goTo.map((view) => (
          <div key={view.name}>
            <dt>
              <kbd>g</kbd> <kbd>{view.key}</kbd>
            </dt>
            <dd>{nav[view.title]}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">{keys.note}</p>
    </Dialog>
  );
}
