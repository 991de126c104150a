/** What the map draws, from what is known. Pure; the map draws nothing else. */

import type { Feature, LineString, Polygon } from "geojson";
import type { Home } from "../contracts";
import { type Phase, phaseOf } from "./phase";
import type { State } from "./state";

/** Degrees, lon before lat. */
export interface Place {
  lon: number;
  lat: number;
}

/** `bearing_deg` clockwise from north; absent while he stands. */
export interface DriverMark extends Place {
  at_ms: number;
  bearing_deg?: number;
  /** Grey: last known place. */
  stale: boolean;
  resting: boolean;
}

export interface Scene {
  driver: DriverMark | null;
  area: Feature<Polygon> | null;
  leg: Feature<LineString> | null;
  home: Home | null;
}

/** The map is open from setting out until the end; without anything to show it stays closed. */
export type MapState = "closed" | "waiting" | "open";

const CLOSED: readonly Phase[] = ["opening", "gone", "delivered", "failed", "exception", "pickup", "expired"];

export function mapState(state: State, now_ms: number): MapState {
  const phase = phaseOf(state, now_ms);
  if (CLOSED.includes(phase) || state.view === null) return "closed";
  if (state.view.shipment.out !== true || phase === "waiting") return "waiting";
  return "open";
}

export function sceneOf(state: State, now_ms: number): Scene {
  const { view } = state;
  const scene: Scene = { driver: null, area: null, leg: null, home: view?.home ?? null };
  if (view === null || mapState(state, now_ms) !== "open") return scene;
  const phase = phaseOf(state, now_ms);
  const { driver } = view;
  const feature = driver.show === "none" ? undefined : driver.feature;
  if (feature?.geometry.type === "Point") {
    const [lon = 0, lat = 0] = feature.geometry.coordinates;
    const { bearing_deg, speed_mps } = feature.properties;
    const moving = bearing_deg !== undefined && (speed_mps ?? 1) > 0.5 && phase === "exact";
    scene.driver = {
      lon,
      lat,
      at_ms: driver.at_ms ?? 0,
      ...(moving ? { bearing_deg } : {}),
      stale: phase === "stale" || phase === "reconnecting",
      resting: driver.show === "resting",
    };
  } else if (feature?.geometry.type === "Polygon") {
    scene.area = feature as Feature<Polygon>;
  }
  if (scene.driver !== null && driver.leg) scene.leg = driver.leg;
  return scene;
}

const EARTH_RADIUS_M = 6_371_008.8;

/** Great-circle distance (haversine). */
export function distance_m(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** The mean of a polygon's corners: good enough for the text's "about". */
export function middle(area: Feature<Polygon>): Place {
  const ring = area.geometry.coordinates[0] ?? [];
  const corners = ring.length > 1 ? ring.slice(0, -1) : ring;
  const sum = corners.reduce(
    (total, [lon = 0, lat = 0]) => ({ lon: total.lon + lon, lat: total.lat + lat }),
    { lon: 0, lat: 0 },
  );
  const n = Math.max(1, corners.length);
  return { lon: sum.lon / n, lat: sum.lat / n };
}
