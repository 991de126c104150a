/** Where there are no streets to show: how far one may look, and a grid to walk on instead. Pure. */

import type { Feature, FeatureCollection, MultiLineString } from "geojson";
import type { Place, Scene } from "../view/scene";

export type Box = readonly [west: number, south: number, east: number, north: number];

/** How far around the covered area one may look, as a share of its size. */
const MARGIN = 0.35;
/** Metres between the grid's lines, and from its middle to its edge. */
export const GRID_M = 100;
const REACH_M = 3_000;
const METRES_PER_DEGREE = 111_195;

const NONE: FeatureCollection = { type: "FeatureCollection", features: [] };

/** The box that one may look at; null where what is to be seen lies outside of what the tiles cover. */
export function limits([west, south, east, north]: Box, scene: Scene): Box | null {
  const [dx, dy] = [(east - west) * MARGIN, (north - south) * MARGIN];
  const box: Box = [west - dx, south - dy, east + dx, north + dy];
  const seen = middleOf(scene);
  const inside =
    seen === null || (seen.lon > box[0] && seen.lon < box[2] && seen.lat > box[1] && seen.lat < box[3]);
  return inside ? box : null;
}

/** What the view is about: the door, else the driver. */
export function middleOf(scene: Scene): Place | null {
  return scene.home ?? scene.driver;
}

/** Lines GRID_M apart round a place, for a map without streets; nothing without a place. */
export function grid(around: Place | null): FeatureCollection | Feature<MultiLineString> {
  if (around === null) return NONE;
  const lonScale = METRES_PER_DEGREE * Math.max(0.05, Math.cos((around.lat * Math.PI) / 180));
  const [dLon, dLat] = [REACH_M / lonScale, REACH_M / METRES_PER_DEGREE];
  const lines: [number, number][][] = [];
  for (let metres = -REACH_M; metres <= REACH_M; metres += GRID_M) {
    const [lon, lat] = [around.lon + metres / lonScale, around.lat + metres / METRES_PER_DEGREE];
    lines.push([
      [lon, around.lat - dLat],
      [lon, around.lat + dLat],
    ]);
    lines.push([
      [around.lon - dLon, lat],
      [around.lon + dLon, lat],
    ]);
  }
  return {
    type: "Feature",
    properties: {},
    geometry: { type: "MultiLineString", coordinates: lines },
  };
}
