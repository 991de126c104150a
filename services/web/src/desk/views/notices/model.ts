/** Notices as the API tells of them, and what a person may do about those that may have gone. Pure. */

export type Channel = "email" | "sms" | "messenger" | "webhook";

export const KINDS = [
  "announced",
  "out_for_delivery",
  "stops_away",
  "arriving",
  "delivered",
  "attempt_failed",
  "window_moved",
  "late",
  "exception",
  "pickup_ready",
  "expired",
  "all_right",
  "survey",
  "lost_link",
  "reply",
  "digest",
] as const;

export type Kind = (typeof KINDS)[number];

export type State = "deferred" | "sent" | "delivered" | "bounced" | "failed" | "held" | "folded" | "dropped";

/** A decision; without `notice` it is about what was worth telling as a whole. */
export interface Entry {
  kind: Kind;
  revision: number;
  state: State;
  at: string;
  channel?: Channel | null;
  notice?: string | null;
  reason?: string | null;
  tries?: number;
  next_try?: string | null;
  /** What the other side has said, such as an HTTP status. */
  code?: string | null;
  webhook?: string | null;
  event?: string | null;
  held?: boolean;
}

/** A try of a webhook. */
export interface Delivery extends Entry {
  shipment: string;
}

/** A notice of `GET /v1/notices/held`. */
export interface Held {
  notice: string;
  shipment: string;
  merchant: string;
  shop: string;
  kind: Kind;
  channel: Channel;
  reason: string;
  at: string;
  order_number?: string | null;
  name?: string | null;
}

const TONES: Readonly<Record<State, "good" | "warn" | "bad" | "plain">> = {
  deferred: "plain",
  sent: "good",
  delivered: "good",
  bounced: "bad",
  failed: "bad",
  held: "warn",
  folded: "plain",
  dropped: "plain",
};

export function toneOf(entry: Pick<Entry, "state">): "good" | "warn" | "bad" | "plain" {
  return TONES[entry.state] ?? "plain";
}

/** What stands between one decision and the next about the same: its newest decision, and those before it. */
export interface Told {
  key: string;
  newest: Entry;
  before: readonly Entry[];
}

/** Decisions by what they are about, the one with the newest decision first; `entries` are newest first. */
export function byNotice(entries: readonly Entry[]): readonly Told[] {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${entry.kind} ${entry.revision} ${entry.channel ?? ""} ${entry.notice ?? ""}`;
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return [...found].map(([key, [newest, ...before]]) => ({ key, newest: newest as Entry, before }));
}

/** The kind that has told of it meanwhile; null: the reason is another. */
export function overtakenBy(reason: string): Kind | null {
  const kind = /^overtaken_by_(\w+)$/.exec(reason)?.[1];
  return KINDS.find((one) => one === kind) ?? null;
}

export type Decision = "release" | "discard";

export interface Clock {
  now_ms: () => number;
  after: (ms: number, work: () => void) => () => void;
}

interface Waiting {
  decision: Decision;
  until_ms: number;
  cancel: () => void;
}

/** So long a decision can be taken back: what was sent can't be. */
export const WINDOW_MS = 10_000;

/**
 * Decisions that wait a moment before they are done. Who closes the page meanwhile leaves the notice held, and
 * somebody decides again.
 */
export class Decisions {
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  of(notice: string): { decision: Decision; left_s: number } | null {
    const one = this.#waiting.get(notice);
    if (one === undefined) return null;
    const left_s = Math.max(0, Math.ceil((one.until_ms - this.clock.now_ms()) / 1000));
    return { decision: one.decision, left_s };
  }

  /** Do `work` after the window. A second decision about the same takes the place of the first. */
  decide(notice: string, decision: Decision, work: () => Promise<void>): void {
    this.#waiting.get(notice)?.cancel();
    const cancel = this.clock.after(WINDOW_MS, () => {
      void work().finally(() => {
        this.#waiting.delete(notice);
        this.changed();
      });
    });
    this.#waiting.set(notice, { decision, until_ms: this.clock.now_ms() + WINDOW_MS, cancel });
    this.changed();
  }

  undo(notice: string): void {
    this.#waiting.get(notice)?.cancel();
    this.#waiting.delete(notice);
    this.changed();
  }
}
