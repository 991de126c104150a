/** Times, amounts and distances as the reader writes them, in the delivery's time zone. */

import type { Money, Window } from "../contracts";
import { type Clock, clockOf, hourStyle } from "./clock";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Formats extends Clock {
  /** Such as 14:20. */
  time(at_ms: number): string;
  /** The time, with its day when that is not today. */
  moment(at_ms: number, now_ms: number): string;
  /** The day and the time: today, 14:20. */
  dated(at_ms: number, now_ms: number): string;
  /** The day alone: today, yesterday, Tue 24 Nov. */
  day(at_ms: number, now_ms: number): string;
  /** Such as 14:20–14:35, with its day when that is not today. */
  window(window: Window, now_ms: number): string;
  /** Such as 8 sec ago; null for less than 3 s. */
  ago(at_ms: number, now_ms: number): string | null;
  money(money: Money): string;
  /** Rounded to what a reader can use: 50 m, 0.1 km. */
  distance(metres: number): string;
  number(n: number): string;
}

/** `own` is the reader's IANA zone; an unknown `zone` is read as UTC. */
export function formatsOf(locale: string, zone: string, own: string): Formats {
  const timeZone = known(zone) ? zone : "UTC";
  const clock = clockOf(locale, timeZone, own);
  const hour = hourStyle(locale);
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour, minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { timeZone, weekday: "short", day: "numeric", month: "short" });
  const both = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour,
    minute: "2-digit",
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  const near = new Intl.NumberFormat(locale, { style: "unit", unit: "meter", maximumFractionDigits: 0 });
  const far = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: "kilometer",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const numbers = new Intl.NumberFormat(locale);
  const dayOf = (at_ms: number, now_ms: number) => {
    const days = clock.daysAhead(at_ms, now_ms);
    return days === 0 || days === -1 ? clock.near(days) : day.format(at_ms);
  };
  const sameDay = (a_ms: number, b_ms: number) => clock.daysAhead(a_ms, b_ms) === 0;
  return {
    ...clock,
    time: (at_ms) => time.format(at_ms),
    moment: (at_ms, now_ms) => (sameDay(at_ms, now_ms) ? time : both).format(at_ms),
    day: dayOf,
    dated: (at_ms, now_ms) => `${dayOf(at_ms, now_ms)}, ${time.format(at_ms)}`,
    window: (window, now_ms) =>
      (sameDay(window.from_ms, now_ms) && sameDay(window.to_ms, now_ms) ? time : both).formatRange(
        window.from_ms,
        window.to_ms,
      ),
    ago(at_ms, now_ms) {
      const passed_ms = Math.max(0, now_ms - at_ms);
      if (passed_ms < 3 * SECOND_MS) return null;
      if (passed_ms < MINUTE_MS) return relative.format(-Math.floor(passed_ms / SECOND_MS), "second");
      if (passed_ms < HOUR_MS) return relative.format(-Math.floor(passed_ms / MINUTE_MS), "minute");
      if (passed_ms < DAY_MS) return relative.format(-Math.floor(passed_ms / HOUR_MS), "hour");
      return relative.format(-Math.floor(passed_ms / DAY_MS), "day");
    },
    money(money) {
      const amount = Number(money.amount);
      try {
        return new Intl.NumberFormat(locale, { style: "currency", currency: money.currency }).format(amount);
      } catch {
        return `${money.amount} ${money.currency}`;
      }
    },
    distance(metres) {
      return metres < 950
        ? near.format(Math.max(50, Math.round(metres / 50) * 50))
        : far.format(Math.round(metres / 100) / 10);
    },
    number: (n) => numbers.format(n),
  };
}

function known(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
