/**
 * Smooth motion between fixes: the marker glides from where it is drawn to the newest fix and stops there. It
 * is always behind what was reported, never ahead of it, so nothing is invented. Pure.
 */

import { distance_m, type Place } from "../view/scene";

export interface Glide {
  from: Place;
  to: Place;
  start_ms: number;
  duration_ms: number;
}

/** A glide lasts as long as the fixes were apart, within these: the marker lags by no more than the second. */
export const LEAST_MS = 400;
export const MOST_MS = 5_000;

/** A gap this long is caught up with quickly: a slow glide would pretend to know the way. */
export const GAP_MS = 15_000;
export const CATCH_UP_MS = 900;

/** Further than this is no motion to watch: the marker jumps. */
export const JUMP_M = 1_500;

/** The way from where the marker is drawn to a new fix, `gap_ms` after the one before. */
export function glide(from: Place, to: Place, gap_ms: number, now_ms: number, still: boolean): Glide {
  const jump = still || distance_m(from, to) > JUMP_M;
  const follow_ms = gap_ms > GAP_MS || gap_ms <= 0 ? CATCH_UP_MS : clamp(gap_ms, LEAST_MS, MOST_MS);
  return { from, to, start_ms: now_ms, duration_ms: jump ? 0 : follow_ms };
}

/** Where the marker is drawn now: on the straight line, never beyond its end. */
export function placeAt(way: Glide, now_ms: number): Place {
  const share = way.duration_ms <= 0 ? 1 : clamp((now_ms - way.start_ms) / way.duration_ms, 0, 1);
  return {
    lon: way.from.lon + (way.to.lon - way.from.lon) * share,
    lat: way.from.lat + (way.to.lat - way.from.lat) * share,
  };
}

export function isOver(way: Glide, now_ms: number): boolean {
  return now_ms - way.start_ms >= way.duration_ms;
}

/** The angle equal to `to_deg` that is nearest to `from_deg`, so that a turn takes the short way. */
export function nearestAngle(from_deg: number, to_deg: number): number {
  return from_deg + ((((to_deg - from_deg) % 360) + 540) % 360) - 180;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
