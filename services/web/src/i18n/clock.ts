/** Calendar days and windows of the delivery's time zone, over midnight and where the clocks change. */

import type { Window } from "../contracts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Clock {
  /** Calendar days of the delivery's zone from `now_ms` to `at_ms`: 0 today, 1 tomorrow, -1 yesterday. */
  daysAhead(at_ms: number, now_ms: number): number;
  /** Yesterday, today or tomorrow as the language says it. */
  near(days: -1 | 0 | 1): string;
  /** 0 is Sunday. */
  weekday(at_ms: number): number;
  /** Such as 24 November. */
  date(at_ms: number): string;
  /** The day as calendars write it: 20261124. `later` days after it. */
  ymd(at_ms: number, later?: number): string;
  /** A window's bounds and both as a range, with the zone's name where the clocks change about that time. */
  bounds(window: Window): Bounds;
  /** The same window as the reader's clock shows it; null where that shows what the delivery's does. */
  own(window: Window): string | null;
  /** The zone's name when the reader's clock shows another time than the delivery's; otherwise null. */
  zone(at_ms: number): string | null;
}

export interface Bounds {
  from: string;
  to: string;
  range: string;
}

/** `timeZone` is the delivery's, `own` the reader's. */
export function clockOf(locale: string, timeZone: string, own: string): Clock {
  const hour = hourStyle(locale);
  const clock = { timeZone, hour, minute: "2-digit" } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const named = new Intl.DateTimeFormat(locale, { ...clock, timeZoneName: "short" });
  const date = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "long" });
  const here = new Intl.DateTimeFormat(locale, { ...clock, timeZone: own });
  const hereDated = new Intl.DateTimeFormat(locale, {
    ...clock,
    timeZone: own,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const day = (at_ms: number) => dayNumber(timeZone, at_ms);
  const away = (at_ms: number) => offset(own, at_ms) !== offset(timeZone, at_ms);
  return {
    daysAhead: (at_ms, now_ms) => day(at_ms) - day(now_ms),
    near: (days) => near.format(days, "day"),
    weekday: (at_ms) => new Date(day(at_ms) * DAY_MS).getUTCDay(),
    date: (at_ms) => date.format(at_ms),
    ymd: (at_ms, later = 0) =>
      new Date((day(at_ms) + later) * DAY_MS).toISOString().slice(0, 10).replaceAll("-", ""),
    bounds({ from_ms, to_ms }) {
      // 03:30 may come twice in a night, and 03:50 to 03:10 may be right: with the zone it can be read.
      const turns = offset(timeZone, from_ms - HOUR_MS) !== offset(timeZone, to_ms + HOUR_MS);
      if (turns || day(from_ms) !== day(to_ms)) {
        const shown = turns ? named : time;
        const [from, to] = [kept(shown.format(from_ms)), kept(shown.format(to_ms))];
        return { from, to, range: `${from}–${to}` };
      }
      return parted(time.formatRangeToParts(from_ms, to_ms));
    },
    own({ from_ms, to_ms }) {
      if (!away(from_ms) && !away(to_ms)) return null;
      const same = [from_ms, to_ms].every((at_ms) => day(at_ms) === dayNumber(own, at_ms));
      return (same ? here : hereDated).formatRange(from_ms, to_ms);
    },
    zone: (at_ms) => (away(at_ms) ? part(locale, timeZone, "long", at_ms) : null),
  };
}

/** A range and its two ends; what both share, such as PM, goes with the second. */
function parted(parts: readonly Intl.DateTimeRangeFormatPart[]): Bounds {
  const written = (some: readonly Intl.DateTimeRangeFormatPart[]) =>
    kept(some.map(({ value }) => value).join(""));
  const second = parts.findIndex(({ source }) => source === "endRange");
  const range = written(parts);
  if (second < 0) return { from: range, to: range, range }; // both within one minute
  const from = written(parts.filter(({ source }) => source === "startRange"));
  return { from: from.trim(), to: written(parts.slice(second)), range };
}

/** With PM, or the zone, on the line of its time. */
function kept(time: string): string {
  return time.replace(/\s+(?=\p{L})/gu, "\u00a0");
}

/** Hours in two digits, but where the day has two halves: 02:20 PM is not how it is written. */
export function hourStyle(locale: string): "numeric" | "2-digit" {
  const { hour12 } = new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions();
  return hour12 === true ? "numeric" : "2-digit";
}

const DATES = new Map<string, Intl.DateTimeFormat>();

/** Days since 1970 on this zone's calendar: a day of 23 or 25 hours is one. */
function dayNumber(timeZone: string, at_ms: number): number {
  let format = DATES.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
    DATES.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(at_ms).map(({ type, value }) => [type, Number(value)]));
  const [year = 1970, month = 1, day = 1] = [parts.get("year"), parts.get("month"), parts.get("day")];
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

/** Such as GMT+02:00: two zones that show the same time have the same. */
function offset(timeZone: string, at_ms: number): string {
  return part("en", timeZone, "longOffset", at_ms);
}

const NAMES = new Map<string, Intl.DateTimeFormat>();

function part(locale: string, timeZone: string, style: "longOffset" | "long", at_ms: number): string {
  const key = `${locale} ${timeZone} ${style}`;
  let format = NAMES.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: style });
    NAMES.set(key, format);
  }
  return format.formatToParts(at_ms).find((piece) => piece.type === "timeZoneName")?.value ?? timeZone;
}
