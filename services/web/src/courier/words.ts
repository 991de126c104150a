/** How stops, windows and acts are called on the page. Pure but for the texts handed in. */

import type { Formats } from "../i18n/format";
import { fill } from "../i18n/text";
import type { Text } from "./i18n/text";
import type { ShownStop } from "./merge";
import { type Act, type DayShipment, isDelivered, isNotDelivered, type ReportType } from "./types";

/** The street, or what else tells the stop apart. */
export function addressOf(stop: ShownStop, text: Text): string {
  return stop.shipments.find((shipment) => shipment.line !== undefined)?.line ?? text.door.noAddress;
}

/** Postcode and town. */
export function townOf(stop: ShownStop): string {
  const first = stop.shipments.find(
    (shipment) => shipment.city !== undefined || shipment.postcode !== undefined,
  );
  return [first?.postcode, first?.city].filter((part) => part !== undefined).join(" ");
}

/** Where something else than a door is: each kind once; empty: doors alone. */
export function handoversOf(shipments: readonly Pick<DayShipment, "handover">[], text: Text): string {
  const kinds = shipments.flatMap(({ handover = "door" }) =>
    handover === "door" ? [] : text.door.handovers[handover],
  );
  return [...new Set(kinds)].join(", ");
}

/** Each name once. */
export function namesOf(stop: ShownStop): string {
  const names = stop.shipments.flatMap((shipment) => shipment.name ?? []);
  return [...new Set(names)].join(", ");
}

export interface Promised {
  text: string;
  late: boolean;
}

export function promised(stop: ShownStop, text: Text, formats: Formats, now_ms: number): Promised | null {
  if (stop.window === undefined) return null;
  const window = { from_ms: Date.parse(stop.window.from), to_ms: Date.parse(stop.window.to) };
  return {
    text: fill(text.day.window, { window: formats.window(window, now_ms) }),
    late: !stop.done && now_ms > window.to_ms,
  };
}

export function reportWord(type: ReportType, who: string, text: Text): string {
  if (type === "at_stop") return fill(text.acts.arrived, { who });
  if (isDelivered(type)) return fill(text.acts.delivered, { who });
  return fill(isNotDelivered(type) ? text.acts.notDelivered : text.acts.problem, { who });
}

/** What an act was, with whom it was about where the day still tells. */
export function actWord(act: Act, stops: readonly ShownStop[], text: Text): string {
  switch (act.kind) {
    case "duty":
      return act.payload.on ? text.acts.on : text.acts.off;
    case "set_out":
      return text.acts.setOut;
    case "order":
      return text.acts.order;
    case "report": {
      const { shipment, type } = act.payload;
      const found = stops.flatMap((stop) => stop.shipments).find((each) => each.shipment === shipment);
      return reportWord(type, found?.name ?? found?.line ?? found?.order_number ?? shipment, text);
    }
  }
}

/** What became of the stop, in a word. */
export function outcomeWord(tag: string, text: Text): string {
  if (tag === "Delivered") return text.outcome.delivered;
  return tag === "AttemptFail" ? text.outcome.failed : text.outcome.problem;
}
