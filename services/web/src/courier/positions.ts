/** Which of the phone's readings are worth sending, and the queue in which they wait. */

import { distance_m, type Place } from "../view/scene";
import type { KeptFix } from "./db";

/** While he moves: not more often, */
export const EVERY_MS = 5_000;
/** and at least so often, however slowly. */
export const AT_LEAST_MS = 10_000;
/** While he stands. */
export const STANDING_MS = 25_000;
/** Receivers that tell each second have told of a newer place by then. */
export const SILENT_MS = 2_000;
/** A place so old is not taken for where he is now. */
export const STILL_THERE_MS = 60_000;
/** Less is the noise of a receiver that lies still. */
export const MOVED_M = 12;
export const MOVING_MPS = 1.2;
export const BATCH = 50;
export const TOO_OLD_MS = 24 * 60 * 60_000;

/** A reading: of `GeolocationPosition` what matters, times by the corrected clock. */
export interface Reading extends Place {
  at_ms: number;
  accuracy_m: number;
  speed_mps: number | null;
  bearing_deg: number | null;
  altitude_m: number | null;
}

/** Whether the reading is to be sent, given the one that was sent last. */
export function worthSending(last: Reading | null, next: Reading): boolean {
  if (last === null) return true;
  const passed_ms = next.at_ms - last.at_ms;
  if (passed_ms < EVERY_MS) return false;
  if (passed_ms >= STANDING_MS) return true;
  if (moved(last, next)) return true;
  return (next.speed_mps ?? 0) > MOVING_MPS && passed_ms >= AT_LEAST_MS;
}

function moved(last: Reading, next: Reading): boolean {
  // A reading that is far off by its own word says nothing about moving.
  return distance_m(last, next) > Math.max(MOVED_M, Math.min(next.accuracy_m, 100) * 0.7);
}

/** Lets those readings through that are worth sending. Some receivers tell only of changes: one that came too
 * soon after another waits, and goes through if none is newer. Or who stops just then would be shown short of
 * where he stands. */
export class Sieve {
  #last: Reading | null = null;
  #cancel: () => void = () => {};

  constructor(
    private readonly later: FixWorld["later"],
    private readonly send: (reading: Reading) => void,
  ) {}

  /** `confirmed`: to be sent in any case. */
  put(reading: Reading, confirmed = false): void {
    this.#cancel();
    const last = this.#last;
    if (last === null || confirmed || worthSending(last, reading)) this.#through(reading);
    else if (moved(last, reading)) {
      const wait_ms = last.at_ms + EVERY_MS + SILENT_MS - reading.at_ms;
      this.#cancel = this.later(wait_ms, () => this.#through(reading));
    }
  }

  /** Begin anew: what waits is not sent, and the next one is. */
  clear(): void {
    this.#cancel();
    this.#last = null;
  }

  #through(reading: Reading): void {
    this.#last = reading;
    this.send(reading);
  }
}

/** A place that the receiver confirms: by its own time where that is after `since_ms`, else by now. */
export function confirmedSince(reading: Reading, since_ms: number, now_ms: number): Reading {
  return reading.at_ms > since_ms ? reading : { ...reading, at_ms: now_ms };
}

/** Where he was just now is where he is, if that is not long ago; how fast he was says nothing any more. */
export function stillThere(last: Reading | null, now_ms: number): Reading | null {
  if (last === null || now_ms - last.at_ms >= STILL_THERE_MS) return null;
  return { ...last, at_ms: now_ms, speed_mps: null, bearing_deg: null };
}

