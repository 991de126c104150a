/** What the courier's page knows: his day as the portal tells it, and his own acts that are on their way. */

import type { Language, Money } from "../contracts";

export interface Enrolment {
  device_id: string;
  courier_id: string;
  name?: string;
  /** The phone's secret: it goes into no address and no log. */
  secret: string;
  /** Where positions and reports are posted; ends with a slash. */
  ingest_url: string;
}

/** Where a parcel is handed over; `counter` is a pickup point's, with somebody who works there. */
export type Handover = "door" | "locker" | "counter";

export interface DayShipment {
  shipment: string;
  shop: string;
  shop_phone?: string;
  order_number: string;
  status: string;
  tag: string;
  status_at: string;
  attempt: number;
  parcels: number;
  /** Absent in a day that was kept before it was told: a door. */
  handover?: Handover;
  cash?: Money;
  cash_taken?: Money;
  name?: string;
  line?: string;
  city?: string;
  postcode?: string;
  phone?: string;
  floor?: string;
  bell?: string;
  note?: string;
  language?: Language;
  zone: string;
  done: boolean;
}

export interface DayStop {
  stop: string;
  lon: number;
  lat: number;
  window?: { from: string; to: string };
  leg_s?: number;
  done: boolean;
  shipments: DayShipment[];
}

export interface DayRoute {
  route: string;
  set_out_at?: string;
  stops: DayStop[];
}

/** `GET /v1/courier/day`. */
export interface Day {
  courier_id: string;
  name?: string;
  on_duty: boolean;
  duty_since?: string;
  version: number;
  routes: DayRoute[];
}

/** Words for what happened, as `POST /v1/shipments/{id}/events` takes them. */
export const DELIVERED = ["delivered", "signed", "cash_collected", "left_with_neighbour"] as const;
export const NOT_DELIVERED = ["nobody_available", "closed", "refused", "attempt_failed"] as const;
export const PROBLEMS = ["damaged", "lost", "wrong_address", "recipient_moved", "exception"] as const;

export type Delivered = (typeof DELIVERED)[number];
export type NotDelivered = (typeof NOT_DELIVERED)[number];
export type ProblemType = (typeof PROBLEMS)[number];
export type ReportType = "at_stop" | Delivered | NotDelivered | ProblemType;

/** A report; `pictures` are kept in the store until they have become `proofs`. Which attempt it is of follows
 * from its time. */
export interface ReportPayload {
  shipment: string;
  type: ReportType;
  taken_by?: string;
  note?: string;
  cash?: Money;
  pictures: string[];
  proofs: string[];
}

export type Deed =
  | { kind: "duty"; payload: { on: boolean } }
  | { kind: "set_out"; payload: { route: string } }
  | { kind: "order"; payload: { route: string; stops: string[] } }
  | { kind: "report"; payload: ReportPayload };

/** An act in the outbox. `id` is sent with every try, so that a repeat does not do it again. */
export type Act = Deed & {
  id: string;
  /** Place in the queue. */
  seq: number;
  /** Acts done by one tap, undone together. */
  group: string;
  /** When it happened, by the corrected clock. */
  at_ms: number;
  /** Not sent before this: until then it can be undone. */
  not_before_ms: number;
  tries: number;
  /** When it was taken in; it still stands on the screen until the day tells it too. */
  sent_ms?: number;
};

/** An act that was refused for good, kept for the courier to see. */
export interface Refusal {
  id: string;
  act: Act;
  /** What was refused: the act itself, or only a picture of it (the report went without). */
  what: "act" | "picture";
  code: string;
  detail: string;
  refused_ms: number;
}

export function isDelivered(type: ReportType): boolean {
  return (DELIVERED as readonly string[]).includes(type);
}

export function isNotDelivered(type: ReportType): boolean {
  return (NOT_DELIVERED as readonly string[]).includes(type);
}
