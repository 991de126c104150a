/** Whether windows held, as the API tells it, and what may be said of so few. Pure. */

/** Of `looks` at the windows of so many `attempts`. */
export interface Line {
  /** Minutes before the end, a courier, an area, an hour, or a model. */
  key: string;
  name?: string;
  attempts: number;
  looks: number;
  hits: number;
  came: number;
  unknown: number;
  undelivered: number;
  /** Shares from 0 to 1: the rate of hits and its 95 % interval. */
  rate: number;
  least: number;
  most: number;
  width_p10_min?: number;
  width_p50_min?: number;
  width_p90_min?: number;
}

/** `GET /v1/desk/promises`. */
export interface Report {
  from: string;
  to: string;
  stated: number;
  attempts: number;
  delivered: number;
  /** There were more: these are the newest. */
  bounded: boolean;
  overall: Line;
  by_horizon: readonly Line[];
  by_courier: readonly Line[];
  by_area: readonly Line[];
  by_hour: readonly Line[];
  by_model: readonly Line[];
  curve: readonly { scale: number; rate: number }[];
  revisions: { mean: number; p50: number; p90: number; most: number };
}

export const DAYS = ["7", "30", "90"] as const;
export const BYS = ["courier", "area", "hour"] as const;
export type By = (typeof BYS)[number];
export const FEW = 30;

export interface Wanted {
  days: string;
  merchant: string;
  courier: string;
}

export const ALL: Wanted = { days: "30", merchant: "", courier: "" };

/** What the address asks for; what it can't mean is left out. */
export function wantedOf(query: string): Wanted {
  const given = new URLSearchParams(query);
  const days = given.get("days") ?? "";
  return {
    days: (DAYS as readonly string[]).includes(days) ? days : ALL.days,
    merchant: given.get("merchant") ?? "",
    courier: given.get("courier") ?? "",
  };
}

export function queryOf(wanted: Wanted): string {
  const query = new URLSearchParams();
  if (wanted.days !== ALL.days) query.set("days", wanted.days);
  if (wanted.merchant !== "") query.set("merchant", wanted.merchant);
  if (wanted.courier !== "") query.set("courier", wanted.courier);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

const HOUR_MS = 3_600_000;

/** The call; from a full hour on, so that it is the same call for an hour. */
export function pathOf(wanted: Wanted, now_ms: number): string {
  const from_ms = Math.floor(now_ms / HOUR_MS) * HOUR_MS - Number(wanted.days) * 24 * HOUR_MS;
  const query = new URLSearchParams({ from: new Date(from_ms).toISOString() });
  if (wanted.merchant !== "") query.set("merchant", wanted.merchant);
  if (wanted.courier !== "") query.set("courier", wanted.courier);
  return `/v1/desk/promises?${query}`;
}

export type Verdict = "none" | "few" | "below" | "above" | "holds";

/** What may be said: nothing of few, and only what the interval leaves no doubt about. */
export function verdictOf(line: Line, stated: number): Verdict {
  if (line.looks === 0) return "none";
  if (line.attempts < FEW) return "few";
  if (line.most < stated) return "below";
  return line.least > stated ? "above" : "holds";
}

export function linesOf(report: Report, by: By): readonly Line[] {
  return { courier: report.by_courier, area: report.by_area, hour: report.by_hour }[by];
}

export function share(part: number, line: Line): number {
  return line.looks === 0 ? 0 : part / line.looks;
}

/** The foot of an axis of shares: a full tenth below all that is drawn, never above `most`. */
export function footOf(lines: readonly Line[], most = 0.7): number {
  const least = Math.min(most, ...lines.filter((line) => line.looks > 0).map((line) => line.least));
  return Math.max(0, Math.floor(least * 10 + 1e-9) / 10);
}

/** Round steps for an axis from 0 that holds `most`: at most five of them. */
export function stepsTo(most: number): readonly number[] {
  const step = [5, 10, 15, 30, 60, 120, 240, 480, 1440].find((one) => one * 5 >= most) ?? Math.ceil(most / 5);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

/** `GET /v1/shipments/{id}/promises`: windows as they were shown. */
export interface ShownWindow {
  shown_at: string;
  attempt: number;
  window?: { from: string; to: string };
  grain: string;
  why: string;
  courier: string;
  courier_name?: string;
  model: string;
  ended_at?: string;
  outcome: "open" | "hit" | "came" | "miss" | "unknown";
}
