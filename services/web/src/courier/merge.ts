/** The day as the courier sees it: as the portal tells it, with what he has done since. Pure. */

import type { Act, Day, DayRoute, DayShipment, DayStop, ReportPayload, ReportType } from "./types";
import { isDelivered } from "./types";

/** The tag a report leads to. */
export function tagOfType(type: ReportType): string {
  if (type === "at_stop") return "OutForDelivery";
  if (isDelivered(type)) return "Delivered";
  if (type === "nobody_available" || type === "closed" || type === "attempt_failed") return "AttemptFail";
  return "Exception";
}

/** `unsent`: what is shown of it is not at the servers yet. */
export interface ShownShipment extends DayShipment {
  unsent: boolean;
  /** What he reported last, where this page knows it. */
  reported?: ReportType;
}

export interface ShownStop extends Omit<DayStop, "shipments"> {
  shipments: ShownShipment[];
  route: string;
  arrived: boolean;
  unsent: boolean;
}

export interface ShownRoute extends Omit<DayRoute, "stops"> {
  stops: ShownStop[];
}

export interface ShownDay extends Omit<Day, "routes"> {
  routes: ShownRoute[];
}

const AT_STOP = "OutForDelivery_004";

export function merge(day: Day, acts: readonly Act[]): ShownDay {
  return acts.reduce(apply, {
    ...day,
    routes: day.routes.map((route) => ({
      ...route,
      stops: route.stops.map((stop) => shown(stop, route.route)),
    })),
  });
}

function shown(stop: DayStop, route: string): ShownStop {
  return {
    ...stop,
    route,
    unsent: false,
    arrived: stop.shipments.some((shipment) => shipment.status === AT_STOP),
    shipments: stop.shipments.map((shipment) => ({ ...shipment, unsent: false })),
  };
}

function apply(day: ShownDay, act: Act): ShownDay {
  switch (act.kind) {
    case "duty":
      return onDuty(day, act.payload.on, act.at_ms);
    case "set_out": {
      const routes = day.routes.map((route) =>
        route.route === act.payload.route && route.set_out_at === undefined
          ? { ...route, set_out_at: new Date(act.at_ms).toISOString() }
          : route,
      );
      return { ...onDuty(day, true, act.at_ms), routes };
    }
    case "order":
      return {
        ...day,
        routes: day.routes.map((route) =>
          route.route === act.payload.route
            ? { ...route, stops: inOrder(route.stops, act.payload.stops) }
            : route,
        ),
      };
    case "report":
      return {
        ...day,
        routes: day.routes.map((route) => ({
          ...route,
          stops: route.stops.map((stop) => reported(stop, act, act.payload)),
        })),
      };
  }
}

function onDuty(day: ShownDay, on: boolean, at_ms: number): ShownDay {
  if (day.on_duty === on) return day;
  const { duty_since: _, ...rest } = day;
  return { ...rest, on_duty: on, ...(on ? { duty_since: new Date(at_ms).toISOString() } : {}) };
}

function reported(stop: ShownStop, act: Act, payload: ReportPayload): ShownStop {
  if (!stop.shipments.some((shipment) => shipment.shipment === payload.shipment)) return stop;
  const shipments = stop.shipments.map((shipment) =>
    shipment.shipment === payload.shipment ? afterReport(shipment, act, payload) : shipment,
  );
  return {
    ...stop,
    shipments,
    arrived: stop.arrived || payload.type === "at_stop",
    done: shipments.every((shipment) => shipment.done),
    unsent: stop.unsent || act.sent_ms === undefined,
  };
}

function afterReport(shipment: ShownShipment, act: Act, payload: ReportPayload): ShownShipment {
  const unsent = shipment.unsent || act.sent_ms === undefined;
  const tag = tagOfType(payload.type);
  // Delivered is the end: what was told later changes nothing.
  if (shipment.tag === "Delivered") return { ...shipment, unsent };
  if (payload.type === "at_stop") return { ...shipment, unsent };
  return {
    ...shipment,
    unsent,
    tag,
    reported: payload.type,
    status_at: new Date(act.at_ms).toISOString(),
    done: true,
    ...(payload.cash === undefined ? {} : { cash_taken: payload.cash }),
  };
}

/** Those that are done stay where they are; the others as wished, unknown ones last. */
function inOrder(stops: readonly ShownStop[], wished: readonly string[]): ShownStop[] {
  const rank = (stop: ShownStop) => {
    const place = wished.indexOf(stop.stop);
    return place < 0 ? wished.length : place;
  };
  const done = stops.filter((stop) => stop.done);
  const open = stops.filter((stop) => !stop.done);
  return [...done, ...open.sort((a, b) => rank(a) - rank(b))];
}

/** The stops that remain of a route, in the order wished; what he did not know of goes behind. */
export function newOrder(day: Day, route: string, wished: readonly string[]): string[] {
  const found = day.routes.find((each) => each.route === route);
  const open = (found?.stops ?? []).filter((stop) => !stop.done).map((stop) => stop.stop);
  const known = wished.filter((stop) => open.includes(stop));
  return [...known, ...open.filter((stop) => !known.includes(stop))];
}

/** All stops in driving order: first of the routes on which he has set out. */
export function stopsOf(day: ShownDay): ShownStop[] {
  const out = day.routes.filter((route) => route.set_out_at !== undefined);
  const waiting = day.routes.filter((route) => route.set_out_at === undefined);
  return [...out, ...waiting].flatMap((route) => route.stops);
}

export function remaining(day: ShownDay): ShownStop[] {
  return stopsOf(day).filter((stop) => !stop.done);
}

/** Cash in hand: what was taken today, by currency. */
export function cashTaken(day: ShownDay): { amount: string; currency: string }[] {
  const sums = new Map<string, number>();
  for (const { cash_taken } of stopsOf(day).flatMap((stop) => stop.shipments)) {
    if (cash_taken === undefined) continue;
    const cents = Math.round(Number(cash_taken.amount) * 100);
    sums.set(cash_taken.currency, (sums.get(cash_taken.currency) ?? 0) + cents);
  }
  return [...sums].map(([currency, cents]) => ({ amount: (cents / 100).toFixed(2), currency }));
}
