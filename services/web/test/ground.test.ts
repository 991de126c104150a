import type { Feature, MultiLineString } from "geojson";
import { describe, expect, it } from "vitest";
import { GRID_M, grid, limits } from "../src/map/ground";
import { distance_m, type Scene } from "../src/view/scene";

const HELSINKI = [24.935, 60.164, 24.953, 60.179] as const;
const ATHENS = { lon: 23.7275, lat: 37.9838 };

function scene(home: { lon: number; lat: number } | null, driver = home): Scene {
  return {
    home: home === null ? null : { ...home },
    driver: driver === null ? null : { ...driver, at_ms: 0, stale: false, resting: false },
    area: null,
    leg: null,
  } as Scene;
}

describe("limits", () => {
  it("keeps the reader near what the tiles cover", () => {
    const box = limits(HELSINKI, scene({ lon: 24.94, lat: 60.17 }));
    expect(box?.[0]).toBeLessThan(HELSINKI[0]);
    expect(box?.[3]).toBeGreaterThan(HELSINKI[3]);
    expect((box?.[2] ?? 0) - (box?.[0] ?? 0)).toBeLessThan(2 * (HELSINKI[2] - HELSINKI[0]));
  });
  it("are the area's while nothing is known", () => {
    expect(limits(HELSINKI, scene(null))).not.toBeNull();
  });
  it("are none where the door lies elsewhere, wherever the driver is", () => {
    expect(limits(HELSINKI, scene(ATHENS))).toBeNull();
    expect(limits(HELSINKI, scene(ATHENS, { lon: 24.94, lat: 60.17 }))).toBeNull();
  });
  it("are the area's for a driver who strays from a door inside", () => {
    expect(limits(HELSINKI, scene({ lon: 24.94, lat: 60.17 }, ATHENS))).not.toBeNull();
  });
});

describe("grid", () => {
  it.each([
    ["Athens", ATHENS],
    ["Tromsø", { lon: 18.95, lat: 69.65 }],
    ["the equator", { lon: -78.5, lat: 0 }],
  ])("has lines as far apart as is said, at %s", (_, place) => {
    const { geometry } = grid(place) as Feature<MultiLineString>;
    const upright = geometry.coordinates.filter(([a, b]) => a?.[0] === b?.[0]).map(([a]) => a?.[0] ?? 0);
    const level = geometry.coordinates.filter(([a, b]) => a?.[1] === b?.[1]).map(([a]) => a?.[1] ?? 0);
    const [left = 0, right = 0] = upright.slice(upright.length / 2);
    expect(distance_m({ lon: left, lat: place.lat }, { lon: right, lat: place.lat })).toBeCloseTo(GRID_M, 0);
    const [below = 0, above = 0] = level.slice(level.length / 2);
    expect(distance_m({ lon: place.lon, lat: below }, { lon: place.lon, lat: above })).toBeCloseTo(GRID_M, 0);
    expect(upright).toContain(place.lon);
    expect(level).toContain(place.lat);
  });
  it("is empty without a place", () => {
    expect(grid(null)).toEqual({ type: "FeatureCollection", features: [] });
  });
});
