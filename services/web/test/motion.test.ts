import { describe, expect, it } from "vitest";
import { CATCH_UP_MS, glide, isOver, MOST_MS, nearestAngle, placeAt } from "../src/map/motion";
import { distance_m } from "../src/view/scene";

const A = { lon: 24.94, lat: 60.17 };
const B = { lon: 24.941, lat: 60.1704 };

describe("a glide", () => {
  it("takes as long as the fixes were apart", () => {
    const way = glide(A, B, 4_000, 0, false);
    expect(way.duration_ms).toBe(4_000);
    expect(placeAt(way, 0)).toEqual(A);
    expect(placeAt(way, 2_000).lon).toBeCloseTo(24.9405, 9);
    expect(placeAt(way, 4_000)).toEqual(B);
  });

  it("never goes beyond the last fix, however long the next one takes", () => {
    const way = glide(A, B, 1_000, 0, false);
    for (const t of [1_000, 5_000, 600_000]) expect(placeAt(way, t)).toEqual(B);
    expect(isOver(way, 1_000)).toBe(true);
  });

  it("stays on the straight between the two at every moment", () => {
    const way = glide(A, B, 5_000, 100, false);
    for (let t = 0; t < 7_000; t += 250) {
      const place = placeAt(way, t);
      expect(distance_m(A, place) + distance_m(place, B)).toBeCloseTo(distance_m(A, B), 2);
    }
  });

  it("lags by a few seconds at most, and hurries after a gap", () => {
    expect(glide(A, B, 12_000, 0, false).duration_ms).toBe(MOST_MS);
    expect(glide(A, B, 60_000, 0, false).duration_ms).toBe(CATCH_UP_MS);
    expect(glide(A, B, -5, 0, false).duration_ms).toBe(CATCH_UP_MS);
  });

  it("jumps when motion is not wanted, or when it is too far to be one", () => {
    expect(placeAt(glide(A, B, 4_000, 0, true), 0)).toEqual(B);
    const far = { lon: 24.99, lat: 60.17 };
    expect(placeAt(glide(A, far, 4_000, 0, false), 0)).toEqual(far);
  });
});

it("turns the short way", () => {
  expect(nearestAngle(350, 10)).toBe(370);
  expect(nearestAngle(10, 350)).toBe(-10);
  expect(nearestAngle(370, 20)).toBe(380);
  expect(nearestAngle(-10, 90)).toBe(90);
});

it("measures a degree of latitude", () => {
  expect(distance_m({ lon: 0, lat: 0 }, { lon: 0, lat: 1 })).toBeCloseTo(111_195, -1);
});
