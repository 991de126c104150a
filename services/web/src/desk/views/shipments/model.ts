/** What is searched for, how it stands in the address, and the pages of what was found. Pure. */

import type { Money, Tag } from "../../../contracts";

/** A window as the portal's API writes it: ISO 8601, `from` included, `to` excluded. */
export interface IsoWindow {
  from: string;
  to: string;
}

/** A row of `GET /v1/shipments`. */
export interface Row {
  shipment: string;
  order_number: string;
  merchant: string;
  shop?: string | null;
  tag: Tag;
  status: string;
  status_at: string;
  registered_at: string;
  attempt?: number;
  parcels?: number;
  handover?: "door" | "locker" | "counter";
  name?: string | null;
  line?: string | null;
  city?: string | null;
  postcode?: string | null;
  phone?: string | null;
  window?: IsoWindow | null;
  zone?: string | null;
  courier?: string | null;
  courier_name?: string | null;
  route?: string | null;
  ended?: boolean;
  late?: boolean;
  cash?: Money | null;
  cash_taken?: Money | null;
}

export interface Page {
  shipments: readonly Row[];
  next?: string | null;
  /** With the first page; it stops counting at COUNTED. */
  total?: number | null;
}

/** What is asked for; an empty string or false: whatever it is. `day` is YYYY-MM-DD. */
export interface Filters {
  q: string;
  tag: string;
  courier: string;
  merchant: string;
  day: string;
  late: boolean;
  unassigned: boolean;
}

export const ANY: Filters = {
  q: "",
  tag: "",
  courier: "",
  merchant: "",
  day: "",
  late: false,
  unassigned: false,
};

export const TAGS: readonly Tag[] = [
  "Pending",
  "InfoReceived",
  "InTransit",
  "OutForDelivery",
  "AttemptFail",
  "AvailableForPickup",
  "Delivered",
  "Exception",
  "Expired",
];

/** How long a typed letter waits for the next one before it is searched for. */
export const DEBOUNCE_MS = 180;
export const LIMIT = 50;
export const COUNTED = 10_000;

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filters of an address's query; what can't be one is left out. */
export function fromSearch(search: string): Filters {
  const given = new URLSearchParams(search);
  const id = (name: string) => {
    const value = given.get(name) ?? "";
    return ID.test(value) ? value : "";
  };
  const day = given.get("day") ?? "";
  const tag = given.get("tag") ?? "";
  return {
    q: (given.get("q") ?? "").slice(0, 100),
    tag: (TAGS as readonly string[]).includes(tag) ? tag : "",
    courier: id("courier"),
    merchant: id("merchant"),
    day: DAY.test(day) ? day : "",
    late: given.get("late") === "1",
    unassigned: given.get("unassigned") === "1",
  };
}

/** The query of these filters' address, with its `?`; empty without any. */
export function toSearch(filters: Filters): string {
  const query = parameters({ ...filters, q: addressable(filters.q) ? filters.q : "" }, "1").toString();
  return query === "" ? "" : `?${query}`;
}

/**
 * Whether a search may stand in the address: an order's number may, of letters and digits; a name or a
 * telephone is personal, and is kept with the entry of the history instead.
 */
export function addressable(q: string): boolean {
  return /^[A-Za-z0-9._:#/-]{1,64}$/.test(q) && /[A-Za-z]/.test(q) && /\d/.test(q);
}

/** The filters of an address and what goes with it. */
export function fromAddress(search: string, state: Readonly<Record<string, unknown>>): Filters {
  const filters = fromSearch(search);
  return filters.q === "" && typeof state.q === "string" ? { ...filters, q: state.q.slice(0, 100) } : filters;
}

/** Where the API is asked for a page. */
export function toQuery(filters: Filters, after: string | null = null): string {
  const query = parameters({ ...filters, q: filters.q.trim() }, "true");
  if (after !== null) query.set("after", after);
  query.set("limit", String(LIMIT));
  return `/v1/shipments?${query}`;
}

function parameters(filters: Filters, yes: string): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ["q", "tag", "courier", "merchant", "day"] as const) {
    if (filters[name] !== "") query.set(name, filters[name]);
  }
  for (const name of ["late", "unassigned"] as const) if (filters[name]) query.set(name, yes);
  return query;
}

/** How many filters narrow the list, the search itself not counted. */
export function narrowed(filters: Filters): number {
  const { q: _, ...others } = filters;
  return Object.values(others).filter((value) => value !== "" && value !== false).length;
}

/** The rows with a further page; a shipment that has moved between two pages stands there once. */
export function joined(rows: readonly Row[], page: Page): readonly Row[] {
  const known = new Set(rows.map((row) => row.shipment));
  return [...rows, ...page.shipments.filter((row) => !known.has(row.shipment))];
}

/** Where the address is, as one reads it: line and town. */
export function place(row: Pick<Row, "line" | "city">): string {
  return [row.line, row.city].filter((part) => part).join(", ");
}
