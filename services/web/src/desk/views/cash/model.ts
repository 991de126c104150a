/** Cash on delivery from the door to the shop: who owes what to whom. Pure. */

import type { Money } from "../../../contracts";

export type CashState = "collected" | "handed_in" | "settled";
/** So many parcels are shown of a pile, the newest; the rest follows when they are handed on. */
export const ROWS = 500;

/** A shipment's cash, of `GET /v1/cash`. */
export interface CashRow {
  shipment: string;
  order_number: string;
  merchant: string;
  shop: string;
  courier?: string | null;
  courier_name?: string | null;
  amount: Money;
  /** What was to be taken, where it differs. */
  due?: Money | null;
  taken_at: string;
  state: CashState;
  handed_in_at?: string | null;
  settled_at?: string | null;
}

/** A sum in one currency of all that was asked for, beyond the page. */
export interface CashSum {
  key: string;
  name: string;
  state: CashState;
  amount: Money;
  shipments: number;
}

export interface CashPage {
  rows: readonly CashRow[];
  couriers: readonly CashSum[];
  merchants: readonly CashSum[];
  next?: string | null;
}

/** A hand-in or a settlement as it was written down. */
export interface CashEntry {
  entry: string;
  kind: "hand_in" | "settlement";
  /** The courier, or the shop. */
  party: string;
  at: string;
  by_name: string;
  sums: readonly Money[];
  shipments: readonly string[];
  undo_until?: string | null;
  undone_at?: string | null;
}

/** What is looked at: with couriers, in the office, or what has been written down. */
export type Tab = "collected" | "handed_in" | "entries";
export const TABS: readonly Tab[] = ["collected", "handed_in", "entries"];

/** What one courier holds, or one shop is owed: sums by currency, of so many parcels. */
export interface Pile {
  key: string;
  name: string;
  sums: readonly Money[];
  shipments: number;
}

/** Exact sums by currency, the currencies in the order in which they appear. */
export function sums(amounts: Iterable<Money>): readonly Money[] {
  const cents = new Map<string, bigint>();
  for (const { amount, currency } of amounts) {
    cents.set(currency, (cents.get(currency) ?? 0n) + inCents(amount));
  }
  return [...cents].map(([currency, sum]) => ({ amount: fromCents(sum), currency }));
}

function inCents(amount: string): bigint {
  const [whole = "0", part = ""] = amount.replace("-", "").split(".");
  const value = BigInt(whole) * 100n + BigInt(part.padEnd(2, "0").slice(0, 2));
  return amount.startsWith("-") ? -value : value;
}

function fromCents(cents: bigint): string {
  const size = cents < 0n ? -cents : cents;
  return `${cents < 0n ? "-" : ""}${size / 100n}.${String(size % 100n).padStart(2, "0")}`;
}

/** What was taken less what was due; null: as much as was due, or of another currency. */
export function difference(row: CashRow): Money | null {
  if (row.due == null || row.due.currency !== row.amount.currency) return null;
  const cents = inCents(row.amount.amount) - inCents(row.due.amount);
  return cents === 0n ? null : { amount: fromCents(cents), currency: row.amount.currency };
}

/** The sums of a state as piles, by name as the reader's language orders them. */
export function pilesOf(found: readonly CashSum[], state: CashState, locale: string): readonly Pile[] {
  const piles = new Map<string, Pile>();
  for (const sum of found) {
    if (sum.state !== state) continue;
    const pile = piles.get(sum.key);
    piles.set(sum.key, {
      key: sum.key,
      name: sum.name || sum.key,
      sums: [...(pile?.sums ?? []), sum.amount],
      // One parcel is paid in one currency: counts of several add up.
      shipments: (pile?.shipments ?? 0) + sum.shipments,
    });
  }
  return [...piles.values()].sort((a, b) => a.name.localeCompare(b.name, locale));
}

/** Where a pile's rows are read. */
export function toQuery(by: "courier" | "merchant", key: string, state: CashState): string {
  return `/v1/cash?${new URLSearchParams({ [by]: key, state, limit: String(ROWS) })}`;
}

/** By whom the cash of a state is looked at: couriers bring it, shops get it. */
export function byOf(state: CashState): "courier" | "merchant" {
  return state === "collected" ? "courier" : "merchant";
}

/** The sums of the ticked rows. */
export function ticked(rows: readonly CashRow[], chosen: ReadonlySet<string>): readonly Money[] {
  return sums(rows.filter((row) => chosen.has(row.shipment)).map((row) => row.amount));
}

/** The choice with one more or one less. */
export function toggled(chosen: ReadonlySet<string>, shipment: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(shipment)) next.add(shipment);
  return next;
}

/** Whole seconds left to take an entry back; 0: too late. */
export function undoLeft_s(entry: Pick<CashEntry, "undo_until">, now_ms: number): number {
  const until_ms = entry.undo_until == null ? 0 : Date.parse(entry.undo_until);
  return Math.max(0, Math.ceil((until_ms - now_ms) / 1000));
}

/**
 * A table as CSV (RFC 4180) that spreadsheets open in the right letters; what begins like a formula is
 * written as text.
 */
export function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
    return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** The lines of a shop's statement: amounts and times as machines read them. */
export function statement(head: readonly string[], rows: readonly CashRow[]): string {
  return csv([
    head,
    ...rows.map((row) => [
      row.order_number,
      row.shipment,
      row.courier_name ?? row.courier ?? "",
      row.amount.amount,
      row.amount.currency,
      row.taken_at,
      row.handed_in_at ?? "",
    ]),
  ]);
}
