import type { DriverState, PointFeature, Shipment, Snapshot } from "../src/contracts";
import { apply, NOTHING, type State } from "../src/view/state";

/** 2026-11-22 12:00:00 UTC. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12);

export function point(lon: number, lat: number, at_ms = NOON_MS): PointFeature {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { at_ms, speed_mps: 5 },
  };
}

export const CELL = {
  type: "Feature" as const,
  geometry: {
    type: "Polygon" as const,
    coordinates: [
      [
        [24.94, 60.17],
        [24.95, 60.17],
        [24.95, 60.18],
        [24.94, 60.17],
      ],
    ],
  },
  properties: { at_ms: NOON_MS },
};

export const HOME = { name: "Maria P.", address: "Aleksanterinkatu 15", lon: 24.9441, lat: 60.1689 };

export function shipment(over: Partial<Shipment> = {}): Shipment {
  return {
    seq: 4,
    order_number: "GR-10442",
    substatus: "OutForDelivery_001",
    status_ms: NOON_MS - 3_600_000,
    out: true,
    ...over,
  };
}

export function driver(over: Partial<DriverState> = {}): DriverState {
  return {
    version: [7, 100],
    show: "exact",
    at_ms: NOON_MS,
    stops_left: 3,
    feature: point(24.945, 60.172),
    ...over,
  };
}

/** Of a driver nothing is shown. */
export function hidden(why: DriverState["why"], over: Partial<DriverState> = {}): DriverState {
  return { version: [7, 100], show: "none", ...(why === undefined ? {} : { why }), stops_left: 3, ...over };
}

export function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    type: "snapshot",
    now_ms: NOON_MS,
    shop: { name: "Πλειάδες", contact: { phone: "+302100000000" } },
    shipment: shipment(),
    driver: driver(),
    home: HOME,
    language: "el",
    zone: "Europe/Helsinki",
    ...over,
  };
}

/** The state of a page that is connected and has just been sent this. */
export function live(over: Partial<Snapshot> = {}, at_ms = NOON_MS): State {
  return { ...apply(NOTHING, snapshot(over), at_ms), link: "live" };
}
