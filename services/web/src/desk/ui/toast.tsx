import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Cross } from "../../ui/icons";
import { isAbort } from "../api";
import { shell } from "../i18n/messages";
import { Button, IconButton } from "./button";
import { sentenceOf } from "./error_note";

export interface Toast {
  message: string;
  tone?: "good" | "bad" | "plain";
  /** Takes back what was done; it may take a while. */
  undo?: () => Promise<unknown>;
}

const SHOWN_MS = 7_000;
const UNDO_MS = 20_000;

/** What is being said. */
export const toasts = signal<readonly (Toast & { id: number })[]>([]);
let last = 0;

/** Say that something was done, and offer to take it back. */
export function toast(next: Toast): void {
  last += 1;
  // What was done before can be undone only until something else is done: two undos in the wrong order surprise.
  const before = next.undo ? toasts.peek().filter((t) => t.undo === undefined) : toasts.peek();
  toasts.value = [...before.slice(-2), { ...next, id: last }];
}

/** Say what went wrong; nothing when the view was left. */
export function toastError(error: unknown): void {
  if (!isAbort(error)) toast({ message: sentenceOf(error), tone: "bad" });
}

function drop(id: number): void {
  toasts.value = toasts.peek().filter((t) => t.id !== id);
}

async function undo(one: Toast & { id: number }): Promise<void> {
  drop(one.id);
  try {
    await one.undo?.();
    toast({ message: shell().ui.undone });
  } catch (error) {
    toast({ message: `${shell().ui.undoFailed} ${sentenceOf(error)}`, tone: "bad" });
  }
}

/** Offer no way back any more: something else is being done, and the old way would lead past it. */
export function withdrawUndo(): void {
  toasts.value = toasts.peek().filter((t) => t.undo === undefined);
}

/** Take back what was done last, if that is still offered; whether there was anything. */
export function undoLast(): boolean {
  const one = toasts.peek().findLast((t) => t.undo !== undefined);
  if (one === undefined) return false;
  void undo(one);
  return true;
}

/** Where toasts appear; once in the page. */
export function Toasts(): JSX.Element {
  return (
    <section class="toasts" aria-label={shell().ui.messages} aria-live="polite">
      {toasts.value.map((one) => (
        <One key={one.id} toast={one} />
      ))}
    </section>
  );
}

function One({ toast: one }: { toast: Toast & { id: number } }): JSX.Element {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => drop(one.id), one.undo ? UNDO_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, one]);
  return (
    <div
      class="toast"
      data-tone={one.tone ?? "plain"}
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <p>{one.message}</p>
      {one.undo && (
        <Button small kind="quiet" testid="undo" onClick={() => undo(one)}>
          {shell().ui.undo}
        </Button>
      )}
      <IconButton label={shell().ui.dismiss} icon={<Cross />} onClick={() => drop(one.id)} />
    </div>
  );
}
