/** A search while it is typed: the last question wins, the ones before it are given up. */

import { isAbort } from "../../api";
import { type Filters, joined, type Page, type Row, toQuery } from "./model";

export interface Found {
  /** undefined: nothing has been read yet. */
  rows: readonly Row[] | undefined;
  total: number | null;
  next: string | null;
  loading: boolean;
  /** A further page is on its way. */
  adding: boolean;
  /** Of the last question; the rows are then those from before it. */
  error: unknown;
}

export const NOTHING: Found = {
  rows: undefined,
  total: null,
  next: null,
  loading: true,
  adding: false,
  error: null,
};

export interface SearchWorld {
  get: (path: string, signal: AbortSignal) => Promise<Page>;
  after: (ms: number, work: () => void) => () => void;
}

export class Search {
  found: Found = NOTHING;
  #filters: Filters | null = null;
  #over = new AbortController();
  #cancel: () => void = () => {};

  constructor(
    private readonly world: SearchWorld,
    private readonly changed: (found: Found) => void,
  ) {}

  /** Ask in `wait_ms`, unless another question comes before. */
  ask(filters: Filters, wait_ms = 0): void {
    this.stop();
    this.#filters = filters;
    this.#set({ loading: true, adding: false });
    if (wait_ms === 0) void this.#first(filters);
    else this.#cancel = this.world.after(wait_ms, () => void this.#first(filters));
  }

  /** The same again: something may have changed. Silent, and not while further pages are shown. */
  refresh(): void {
    if (this.#filters === null || this.found.loading || this.found.adding) return;
    if ((this.found.rows?.length ?? 0) > 50) return;
    this.stop();
    void this.#first(this.#filters);
  }

  retry(): void {
    if (this.#filters !== null) this.ask(this.#filters);
  }

  async more(): Promise<void> {
    const { next, adding, rows } = this.found;
    const filters = this.#filters;
    if (next === null || adding || filters === null || this.found.loading) return;
    this.stop();
    const mine = this.#over;
    this.#set({ adding: true, error: null });
    try {
      const page = await this.world.get(toQuery(filters, next), mine.signal);
      if (mine !== this.#over) return;
      this.#set({ rows: joined(rows ?? [], page), next: page.next ?? null, adding: false });
    } catch (error) {
      if (mine === this.#over && !isAbort(error)) this.#set({ adding: false, error });
    }
  }

  stop(): void {
    this.#cancel();
    this.#over.abort();
    this.#over = new AbortController();
  }

  async #first(filters: Filters): Promise<void> {
    const mine = this.#over;
    try {
      const page = await this.world.get(toQuery(filters), mine.signal);
      if (mine !== this.#over) return;
      this.#set({
        rows: page.shipments,
        total: page.total ?? null,
        next: page.next ?? null,
        loading: false,
        error: null,
      });
    } catch (error) {
      if (mine === this.#over && !isAbort(error)) this.#set({ loading: false, error });
    }
  }

  #set(next: Partial<Found>): void {
    this.found = { ...this.found, ...next };
    this.changed(this.found);
  }
}
