/** Hands on the newest value, at most once in so long, the first at once. Pure but for the timer it is handed. */
export class Throttle<T> {
  #last_ms = Number.NEGATIVE_INFINITY;
  #waiting: { value: T } | null = null;
  #cancel: () => void = () => {};

  constructor(
    private readonly least_ms: number,
    private readonly work: (value: T) => void,
    private readonly world: { now_ms: () => number; after: (ms: number, work: () => void) => () => void },
  ) {}

  put(value: T): void {
    const wait_ms = this.#last_ms + this.least_ms - this.world.now_ms();
    if (this.#waiting !== null) {
      this.#waiting = { value };
    } else if (wait_ms <= 0) {
      this.#do(value);
    } else {
      this.#waiting = { value };
      this.#cancel = this.world.after(wait_ms, () => {
        const next = this.#waiting;
        this.#waiting = null;
        if (next !== null) this.#do(next.value);
      });
    }
  }

  stop(): void {
    this.#cancel();
    this.#waiting = null;
  }

  #do(value: T): void {
    this.#last_ms = this.world.now_ms();
    this.work(value);
  }
}
