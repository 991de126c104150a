/** Dragging with a pointer: what is pressed follows it, and what lies under it may take it. */

import { signal } from "@preact/signals";
import type { Carried, Target } from "./drag";

export interface Dragging {
  carried: Carried;
  label: string;
  x: number;
  y: number;
  target: Target | null;
}

export const dragging = signal<Dragging | null>(null);

/** So far the pointer may stray before it is a drag and no click. */
const SLACK_PX = 6;
const EDGE_PX = 48;
const SCROLL_PX = 14;

/** Begin with this press, if it becomes a drag; `drop` is told where it ended. */
export function press(
  event: PointerEvent,
  carried: Carried,
  label: string,
  drop: (carried: Carried, target: Target) => void,
): void {
  if (event.button !== 0 || !event.isPrimary) return;
  const start = { x: event.clientX, y: event.clientY };
  let frame = 0;
  const at = { ...start };
  let begun = false;

  const follow = () => {
    dragging.value = { carried, label, ...at, target: targetAt(at.x, at.y) };
  };
  const scroll = () => {
    frame = requestAnimationFrame(scroll);
    if (scrollNear(at.x, at.y)) follow();
  };
  const move = (next: PointerEvent) => {
    if (next.pointerId !== event.pointerId) return;
    [at.x, at.y] = [next.clientX, next.clientY];
    if (!begun) {
      if (Math.hypot(at.x - start.x, at.y - start.y) < SLACK_PX) return;
      begun = true;
      document.documentElement.dataset.dragging = "true";
      getSelection()?.removeAllRanges();
      frame = requestAnimationFrame(scroll);
    }
    next.preventDefault();
    follow();
  };
  const end = () => {
    cancelAnimationFrame(frame);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", key, true);
    window.removeEventListener("blur", end);
    delete document.documentElement.dataset.dragging;
    dragging.value = null;
  };
  const up = (last: PointerEvent) => {
    if (last.pointerId !== event.pointerId) return;
    const target = begun ? targetAt(last.clientX, last.clientY) : null;
    if (begun) swallowClick();
    end();
    if (target !== null) drop(carried, target);
  };
  const key = (pressed: KeyboardEvent) => {
    if (pressed.key !== "Escape") return;
    pressed.preventDefault();
    pressed.stopPropagation();
    end();
  };
  window.addEventListener("pointermove", move, { passive: false });
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", key, true);
  window.addEventListener("blur", end);
}

/** The click that follows letting go means nothing. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}

/** What takes a drop at this place of the window. */
function targetAt(x: number, y: number): Target | null {
  const element = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-drop]");
  if (!element) return null;
  const box = element.getBoundingClientRect();
  return targetOf(element.dataset, y > box.top + box.height / 2);
}

/** A target as its element's data says it. */
export function targetOf(data: Readonly<Record<string, string | undefined>>, after: boolean): Target | null {
  const { drop, courier = "", route = "", stop = "" } = data;
  if (drop === "pool") return { kind: "pool" };
  if (drop === "courier") return { kind: "courier", courier };
  if (drop === "stop") return { kind: "stop", courier, route, stop, after };
  return null;
}

/** Scroll what lies under the pointer when it is near an edge; whether it moved. */
function scrollNear(x: number, y: number): boolean {
  const element = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-scrolls]");
  if (!element) return false;
  const box = element.getBoundingClientRect();
  const by = y < box.top + EDGE_PX ? -SCROLL_PX : y > box.bottom - EDGE_PX ? SCROLL_PX : 0;
  if (by === 0) return false;
  const before = element.scrollTop;
  element.scrollTop += by;
  return element.scrollTop !== before;
}
