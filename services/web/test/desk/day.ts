/** A day's answers, as the portal gives them. */

import type { CourierToday, Fleet, Plan, PlanShipment, PlanStop } from "../../src/desk/views/today/types";

/** 2026-11-26 12:00:00 UTC. */
export const NOON_MS = Date.UTC(2026, 10, 26, 12);

export const at = (after_s: number) => new Date(NOON_MS + after_s * 1000).toISOString();

export function courier(id: string, more: Partial<CourierToday> = {}): CourierToday {
  return {
    courier_id: id,
    name: id,
    on_duty: true,
    seen_at: at(-5),
    set_out_at: at(-3600),
    stops_left: 4,
    stops_done: 2,
    late: 0,
    cash: [],
    ...more,
  };
}

export function fleetOf(...couriers: [string, Partial<Fleet["features"][number]["properties"]>][]): Fleet {
  return {
    type: "FeatureCollection",
    features: couriers.map(([id, more], i) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [24.9 + i / 100, 60.1] },
      properties: {
        courier: id,
        name: id,
        on_duty: true,
        at_ms: NOON_MS - 5_000,
        seen_ms: NOON_MS - 5_000,
        stale: false,
        ...more,
      },
    })),
  };
}

export function shipment(id: string, done = false): PlanShipment {
  return { shipment: id, shop: "Shop", done };
}

export function stop(id: string, ...shipments: string[]): PlanStop {
  const named = shipments.length > 0 ? shipments : [`s-${id}`];
  return {
    stop: id,
    lon: 24.9,
    lat: 60.1,
    late: false,
    done: false,
    shipments: named.map((one) => shipment(one)),
  };
}

export function done(id: string): PlanStop {
  return { ...stop(id), done: true, shipments: [shipment(`s-${id}`, true)] };
}

export function plan(courier_id: string, ...stops: PlanStop[]): Plan {
  return { courier_id, version: 7, on_duty: true, routes: [{ route: "r-1", set_out_at: at(-3600), stops }] };
}
