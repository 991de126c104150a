/**
 * Keeps the page connected: a ticket, a socket, and again with back-off when it ends. Where sockets don't get
 * through it asks for the view instead. A socket that has gone dead without saying so is found by asking for
 * the view after a silence.
 */

import type { ServerFrame, Snapshot } from "../contracts";
import type { LinkStatus } from "../view/state";
import { askTicket, askView, type Failure, type Fetch, type Ticket } from "./api";
import { backoff_ms } from "./backoff";
import { openSession, type Session, type Socket } from "./session";

/** After so many sockets that brought nothing, poll. */
export const POLL_AFTER_FAILURES = 3;
export const POLL_EVERY_MS = 10_000;
/** How long to poll before a socket is tried again. */
export const POLL_FOR_MS = 60_000;
/** A silent socket is checked after so long. */
export const SILENCE_MS = 45_000;
/** A session of this length clears what failed before. */
const SETTLED_MS = 10_000;
/** When the page wakes, a socket silent for so long is checked at once. */
const WAKE_SILENCE_MS = 10_000;
/** Too many sockets of this link or address: another soon would be one more. */
const CROWDED_MS = 5_000;
/** What the view knows and the socket has not told within this means that the socket is dead. */
const TELL_WITHIN_MS = 4_000;

export interface World {
  fetch: Fetch;
  socket: (url: string) => Socket;
  now_ms: () => number;
  random: () => number;
  visible: () => boolean;
}

export interface Listener {
  frame(frame: ServerFrame): void;
  status(status: LinkStatus): void;
}

export class Connection {
  #attempt = 0;
  #failures = 0;
  #stopped = false;
  #session: Session | null = null;
  #ticket: Ticket | null = null;
  #heard_ms = 0;
  /** What the socket has told, to compare with the view. */
  #known: Shown | null = null;
  #wake: (() => void) | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly secret: string,
    private readonly listener: Listener,
    private readonly world: World,
  ) {}

  /** Runs until the link is gone or `stop`. */
  async run(): Promise<void> {
    this.listener.status("connecting");
    while (!this.#stopped) {
      const ticket = await askTicket(this.world.fetch, this.secret, this.world.now_ms());
      if (this.#stopped) return;
      if ("failed" in ticket) {
        if (ticket.failed === "gone") return this.#gone();
        this.listener.status("reconnecting");
        await this.#wait(later(ticket) ?? this.#backoff());
        continue;
      }
      this.#ticket = ticket;
      if (await this.#serve(ticket)) return this.#gone();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#silence);
    this.#session?.close();
    this.#wake?.();
  }

  /** The page has come back to sight, or the device to the network: don't wait, look. */
  nudge(): void {
    this.#wake?.();
    if (this.#session !== null && this.world.now_ms() - this.#heard_ms > WAKE_SILENCE_MS) void this.#check();
  }

  /** One socket and what follows it; true when the link is gone. */
  async #serve(ticket: Ticket): Promise<boolean> {
    const began_ms = this.world.now_ms();
    const session = openSession(() => this.world.socket(ticket.socket), ticket.ticket, this.#take);
    this.#session = session;
    this.#heard_ms = began_ms;
    const ending = await session.ended;
    this.#session = null;
    clearTimeout(this.#silence);
    if (this.#stopped) return false;
    if (ending.bye?.reason === "gone") return true;
    if (ending.served) this.#failures = 0;
    else this.#failures += 1;
    if (ending.served && this.world.now_ms() - began_ms > SETTLED_MS) this.#attempt = 0;
    if (this.#failures >= POLL_AFTER_FAILURES) return this.#poll();
    this.listener.status("reconnecting");
    const crowded_ms = ending.bye?.reason === "too_many" ? CROWDED_MS : 0;
    await this.#wait(ending.bye?.retry_ms ?? crowded_ms + this.#backoff());
    return false;
  }

  readonly #take = (frame: ServerFrame): void => {
    this.#heard_ms = this.world.now_ms();
    this.#known = shown(this.#known, frame);
    clearTimeout(this.#silence);
    if (frame.type !== "bye") {
      this.#silence = setTimeout(() => void this.#check(), SILENCE_MS);
    }
    this.listener.frame(frame);
    if (frame.type === "snapshot") this.listener.status("live");
  };

  /** Ask for the view for a while, then let a socket be tried again; true when the link is gone. */
  async #poll(): Promise<boolean> {
    const until_ms = this.world.now_ms() + POLL_FOR_MS;
    while (!this.#stopped && this.world.now_ms() < until_ms) {
      const view = await this.#view();
      if (this.#stopped) return false;
      if (!("failed" in view)) {
        this.listener.frame(view);
        this.listener.status("polling");
        await this.#wait(POLL_EVERY_MS);
      } else if (view.failed === "gone") {
        return true;
      } else {
        this.listener.status("reconnecting");
        await this.#wait(later(view) ?? this.#backoff());
      }
    }
    return false;
  }

  /** The socket is silent: is there nothing to say, or is it dead? */
  async #check(): Promise<void> {
    const session = this.#session;
    if (session === null || this.#stopped) return;
    clearTimeout(this.#silence);
    if (!this.world.visible()) {
      this.#silence = setTimeout(() => void this.#check(), SILENCE_MS);
      return;
    }
    const view = await this.#view();
    if (session !== this.#session) return;
    if ("failed" in view) {
      session.close();
      return;
    }
    if (same(shown(null, view), this.#known)) {
      this.#silence = setTimeout(() => void this.#check(), SILENCE_MS);
      return;
    }
    const heard_ms = this.#heard_ms;
    this.#silence = setTimeout(() => {
      if (session === this.#session && this.#heard_ms === heard_ms) session.close();
    }, TELL_WITHIN_MS);
  }

  /** The view, with a new ticket when the last one is no longer good. */
  async #view(): Promise<Snapshot | Failure> {
    for (let fresh = false; ; fresh = true) {
      if (fresh || this.#ticket === null || this.#ticket.expires_ms <= this.world.now_ms()) {
        const ticket = await askTicket(this.world.fetch, this.secret, this.world.now_ms());
        if ("failed" in ticket) return ticket;
        this.#ticket = ticket;
      }
      const view = await askView(this.world.fetch, this.#ticket.ticket);
      if (!("failed" in view) || view.failed === "later") return view;
      // One more try with a new ticket: only the ticket's own answer says that the link is gone.
      if (fresh) return { failed: "later" };
    }
  }

  #gone(): void {
    this.listener.status("gone");
  }

  #backoff(): number {
    return backoff_ms(this.#attempt++, this.world.random());
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}

function later(failure: Failure): number | undefined {
  return failure.failed === "later" ? failure.after_ms : undefined;
}

interface Shown {
  seq: number;
  show: string;
  why: string | undefined;
  stops_left: number | undefined;
  at_ms: number;
}

/** What is shown after a frame. The driver's version is no part of it: it counts what is withheld too. */
function shown(before: Shown | null, frame: ServerFrame): Shown | null {
  if (frame.type === "snapshot" || frame.type === "shipment") {
    const { show, why, stops_left, at_ms = 0 } = frame.driver;
    return { seq: frame.shipment.seq, show, why, stops_left, at_ms };
  }
  if (before !== null && (frame.type === "position" || frame.type === "area")) {
    return { ...before, at_ms: frame.at_ms };
  }
  return before;
}

function same(a: Shown | null, b: Shown | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
