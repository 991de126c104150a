/** A file of parcels on its way to couriers: how far it is, what is wrong with which row. Pure. */

export type ImportState = "reading" | "geocoding" | "planning" | "ready" | "applying" | "done" | "failed";

/** What is wrong and what to do; `confirm`: it is right if somebody says so. */
export interface RowError {
  field: string;
  code: string;
  message: string;
  what_to_do: string;
  confirm?: boolean;
}

export interface ImportRow {
  row: number;
  ok: boolean;
  confirmed?: boolean;
  errors?: readonly RowError[];
  recognised?: Readonly<Record<string, unknown>>;
  lon?: number | null;
  lat?: number | null;
  shipment?: string | null;
}

export interface ImportRoute {
  courier_id: string;
  courier_name?: string | null;
  route: string;
  stops: readonly { rows: readonly number[] }[];
  duration_s: number;
  distance_m: number;
  made?: boolean;
}

export interface Counts {
  total: number;
  good: number;
  confirm: number;
  bad: number;
  registered: number;
}

export interface ImportSummary {
  import_id: string;
  merchant: string;
  state: ImportState;
  created_at: string;
  expires_at: string;
}

export interface ImportDocument extends ImportSummary {
  progress?: number | null;
  columns?: readonly { column: string; meaning?: string | null; by: "heading" | "content" | "none" }[];
  counts: Counts;
  rows?: readonly ImportRow[];
  routes?: readonly ImportRoute[];
  error?: string | null;
  fault?: RowError | null;
}

/** The steps as one sees them. */
export const STEPS = ["reading", "geocoding", "planning", "ready", "done"] as const;

/** The step that a state is at; a failed import is at none. */
export function stepOf(state: ImportState): number {
  if (state === "applying") return STEPS.indexOf("ready");
  return (STEPS as readonly string[]).indexOf(state);
}

/** Whether it goes on by itself, so that it is asked for again. */
export function moving(state: ImportState): boolean {
  return state === "reading" || state === "geocoding" || state === "planning" || state === "applying";
}

/** Good: it is made. Doubtful: it is made if somebody says that it is right. Bad: it is not. */
export type RowKind = "good" | "doubtful" | "bad";

export function kindOf(row: ImportRow, confirmed: ReadonlySet<number>): RowKind {
  if (row.ok) return "good";
  const errors = row.errors ?? [];
  if (errors.length === 0 || !errors.every((error) => error.confirm === true)) return "bad";
  return confirmed.has(row.row) ? "good" : "doubtful";
}

/** How many would be made. */
export function wouldBeMade(rows: readonly ImportRow[], confirmed: ReadonlySet<number>): number {
  return rows.filter((row) => kindOf(row, confirmed) === "good").length;
}

/** Rows to show: all, or only those that need somebody (a doubtful one stays once it is confirmed). */
export function shown(rows: readonly ImportRow[], onlyErrors: boolean): readonly ImportRow[] {
  return onlyErrors ? rows.filter((row) => !row.ok) : rows;
}

/** Rows that can be confirmed. */
export function doubtful(rows: readonly ImportRow[]): readonly number[] {
  const none = new Set<number>();
  return rows.filter((row) => kindOf(row, none) === "doubtful").map((row) => row.row);
}

/** What was recognised of a row, for people: its address, its town, what is paid. */
export function cellOf(row: ImportRow, field: string): string {
  const value = row.recognised?.[field];
  if (value == null || value === "") return "";
  if (typeof value !== "object") return String(value);
  const money = value as { amount?: unknown; currency?: unknown };
  return money.amount === undefined ? "" : `${money.amount} ${money.currency ?? ""}`.trim();
}

export const MAX_BYTES = 2 * 1000 * 1000;

export type FileFault = "not_csv" | "empty" | "too_large";

/** What is wrong with a file before it is sent; null: nothing that can be seen. */
export function fileFault(file: { name: string; type: string; size: number }): FileFault | null {
  if (file.size === 0) return "empty";
  if (file.size > MAX_BYTES) return "too_large";
  const csv = /\.(csv|tsv|txt)$/i.test(file.name) || /csv|text\/plain|tab-separated/.test(file.type);
  return csv ? null : "not_csv";
}

export function stopsOf(routes: readonly ImportRoute[]): number {
  return routes.reduce((sum, route) => sum + route.stops.length, 0);
}

/** So many rows are drawn at once. */
export const PAGE = 100;
