/** Reads something for as long as its view is open: at once, again and again, and after a failure. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { after } from "../ui/after";
import { ApiError, api, isAbort } from "./api";

export interface Read<T> {
  data: T | undefined;
  /** Of the last attempt; `data` is then what was read before it. */
  error: ApiError | null;
  loading: boolean;
  /** When `data` was read, by this device's clock; 0: never. */
  at_ms: number;
}

export interface Resource<T> extends Read<T> {
  /** Read again now. */
  reload(): void;
  /** Show this until the next reading. */
  put(data: T): void;
}

export interface PollWorld {
  now_ms: () => number;
  visible: () => boolean;
  after: (ms: number, work: () => void) => () => void;
}

const FIRST_RETRY_MS = 2_000;
const MOST_RETRY_MS = 30_000;

/** One thing that is read. Pure but for what it is handed. */
export class Poll<T> {
  read: Read<T> = { data: undefined, error: null, loading: true, at_ms: 0 };
  #over: AbortController | null = null;
  #cancel: () => void = () => {};
  #failures = 0;
  #stopped = false;

  constructor(
    private readonly fetch: (signal: AbortSignal) => Promise<T>,
    /** Between one answer and the next question; 0: once. */
    private readonly every_ms: number,
    private readonly world: PollWorld,
    private readonly changed: (read: Read<T>) => void,
  ) {}

  async now(): Promise<void> {
    if (this.#stopped) return;
    this.#cancel();
    this.#over?.abort();
    const mine = new AbortController();
    this.#over = mine;
    if (!this.read.loading) this.#set({ ...this.read, loading: true });
    try {
      const data = await this.fetch(mine.signal);
      if (mine !== this.#over || this.#stopped) return;
      this.#failures = 0;
      this.#set({ data, error: null, loading: false, at_ms: this.world.now_ms() });
      if (this.every_ms > 0) this.#later(this.every_ms);
    } catch (error) {
      if (mine !== this.#over || this.#stopped || isAbort(error)) return;
      const failed = error instanceof ApiError ? error : new ApiError("other", 0, "", "");
      this.#failures += 1;
      this.#set({ ...this.read, error: failed, loading: false });
      const again = ["offline", "unavailable", "busy"].includes(failed.kind) || this.every_ms > 0;
      if (again && failed.kind !== "login") this.#later(this.#backoff_ms(failed));
    }
  }

  /** The page is seen again. */
  wake(): void {
    if (this.every_ms > 0 || this.read.error !== null) void this.now();
  }

  put(data: T): void {
    this.#set({ ...this.read, data });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#over?.abort();
  }

  #backoff_ms(error: ApiError): number {
    const grown = Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    return Math.max(error.after_ms ?? 0, grown);
  }

  #later(ms: number): void {
    this.#cancel = this.world.after(ms, () => {
      if (this.world.visible()) void this.now();
    });
  }

  #set(read: Read<T>): void {
    this.read = read;
    this.changed(read);
  }
}

const world: PollWorld = {
  now_ms: () => Date.now(),
  visible: () => !document.hidden,
  after,
};

const IDLE = { data: undefined, error: null, loading: false, at_ms: 0 } as const;

/** What a GET of `path` answers; null: nothing is asked. With `every_ms` again and again while the page is seen. */
export function useResource<T>(path: string | null, options: { every_ms?: number } = {}): Resource<T> {
  const every_ms = options.every_ms ?? 0;
  const [read, setRead] = useState<Read<T> & { of: string | null }>({ ...IDLE, loading: true, of: path });
  const poll = useMemo(
    () =>
      path === null
        ? null
        : new Poll<T>(
            (signal) => api.get<T>(path, { signal }),
            every_ms,
            world,
            (next) => setRead({ ...next, of: path }),
          ),
    [path, every_ms],
  );
  useEffect(() => {
    if (poll === null) return;
    void poll.now();
    const wake = () => !document.hidden && poll.wake();
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    return () => {
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
      poll.stop();
    };
  }, [poll]);
  // What was read of another address is not shown under this one.
  const mine: Read<T> = read.of === path ? read : { ...IDLE, loading: path !== null };
  return {
    ...mine,
    reload: () => void poll?.now(),
    put: (data) => poll?.put(data),
  };
}
