/** A shop's service levels: what may be entered, and how it is written. Pure. */

import { idOf } from "../couriers/model";

export interface DaySlot {
  start: string;
  end: string;
  capacity?: number | null;
}

/** A level of `GET /v1/merchants/{merchant}/service-levels`. */
export interface Level {
  level: string;
  name: string;
  slots: readonly DaySlot[];
  cut_off: string;
  lead_days: number;
  /** 1 Monday to 7 Sunday. */
  packing_days: readonly number[];
  delivery_days: readonly number[];
  postcodes: readonly string[];
  capacity?: number | null;
  holidays?: string | null;
  closed: readonly string[];
  open: readonly string[];
  imports: boolean;
}

export interface Levels {
  merchant: string;
  zone: string;
  levels: readonly Level[];
}

/** A slot of `GET /v1/merchants/{merchant}/slots`. */
export interface Offered {
  level: string;
  text: string;
  from: string;
  left?: number | null;
}

export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** What stands in the fields; `level` is empty until it is saved. */
export interface LevelForm {
  level: string;
  name: string;
  cut_off: string;
  lead_days: string;
  packing_days: readonly number[];
  delivery_days: readonly number[];
  slots: string;
  postcodes: string;
  capacity: string;
  holidays: string;
  closed: string;
  open: string;
  imports: boolean;
}

export type LevelField = Exclude<keyof LevelForm, "level" | "imports">;

export const NEW_LEVEL: LevelForm = {
  level: "",
  name: "",
  cut_off: "16:00",
  lead_days: "1",
  packing_days: [1, 2, 3, 4, 5],
  delivery_days: [1, 2, 3, 4, 5],
  slots: "10:00-14:00, 14:00-18:00",
  postcodes: "",
  capacity: "",
  holidays: "",
  closed: "",
  open: "",
  imports: false,
};

export function levelForm(level: Level): LevelForm {
  return {
    ...level,
    lead_days: String(level.lead_days),
    slots: level.slots.map(written).join(", "),
    postcodes: level.postcodes.join(", "),
    capacity: level.capacity ? String(level.capacity) : "",
    holidays: level.holidays ?? "",
    closed: level.closed.join(", "),
    open: level.open.join(", "),
  };
}

function written(slot: DaySlot): string {
  return `${slot.start}-${slot.end}${slot.capacity ? ` (${slot.capacity})` : ""}`;
}

const parts = (text: string) =>
  text
    .split(/[,;\n]+/)
    .map((part) => part.trim())
    .filter(Boolean);

const SLOT = /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?\s*(?:\((\d{1,6})\))?$/;

/** `10-14, 14:00-18:00 (20)`: parts of the day, each with so many parcels at most; null: it can't be read. */
export function slotsOf(text: string): DaySlot[] | null {
  const found: DaySlot[] = [];
  for (const part of parts(text)) {
    const match = SLOT.exec(part);
    const start = clock(match?.[1], match?.[2]);
    const end = clock(match?.[3], match?.[4]);
    if (!match || start === null || end === null || start === end) return null;
    if (found.some((slot) => slot.start === start && slot.end === end)) return null;
    const capacity = match[5] === undefined ? undefined : Number(match[5]);
    if (capacity !== undefined && (capacity < 1 || capacity > 100_000)) return null;
    found.push({ start, end, ...(capacity === undefined ? {} : { capacity }) });
  }
  return found.length > 0 && found.length <= 24 ? found : null;
}

/** Midnight, as an end, is written `24:00` too. */
function clock(hour: string | undefined, minute = "00"): string | null {
  if (hour === undefined || Number(minute) > 59) return null;
  const hours = Number(hour) === 24 && minute === "00" ? 0 : Number(hour);
  return hours > 23 ? null : `${String(hours).padStart(2, "0")}:${minute}`;
}

/** Dates as `2026-12-24`; null: one is none. */
export function datesOf(text: string): string[] | null {
  const found = parts(text);
  const good = (day: string) => {
    const at = new Date(`${day}T00:00:00Z`);
    return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(+at) && at.toISOString().startsWith(day);
  };
  return found.every(good) && found.length <= 200 ? found : null;
}

export function levelFaults(form: LevelForm): ReadonlySet<LevelField> {
  const faults = new Set<LevelField>();
  const whole = (text: string, min: number, max: number) =>
    /^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;
  if (form.name.trim() === "") faults.add("name");
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(form.cut_off)) faults.add("cut_off");
  if (!whole(form.lead_days, 0, 20)) faults.add("lead_days");
  if (form.packing_days.length === 0) faults.add("packing_days");
  if (form.delivery_days.length === 0) faults.add("delivery_days");
  if (slotsOf(form.slots) === null) faults.add("slots");
  if (!parts(form.postcodes).every((prefix) => /^[A-Za-z0-9 -]{1,12}$/.test(prefix))) faults.add("postcodes");
  if (form.capacity.trim() !== "" && !whole(form.capacity, 1, 100_000)) faults.add("capacity");
  if (form.holidays.trim() !== "" && !/^[A-Z]{2}(-[A-Z0-9]{1,6})?$/.test(form.holidays.trim())) {
    faults.add("holidays");
  }
  const closed = datesOf(form.closed);
  const open = datesOf(form.open);
  if (closed === null) faults.add("closed");
  if (open === null || open.some((day) => closed?.includes(day))) faults.add("open");
  return faults;
}

/** The body of `PUT .../service-levels`; no form has a fault. What has no id yet gets one of its name. */
export function levelsBody(forms: readonly LevelForm[]): { levels: unknown[] } {
  const taken = new Set(forms.map((form) => form.level).filter(Boolean));
  return {
    levels: forms.map((form) => {
      const level = form.level || idOf(form.name, taken);
      taken.add(level);
      return {
        level,
        name: form.name.trim(),
        cut_off: form.cut_off,
        lead_days: Number(form.lead_days),
        packing_days: form.packing_days,
        delivery_days: form.delivery_days,
        slots: slotsOf(form.slots),
        postcodes: parts(form.postcodes),
        ...(form.capacity.trim() === "" ? {} : { capacity: Number(form.capacity) }),
        ...(form.holidays.trim() === "" ? {} : { holidays: form.holidays.trim() }),
        closed: datesOf(form.closed),
        open: datesOf(form.open),
        imports: form.imports,
      };
    }),
  };
}

/** The days with this one added, or taken out. */
export function toggled(days: readonly number[], day: number): number[] {
  return days.includes(day) ? days.filter((one) => one !== day) : [...days, day].sort((a, b) => a - b);
}

/** Where a preview asks: ordered now, to this postcode. */
export function slotsPath(merchant: string, postcode: string, language: string): string {
  const query = new URLSearchParams({ postcode: postcode.trim(), language, limit: "4" });
  return `/v1/merchants/${encodeURIComponent(merchant)}/slots?${query}`;
}
