/** Which sheet lies on the day. Each is an entry of the browser's history: the phone's back button closes it. */

import { signal } from "@preact/signals";

export type View =
  | { name: "stop"; stop: string }
  | { name: "deliver"; stop: string }
  | { name: "fail"; stop: string }
  | { name: "problem"; stop: string }
  | { name: "navigate"; stop: string }
  | { name: "order"; route: string }
  | { name: "unsent" }
  | { name: "background" };

export const stack = signal<readonly View[]>([]);

export function show(view: View): void {
  stack.value = [...stack.value, view];
  history.pushState({ depth: stack.value.length }, "");
}

export function back(): void {
  history.back();
}

/** Down to the day. */
export function home(): void {
  const depth = stack.value.length;
  if (depth > 0) history.go(-depth);
}

/** Call once. A reload begins at the day, whatever the history says. */
export function follow(): void {
  history.replaceState({ depth: 0 }, "");
  window.addEventListener("popstate", (event) => {
    const depth = Number((event.state as { depth?: unknown } | null)?.depth ?? 0);
    stack.value = stack.value.slice(0, Math.min(depth, stack.value.length));
  });
}
