/** How long to wait before the next attempt: exponential with full jitter, so that a crowd spreads out. */

export const BASE_MS = 500;
export const CAP_MS = 30_000;
export const LEAST_MS = 250;

/** Milliseconds before attempt `attempt` (0: the first repeat); `random` is in [0, 1). */
export function backoff_ms(attempt: number, random: number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16));
  return Math.round(LEAST_MS + random * (ceiling - LEAST_MS));
}
