/** The phone's clock, set right by the server's: a wrong one would have its positions and reports refused. */

/** Below this the difference is the network's. */
const NOTICED_MS = 3_000;

export class Clock {
  offset_ms = 0;

  constructor(private readonly own_ms: () => number) {}

  now_ms(): number {
    return this.own_ms() + this.offset_ms;
  }

  /** Learn from an answer's `Date` (RFC 9110 §6.6.1, whole seconds); true: the offset has changed. */
  learn(date: string | null, asked_ms: number, answered_ms: number): boolean {
    const told_ms = date === null ? Number.NaN : Date.parse(date);
    // After a long wait it is not known when the answer was written.
    if (Number.isNaN(told_ms) || answered_ms - asked_ms > 5_000) return false;
    const found_ms = told_ms + 500 - (asked_ms + answered_ms) / 2;
    const offset_ms = Math.abs(found_ms) < NOTICED_MS ? 0 : Math.round(found_ms);
    if (Math.abs(offset_ms - this.offset_ms) < NOTICED_MS) return false;
    this.offset_ms = offset_ms;
    return true;
  }
}
