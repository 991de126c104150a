/** What the courier did, kept until the servers have it: one queue, in order, undone within ten seconds. */

import { backoff_ms } from "../link/backoff";
import type { Picture } from "./db";
import type { Act, Deed, Refusal } from "./types";

export const UNDO_MS = 10_000;
/** A changed order is sent when no more changes come for so long. */
export const ORDER_MS = 3_000;
/** An act that was sent stands on the screen at least so long: the day tells of it a little later. */
export const SETTLE_MS = 6_000;

/** What became of an act that was sent. `again`: at once, as it is now. */
export type Sending =
  | { is: "sent" }
  | { is: "again"; act: Act; refusal?: Refusal }
  | { is: "refused"; code: string; detail: string }
  | { is: "gone" }
  | { is: "later"; why: "network" | "server"; after_ms?: number };

/** Where acts are kept. */
export interface Shelf {
  acts(): Promise<Act[]>;
  putActs(acts: readonly Act[], pictures?: readonly Picture[]): Promise<void>;
  removeActs(ids: readonly string[]): Promise<void>;
  refusals(): Promise<Refusal[]>;
  putRefusal(refusal: Refusal): Promise<void>;
  removeRefusal(id: string): Promise<void>;
}

export interface OutboxWorld {
  /** When things happen, corrected by the server's clock. */
  now_ms(): number;
  random(): number;
  id(): string;
  /** Calls back after the time; the function it returns calls that off. */
  later(ms: number, run: () => void): () => void;
}

export interface OutboxState {
  /** In order; those that were sent are there until the day tells of them. */
  acts: readonly Act[];
  refusals: readonly Refusal[];
  /** Why the first act that is due waits; null: nothing waits, or it is on its way. */
  waiting: "network" | "server" | null;
}

