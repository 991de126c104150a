/** One shipment's record: what the API tells of it, and what may be done with it. Pure. */

import type { Language, Money } from "../../../contracts";
import type { Row } from "../shipments/model";

/** A line of the history. `at` is when it happened; `courier` who carried it then. */
export interface Entry {
  seq: number;
  status: string;
  tag?: string;
  at: string;
  attempt?: number | null;
  place?: string | null;
  courier?: string | null;
  courier_name?: string | null;
  note?: string | null;
  taken_by?: string | null;
  cash?: Money | null;
  proofs?: readonly string[] | null;
}

export interface LinkRow {
  link_id: string;
  expires_at: string;
  created_at?: string | null;
  revoked?: boolean;
}

export interface Recipient {
  name?: string | null;
  phone?: string | null;
  email?: string | null;
  line?: string | null;
  city?: string | null;
  postcode?: string | null;
  floor?: string | null;
  bell?: string | null;
  note?: string | null;
  lon?: number | null;
  lat?: number | null;
  language?: Language | null;
}

/** Where its cash went: `entry` is the hand-in or settlement it is part of. */
export interface LedgerEntry {
  kind: string;
  at: string;
  amount: Money;
  entry?: string | null;
  by?: string | null;
  undone_at?: string | null;
}

/** `GET /v1/shipments/{id}/record`. */
export interface ShipmentRecord {
  shipment: Row;
  recipient?: Recipient | null;
  history: readonly Entry[];
  links: readonly LinkRow[];
  courier_phone?: string | null;
  ledger: readonly LedgerEntry[];
}

/** `GET /v1/shipments/{id}/proofs`: pictures by short-lived addresses. */
export interface Proof {
  seq: number;
  /** Absent: it is kept no longer. */
  url?: string | null;
  kind?: string | null;
}

export type LinkState = "good" | "expired" | "revoked";

export function linkState(link: LinkRow, now_ms: number): LinkState {
  if (link.revoked === true) return "revoked";
  return Date.parse(link.expires_at) <= now_ms ? "expired" : "good";
}

/** Good ones first, and of each kind the newest first. */
export function linksInOrder(links: readonly LinkRow[], now_ms: number): readonly LinkRow[] {
  const rank = { good: 0, expired: 1, revoked: 2 };
  const made = (link: LinkRow) => Date.parse(link.created_at ?? link.expires_at);
  return [...links].sort(
    (a, b) => rank[linkState(a, now_ms)] - rank[linkState(b, now_ms)] || made(b) - made(a),
  );
}

/** The history with the newest on top. Two at one instant stand as they were recorded. */
export function newestFirst(history: readonly Entry[]): readonly Entry[] {
  return [...history].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || (b.seq ?? 0) - (a.seq ?? 0));
}

/** The pictures that belong to a line. */
export function proofsOf(entry: Entry, proofs: readonly Proof[]): readonly Proof[] {
  return proofs.filter((proof) => proof.seq === entry.seq);
}

/** The cash's steps as they hold, the newest first; what was taken back is none. */
export function stepsOf(ledger: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return ledger
    .filter((entry) => entry.undone_at == null)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** What staff may report for somebody who can't: the everyday outcomes first. */
export const OUTCOMES = [
  "Delivered_001",
  "Delivered_004",
  "Delivered_005",
  "AttemptFail_002",
  "AttemptFail_003",
  "AvailableForPickup_001",
  "Exception_003",
  "Exception_004",
  "Exception_005",
  "Exception_007",
  "Exception_012",
  "Exception_013",
  "Exception_101",
  "Exception_102",
  "Exception_103",
  "Exception_010",
  "Exception_011",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export interface OutcomeForm {
  status: Outcome;
  /** Local time as the field gives it: YYYY-MM-DDTHH:MM, of the delivery's zone; empty: now. */
  at: string;
  taken_by: string;
  note: string;
  cash: string;
}

export type OutcomeFault = "future" | "bad_time" | "bad_amount" | "taken_by_missing";

/** What is wrong with the form; null: it can be sent. */
export function faultOf(
  form: OutcomeForm,
  row: Pick<Row, "cash" | "zone">,
  now_ms: number,
): OutcomeFault | null {
  if (form.at !== "") {
    const at_ms = instantIn(form.at, row.zone ?? "UTC");
    if (at_ms === null) return "bad_time";
    if (at_ms > now_ms + 60_000) return "future";
  }
  if (form.status === "Delivered_005" && form.taken_by.trim() === "") return "taken_by_missing";
  if (asksCash(form.status) && form.cash !== "" && amountOf(form.cash) === null) return "bad_amount";
  return null;
}

/** Whether money may have been taken with this outcome. */
export function asksCash(status: string): boolean {
  return status.startsWith("Delivered_");
}

/** The body of `POST /v1/shipments/{id}/events`; the form has no fault. */
export function reportOf(
  form: OutcomeForm,
  row: Pick<Row, "cash" | "zone">,
  event_id: string,
  now_ms: number,
): Record<string, unknown> {
  const at_ms = form.at === "" ? now_ms : (instantIn(form.at, row.zone ?? "UTC") ?? now_ms);
  const amount = asksCash(form.status) ? amountOf(form.cash) : null;
  const currency = row.cash?.currency;
  return {
    event_id,
    substatus: form.status,
    at: new Date(Math.min(at_ms, now_ms)).toISOString(),
    ...(form.note.trim() === "" ? {} : { note: form.note.trim() }),
    ...(form.taken_by.trim() === "" ? {} : { taken_by: form.taken_by.trim() }),
    ...(amount === null || currency === undefined ? {} : { cash: { amount, currency } }),
  };
}

/** An amount as people write it (24,9 or 24.90), as the API writes it; null when it is none. */
export function amountOf(text: string): string | null {
  const match = /^\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  if (match === null) return null;
  return match[2] === undefined ? `${match[1]}.00` : `${match[1]}.${match[2].padEnd(2, "0")}`;
}

/** The instant at which clocks of the zone show this (YYYY-MM-DDTHH:MM); null when it is no time. */
export function instantIn(local: string, zone: string): number | null {
  const as_utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? Date.parse(`${local}:00Z`) : Number.NaN;
  if (Number.isNaN(as_utc)) return null;
  // Twice: the offset at the first guess may be that of the other side of a change of clocks.
  const first = as_utc - offsetOf(zone, as_utc);
  return as_utc - offsetOf(zone, first);
}

/** What clocks of the zone show at the instant, as a field of date and time takes it. */
export function localIn(at_ms: number, zone: string): string {
  return new Date(at_ms + offsetOf(zone, at_ms)).toISOString().slice(0, 16);
}

/** The zone's distance from UTC at the instant, in ms; an unknown zone is read as UTC. */
function offsetOf(zone: string, at_ms: number): number {
  try {
    const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
    const name = parts.formatToParts(at_ms).find((part) => part.type === "timeZoneName")?.value ?? "";
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
    if (match === null) return 0;
    return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  } catch {
    return 0;
  }
}
