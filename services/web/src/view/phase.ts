/** Which of the page's states holds: the first that applies, from the end of the story to its beginning. */

import type { Snapshot } from "../contracts";
import { type State, serverNow } from "./state";

export type Phase =
  | "opening"
  | "waiting"
  | "area"
  | "exact"
  | "resting"
  | "protected"
  | "no_fix"
  | "stale"
  | "paused"
  | "reconnecting"
  | "arrived"
  | "delivered"
  | "failed"
  | "exception"
  | "pickup"
  | "expired"
  | "gone";

/** A position is called stale after so long; fixes come every 5 s, a gap of 30 s is one in 200. */
export const STALE_POINT_MS = 60_000;

/** Areas are told on 30 s ticks. */
export const STALE_AREA_MS = 150_000;

/** A connection that comes back within this is not worth a word. */
export const GRACE_MS = 2_500;

const ENDS: Readonly<Record<string, Phase>> = {
  Delivered: "delivered",
  AttemptFail: "failed",
  Exception: "exception",
  AvailableForPickup: "pickup",
  Expired: "expired",
};

export function tagOf(substatus: string): string {
  return substatus.split("_")[0] ?? "";
}

/** The state of the page at `now_ms` of this device's clock. */
export function phaseOf(state: State, now_ms: number): Phase {
  const { link, view } = state;
  if (link === "gone") return "gone";
  if (view === null) return lost(state, now_ms) ? "reconnecting" : "opening";
  const end = ENDS[tagOf(view.shipment.substatus)];
  if (end !== undefined) return end;
  if (lost(state, now_ms)) return "reconnecting";
  return ofDriver(view, serverNow(state, now_ms));
}

function ofDriver(view: Snapshot, server_ms: number): Phase {
  const { shipment, driver } = view;
  if (shipment.out !== true || driver.why === "not_set_out" || driver.why === "ended") return "waiting";
  if (driver.why === "paused") return "paused";
  if (driver.arrived === true || shipment.substatus === "OutForDelivery_004") return "arrived";
  if (driver.why === "protected") return "protected";
  if (driver.why === "silent" || isStale(view, server_ms)) return "stale";
  if (driver.why === "at_another_stop" || driver.show === "resting") return "resting";
  if (driver.show === "none" || driver.feature === undefined) return "no_fix";
  return driver.show === "area" ? "area" : "exact";
}

/**
 * Whether what is shown is too old to be called live. A marker at rest is old by design: while he stands at
 * another's stop its time is that of the last movement shown, and only the server knows that he is silent.
 */
export function isStale(view: Snapshot, server_ms: number): boolean {
  const { driver } = view;
  const age_ms = server_ms - (driver.at_ms ?? 0);
  if (driver.show === "area") return age_ms > STALE_AREA_MS;
  return driver.show === "exact" && age_ms > STALE_POINT_MS;
}

/** Whether the connection has been away long enough to say so. */
export function lost(state: State, now_ms: number): boolean {
  return state.link === "reconnecting" && now_ms - state.linkSince_ms >= GRACE_MS;
}