export class Outbox {
  state: OutboxState = { acts: [], refusals: [], waiting: null };
  #next_ms = 0;
  #cancel: () => void = () => {};
  #sending = false;
  #leads = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly send: (act: Act) => Promise<Sending>,
    private readonly world: OutboxWorld,
    private readonly changed: (state: OutboxState) => void,
  ) {}

  /** Read what is kept: after a start, or when another tab has changed it. */
  async load(): Promise<void> {
    const [acts, refusals] = await Promise.all([this.shelf.acts(), this.shelf.refusals()]);
    this.#set({ acts, refusals });
    this.#schedule();
  }

  /** Whether it is this tab that sends; of several one does. */
  lead(leads: boolean): void {
    this.#leads = leads;
    if (leads) this.#schedule();
    else this.#cancel();
  }

  /** Keep deeds done by one tap. What was done before them can't be undone any more. */
  async add(
    deeds: readonly Deed[],
    wait_ms: number,
    pictures: readonly Picture[] = [],
    at_ms = this.world.now_ms(),
  ): Promise<string> {
    const now_ms = this.world.now_ms();
    const group = this.world.id();
    // An order not sent yet is replaced by the newer one of its route.
    const routes = deeds.flatMap((deed) => (deed.kind === "order" ? [deed.payload.route] : []));
    const replaced = this.#unsent().filter(
      (act) => act.kind === "order" && act.tries === 0 && routes.includes(act.payload.route),
    );
    const first = Math.max(0, ...this.state.acts.map((act) => act.seq)) + 1;
    const made = deeds.map(
      (deed, n): Act => ({
        ...deed,
        id: this.world.id(),
        seq: first + n,
        group,
        at_ms,
        not_before_ms: now_ms + wait_ms,
        tries: 0,
      }),
    );
    const kept = this.state.acts.filter((act) => !replaced.includes(act));
    const committed = kept.map((act) => (act.not_before_ms > now_ms ? { ...act, not_before_ms: 0 } : act));
    this.#set({ acts: [...committed, ...made] });
    await this.shelf.putActs([...committed.filter((act) => act.not_before_ms === 0), ...made], pictures);
    if (replaced.length > 0) await this.shelf.removeActs(replaced.map((act) => act.id));
    this.#schedule();
    return group;
  }

  /** Take back what one tap did; false: too late. */
  async undo(group: string): Promise<boolean> {
    const now_ms = this.world.now_ms();
    const mine = this.state.acts.filter((act) => act.group === group);
    if (mine.length === 0 || mine.some((act) => act.not_before_ms <= now_ms || act.sent_ms !== undefined)) {
      return false;
    }
    this.#set({ acts: this.state.acts.filter((act) => act.group !== group) });
    await this.shelf.removeActs(mine.map((act) => act.id));
    this.#schedule();
    return true;
  }

  /** The page is being left, or the next thing is done: nothing waits for an undo any more. */
  async commit(): Promise<void> {
    const now_ms = this.world.now_ms();
    const held = this.state.acts.filter((act) => act.not_before_ms > now_ms);
    if (held.length === 0) return;
    const due = held.map((act) => ({ ...act, not_before_ms: 0 }));
    this.#set({ acts: this.state.acts.map((act) => due.find((each) => each.id === act.id) ?? act) });
    const kept = this.shelf.putActs(due);
    this.#schedule();
    await kept;
  }

  /** The network is back, or the page is seen again: don't wait. */
  nudge(): void {
    this.#next_ms = 0;
    this.#schedule();
  }

  /** The day as it stood at `fetched_ms` is here: forget what was sent long enough before. */
  async settle(fetched_ms: number): Promise<void> {
    const over = this.state.acts.filter(
      (act) => act.sent_ms !== undefined && fetched_ms >= act.sent_ms + SETTLE_MS,
    );
    if (over.length === 0) return;
    this.#set({ acts: this.state.acts.filter((act) => !over.includes(act)) });
    await this.shelf.removeActs(over.map((act) => act.id));
  }

  async dismiss(id: string): Promise<void> {
    this.#set({ refusals: this.state.refusals.filter((refusal) => refusal.id !== id) });
    await this.shelf.removeRefusal(id);
  }

  stop(): void {
    this.lead(false);
  }

  #unsent(): Act[] {
    return this.state.acts.filter((act) => act.sent_ms === undefined);
  }

  #set(change: Partial<OutboxState>): void {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }

  #schedule(): void {
    this.#cancel();
    const first = this.#unsent()[0];
    if (!this.#leads || this.#sending || first === undefined) return;
    const at_ms = Math.max(first.not_before_ms, this.#next_ms);
    const wait_ms = Math.max(0, at_ms - this.world.now_ms());
    this.#cancel = this.world.later(wait_ms, () => void this.#sendFirst());
  }

  async #sendFirst(): Promise<void> {
    const act = this.#unsent()[0];
    if (act === undefined || this.#sending || !this.#leads) return;
    this.#sending = true;
    try {
      await this.#became(act, await this.send(act));
    } finally {
      this.#sending = false;
      this.#schedule();
    }
  }

  async #became(act: Act, sending: Sending): Promise<void> {
    switch (sending.is) {
      case "sent": {
        this.#next_ms = 0;
        const sent = { ...act, tries: act.tries + 1, sent_ms: this.world.now_ms() };
        this.#replace(sent, null);
        await this.shelf.putActs([sent]);
        return;
      }
      case "again":
        this.#replace(sending.act, null, act.id);
        if (sending.refusal !== undefined) await this.#refuse(sending.refusal);
        await this.shelf.putActs([sending.act]);
        if (sending.act.id !== act.id) await this.shelf.removeActs([act.id]);
        return;
      case "refused": {
        this.#next_ms = 0;
        const { code, detail } = sending;
        const refused_ms = this.world.now_ms();
        await this.#refuse({ id: act.id, act, what: "act", code, detail, refused_ms });
        this.#set({ acts: this.state.acts.filter((each) => each.id !== act.id), waiting: null });
        await this.shelf.removeActs([act.id]);
        return;
      }
      case "gone":
        this.#leads = false;
        return;
      case "later": {
        const tried = { ...act, tries: act.tries + 1 };
        const wait_ms = Math.max(sending.after_ms ?? 0, backoff_ms(act.tries, this.world.random()));
        this.#next_ms = this.world.now_ms() + wait_ms;
        this.#replace(tried, sending.why);
        await this.shelf.putActs([tried]);
      }
    }
  }

  #replace(act: Act, waiting: OutboxState["waiting"], id = act.id): void {
    this.#set({ acts: this.state.acts.map((each) => (each.id === id ? act : each)), waiting });
  }

  async #refuse(refusal: Refusal): Promise<void> {
    this.#set({ refusals: [...this.state.refusals, refusal] });
    await this.shelf.putRefusal(refusal);
  }
}