/** As ingest takes it; what is not known is left out. */
export function bodyOf(reading: Reading, battery_pct: number | null): KeptFix["body"] {
  const { lon, lat, at_ms, accuracy_m, speed_mps, bearing_deg, altitude_m } = reading;
  const known = (value: number | null): value is number => value !== null && Number.isFinite(value);
  return {
    lon: round(lon, 6),
    lat: round(lat, 6),
    at: Math.round(at_ms),
    accuracy_m: round(accuracy_m, 1),
    ...(known(speed_mps) ? { speed_mps: round(speed_mps, 2) } : {}),
    ...(known(bearing_deg) ? { bearing_deg: round(bearing_deg, 1) } : {}),
    ...(known(altitude_m) ? { altitude_m: round(altitude_m, 1) } : {}),
    ...(known(battery_pct) ? { battery_pct } : {}),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export interface FixShelf {
  addFix(fix: KeptFix): Promise<void>;
  fixCount(): Promise<number>;
  someFixes(most: number): Promise<KeptFix[]>;
  removeFixes(keys: readonly number[]): Promise<void>;
  dropFixesBefore(at_ms: number): Promise<number>;
}

export type Posting =
  | { is: "taken"; parked: string[] }
  | { is: "refused"; code: string }
  | { is: "later"; why: "network" | "server"; after_ms?: number };

export interface FixWorld {
  now_ms(): number;
  random(): number;
  later(ms: number, run: () => void): () => void;
}

export interface FixState {
  waiting: number;
  /** When ingest last took one. */
  sent_ms: number | null;
  /** Why the last try failed; null: it did not. */
  failed: "network" | "server" | "refused" | null;
  /** Why ingest put the last ones aside, such as `clock_ahead`; null: it took them. */
  parked: string | null;
}

/** Positions on their way: kept first, then posted; a position is forgotten once ingest has taken it. */
export class FixQueue {
  state: FixState = { waiting: 0, sent_ms: null, failed: null, parked: null };
  #busy = false;
  #tries = 0;
  #next_ms = 0;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(
    private readonly shelf: FixShelf,
    private readonly post: (fixes: readonly KeptFix[]) => Promise<Posting>,
    private readonly world: FixWorld,
    private readonly wait_ms: (tries: number, random: number) => number,
    private readonly changed: (state: FixState) => void,
  ) {}

  async start(): Promise<void> {
    await this.shelf.dropFixesBefore(this.world.now_ms() - TOO_OLD_MS);
    this.#set({ waiting: await this.shelf.fixCount() });
    void this.flush();
  }

  async add(fix: KeptFix): Promise<void> {
    await this.shelf.addFix(fix);
    this.#set({ waiting: this.state.waiting + 1 });
    void this.flush();
  }

  nudge(): void {
    this.#next_ms = 0;
    void this.flush();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Post what waits, batch by batch, until nothing does or a try fails. */
  async flush(): Promise<void> {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    this.#cancel();
    try {
      while (!this.#stopped && this.state.waiting > 0 && this.world.now_ms() >= this.#next_ms) {
        if (!(await this.#batch())) break;
      }
    } finally {
      this.#busy = false;
    }
    const wait_ms = this.#next_ms - this.world.now_ms();
    if (this.state.waiting > 0 && wait_ms > 0 && !this.#stopped) {
      this.#cancel = this.world.later(wait_ms, () => void this.flush());
    }
  }

  async #batch(): Promise<boolean> {
    await this.shelf.dropFixesBefore(this.world.now_ms() - TOO_OLD_MS);
    const fixes = await this.shelf.someFixes(BATCH);
    if (fixes.length === 0) {
      this.#set({ waiting: 0 });
      return false;
    }
    const posting = await this.post(fixes);
    if (posting.is === "later") {
      const wait_ms = Math.max(posting.after_ms ?? 0, this.wait_ms(this.#tries++, this.world.random()));
      this.#next_ms = this.world.now_ms() + wait_ms;
      this.#set({ failed: posting.why });
      return false;
    }
    this.#tries = 0;
    this.#next_ms = 0;
    // Refused as a whole, they would be refused again and hold back everything newer.
    await this.shelf.removeFixes(fixes.flatMap((fix) => (fix.key === undefined ? [] : [fix.key])));
    const waiting = await this.shelf.fixCount();
    if (posting.is === "refused") this.#set({ waiting, failed: "refused" });
    else {
      const parked = posting.parked.length === fixes.length ? (posting.parked[0] ?? null) : null;
      const sent_ms = parked === null ? this.world.now_ms() : this.state.sent_ms;
      this.#set({ waiting, failed: null, sent_ms, parked });
    }
    return true;
  }

  #set(change: Partial<FixState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }
}
