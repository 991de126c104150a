/** Whether positions get through, and if not why, in the order in which he can do something about it. Pure. */

import type { FixState } from "./positions";
import type { Receiver } from "./watch";

export type Status =
  | "off"
  | "otherTab"
  | "none"
  | "denied"
  | "offline"
  | "lost"
  | "clock"
  | "refused"
  | "server"
  | "sent"
  | "first";

/** A position sent so long ago is no news any more. */
export const QUIET_MS = 60_000;

export interface Facts {
  on_duty: boolean;
  /** Whether it is this tab that sends. */
  leads: boolean;
  receiver: Receiver;
  online: boolean;
  fixes: FixState;
  now_ms: number;
}

export function statusOf(facts: Facts): Status {
  const { fixes, receiver } = facts;
  if (!facts.on_duty) return "off";
  if (!facts.leads) return "otherTab";
  if (receiver === "none" || receiver === "denied") return receiver;
  if (!facts.online || fixes.failed === "network") return "offline";
  if (receiver === "lost") return "lost";
  if (fixes.parked === "clock_ahead") return "clock";
  if (fixes.failed === "refused" || fixes.parked !== null) return "refused";
  if (fixes.failed === "server") return "server";
  return fixes.sent_ms === null ? "first" : "sent";
}

export type Tone = "good" | "calm" | "warn" | "bad";

export function toneOf(status: Status, fixes: FixState, now_ms: number): Tone {
  if (status === "off" || status === "otherTab" || status === "first") return "calm";
  if (status === "sent") return now_ms - (fixes.sent_ms ?? 0) > QUIET_MS ? "warn" : "good";
  if (status === "offline" || status === "server") return "warn";
  return "bad";
}
