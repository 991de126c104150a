/** A window in words, as finely as it is known. Pure. */

import type { Arrival, Window } from "../contracts";
import type { Formats } from "../i18n/format";
import { fill, type Text } from "../i18n/text";

/** A shop's slot is hours on a day that is always named. */
export type Grain = Arrival["grain"] | "slot";

export interface Phrase {
  window: Window;
  grain: Grain;
  /** Such as "today", "between 14:00 and 16:00", "14:20–14:35", "tomorrow, 14:20–14:35". */
  when: string;
  /** The part of it that is not broken between lines; may be empty. */
  whole: string;
}

/** A slot as long as this is a day, not hours. */
const DAY_LONG_MS = 18 * 3_600_000;

/** How finely a shop's slot is told. */
export function ofSlot({ from_ms, to_ms }: Window): Grain {
  return to_ms - from_ms >= DAY_LONG_MS ? "day" : "slot";
}

export function phrase(
  window: Window,
  grain: Grain,
  server_ms: number,
  text: Text,
  formats: Formats,
): Phrase {
  const said = grain === "day" ? ofDays(window, server_ms, text, formats) : undefined;
  return { window, grain, ...(said ?? ofTimes(window, grain, server_ms, text, formats)) };
}

type Words = Pick<Phrase, "when" | "whole">;

/** One day, or several. The end is excluded: a slot until midnight ends on the day before. */
function ofDays({ from_ms, to_ms }: Window, server_ms: number, text: Text, formats: Formats): Words {
  const last_ms = Math.max(from_ms, to_ms - 1);
  if (formats.daysAhead(last_ms, from_ms) === 0) {
    return { when: dayOf(from_ms, server_ms, text, formats), whole: "" };
  }
  const [from, to] = [formats.date(from_ms), formats.date(last_ms)];
  return { when: fill(text.arrival.between, { from, to }), whole: "" };
}

function ofTimes(window: Window, grain: Grain, server_ms: number, text: Text, formats: Formats): Words {
  const { arrival: words } = text;
  const { from, to, range } = formats.bounds(window);
  const [first, last] = [window.from_ms, Math.max(window.from_ms, window.to_ms - 1)].map((at_ms) =>
    formats.daysAhead(at_ms, server_ms),
  );
  if (first !== last) {
    // Past midnight, yesterday's beginning is no news.
    if (last === 0) return { when: fill(words.by, { to }), whole: "" };
    const fromDay = dayOf(window.from_ms, server_ms, text, formats);
    const toDay = dayOf(window.to_ms, server_ms, text, formats);
    return { when: fill(words.overnight, { from, to, fromDay, toDay }), whole: "" };
  }
  const [span, whole] = grain === "hours" ? [fill(words.between, { from, to }), ""] : [range, range];
  if (first === 0 && grain !== "slot") return { when: span, whole };
  return { when: fill(words.dated, { day: dayOf(window.from_ms, server_ms, text, formats), span }), whole };
}

/** Such as "today", "tomorrow", "on Tuesday, 24 November". */
function dayOf(at_ms: number, server_ms: number, text: Text, formats: Formats): string {
  const days = formats.daysAhead(at_ms, server_ms);
  if (days === -1 || days === 0 || days === 1) return formats.near(days);
  const weekday = text.arrival.on[formats.weekday(at_ms)] ?? "";
  return fill(text.arrival.date, { weekday, date: formats.date(at_ms) });
}
