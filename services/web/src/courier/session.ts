/** One enrolled phone at work: its day, its outbox, its positions. Everything the page does goes through here. */

import { batch } from "@preact/signals";
import { backoff_ms } from "../link/backoff";
import { after } from "../ui/after";
import { type Answer, postFixes, readDay } from "./api";
import type { Clock } from "./clock";
import type { Picture, WorkStore } from "./db";
import { ORDER_MS, Outbox, UNDO_MS } from "./outbox";
import { bodyOf, EVERY_MS, FixQueue, type Posting, type Reading, Sieve } from "./positions";
import { senderOf } from "./sending";
import * as store from "./store";
import type { Day, Deed, Enrolment } from "./types";
import { Awake, Watch } from "./watch";

export const POLL_MS = 10_000;
/** Off duty, and where the phone is no longer connected. */
export const IDLE_POLL_MS = 30_000;
/** A day older than this is another day, and is not kept. */
const DAY_KEPT_MS = 20 * 60 * 60_000;
/** So long after it was taken in, a set-out is known to all that show positions. */
const KNOWN_MS = 2_000;
/** So long in the background is worth telling. */
const AWAY_MS = 60_000;

interface Battery {
  level: number;
}

export class Session {
  readonly #outbox: Outbox;
  readonly #fixes: FixQueue;
  readonly #watch: Watch;
  readonly #awake: Awake;
  readonly #others: BroadcastChannel | null;
  #battery: Battery | null = null;
  readonly #sieve: Sieve;
  #queued_ms = 0;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #reading = false;
  #hidden_ms: number | null = null;
  #over = false;
  #release: () => void = () => {};

  constructor(
    private readonly who: Enrolment,
    private readonly work: WorkStore,
    private readonly clock: Clock,
  ) {
    const now_ms = () => clock.now_ms();
    const world = { now_ms, random: Math.random, later: after, id: () => crypto.randomUUID() };
    const fetcher = (url: string, init: RequestInit) => fetch(url, init);
    const send = senderOf(who, work, { fetch: fetcher, now_ms });
    this.#outbox = new Outbox(
      work,
      async (act) => {
        const sending = await send(act);
        if (sending.is === "gone") void this.#ended();
        if (sending.is === "sent") {
          this.#soon();
          // What came before the servers knew of it may have been taken for standing still.
          if (begins(act)) after(KNOWN_MS, () => this.#watch.confirm());
        }
        return sending;
      },
      world,
      (state) => {
        store.outbox.value = state;
      },
    );
    this.#fixes = new FixQueue(
      work,
      async (fixes) => postingOf(await postFixes(fetcher, who, fixes)),
      world,
      backoff_ms,
      (state) => {
        store.fixes.value = state;
      },
    );
    this.#sieve = new Sieve(after, (reading) => void this.#send(reading));
    this.#watch = new Watch(
      {
        geolocation: navigator.geolocation,
        now_ms,
        offset_ms: () => clock.offset_ms,
        visible: () => !document.hidden,
      },
      (reading, confirmed) => {
        store.place.value = reading;
        this.#sieve.put(reading, confirmed);
      },
      () => void this.#alive(),
      (receiver) => {
        store.receiver.value = receiver;
      },
    );
    this.#awake = new Awake((state) => {
      store.awake.value = state;
    });
    this.#others = "BroadcastChannel" in window ? new BroadcastChannel(`courier:${who.courier_id}`) : null;
    if (this.#others !== null) this.#others.onmessage = () => void this.#outbox.load();
  }

  async start(): Promise<void> {
    store.kept.value = await this.work.day(this.clock.now_ms() - DAY_KEPT_MS);
    this.clock.offset_ms = (await this.work.setting<number>("offset_ms")) ?? 0;
    store.navigator_app.value = (await this.work.setting<"phone" | "google" | "apple">("navigator")) ?? null;
    await this.work.sweepPictures();
    await this.#outbox.load();
    await this.#fixes.start();
    const { getBattery } = navigator as { getBattery?: () => Promise<Battery> };
    this.#battery = (await getBattery?.call(navigator).catch(() => null)) ?? null;
    this.lead();
    await this.refresh();
  }

  /** Of several tabs the one that was seen last sends: two would send everything twice. */
  lead(): void {
    if (this.#over) return;
    const begin = () => {
      store.leads.value = true;
      this.#outbox.lead(true);
      void this.#outbox.load();
      this.#onDuty();
    };
    if (!("locks" in navigator)) {
      begin();
      return;
    }
    if (store.leads.value) return;
    navigator.locks
      .request(`courier:${this.who.courier_id}`, { steal: true }, () => {
        begin();
        return new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      })
      .catch(() => {
        store.leads.value = false;
        this.#outbox.lead(false);
        this.#watch.stop();
        this.#awake.want(false);
      });
  }

  /** Keep what he did. `undoable`: it can be taken back for ten seconds; an order waits for further changes. */
  async act(
    deeds: readonly Deed[],
    undo: "undoable" | "order" | "now",
    pictures: readonly Picture[] = [],
  ): Promise<void> {
    // Recipients see him from setting out on: the next reading is not saved up.
    if (deeds.some((deed) => deed.kind === "set_out")) this.#sieve.clear();
    const wait_ms = undo === "undoable" ? UNDO_MS : undo === "order" ? ORDER_MS : 0;
    await this.#outbox.add(deeds, wait_ms, pictures);
    this.#tellOthers();
    this.#onDuty();
    // A phone that lies still would say nothing by itself.
    if (deeds.some(begins)) this.#watch.confirm();
  }

  async duty(on: boolean): Promise<void> {
    // Off duty the receiver rests at once, not when the server has heard.
    if (!on) this.#watch.stop();
    await this.act([{ kind: "duty", payload: { on } }], "now");
  }

  async undo(group: string): Promise<boolean> {
    const undone = await this.#outbox.undo(group);
    this.#tellOthers();
    this.#onDuty();
    return undone;
  }

  async dismiss(id: string): Promise<void> {
    await this.#outbox.dismiss(id);
    this.#tellOthers();
  }

  async chooseNavigator(app: "phone" | "google" | "apple"): Promise<void> {
    store.navigator_app.value = app;
    await this.work.keepSetting("navigator", app);
  }

  /** The page is seen, or the network is back. */
  wake(): void {
    if (this.#over) return;
    if (this.#hidden_ms !== null && store.onDuty.value && this.#watch.running) {
      const away_ms = this.clock.now_ms() - this.#hidden_ms;
      if (away_ms > AWAY_MS) {
        store.away_ms.value = away_ms;
        this.#watch.renew();
      }
    }
    this.#hidden_ms = null;
    this.lead();
    void this.#awake.seen();
    this.#outbox.nudge();
    this.#fixes.nudge();
    void this.refresh();
  }

  /** The page is not seen any more, or is closed: what can go goes now. */
  leave(): void {
    this.#hidden_ms = this.clock.now_ms();
    void this.#outbox.commit();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#poll);
    this.#watch.stop();
    this.#sieve.clear();
    this.#awake.want(false);
    this.#outbox.stop();
    this.#fixes.stop();
    this.#release();
    this.#others?.close();
    // The storage stays open: what is on its way there still arrives.
  }

  /** Read the day now, and then again and again. */
  async refresh(): Promise<void> {
    if (this.#reading || this.#over) return;
    this.#reading = true;
    clearTimeout(this.#poll);
    try {
      const asked_ms = Date.now();
      const answer = await readDay(
        (url, init) => fetch(url, init),
        this.who.secret,
        store.kept.value?.etag ?? null,
      );
      await this.#told(answer, asked_ms);
    } finally {
      this.#reading = false;
      const idle = document.hidden || (store.kept.value !== null && !store.onDuty.value);
      this.#schedule(idle ? IDLE_POLL_MS : POLL_MS);
    }
  }

  #soon(): void {
    this.#schedule(400);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#poll);
    if (!this.#over) this.#poll = setTimeout(() => void this.refresh(), ms);
  }

  async #told(answer: Answer<Day>, asked_ms: number): Promise<void> {
    // Another courier may have the phone by now.
    if (this.#over) return;
    if (answer.is === "gone") return this.#ended();
    store.dayFailed.value = answer.is === "later" || answer.is === "refused";
    if (answer.is !== "ok" && answer.is !== "same") return;
    if (this.clock.learn(answer.headers.get("Date"), asked_ms, Date.now())) {
      await this.work.keepSetting("offset_ms", this.clock.offset_ms);
    }
    const fetched_ms = this.clock.now_ms() - (Date.now() - asked_ms);
    const before = store.kept.value;
    const kept =
      answer.is === "ok"
        ? { day: answer.value, etag: answer.headers.get("ETag"), fetched_ms }
        : before && { ...before, fetched_ms };
    if (kept === null) return;
    store.kept.value = kept;
    await this.work.keepDay(kept);
    await this.#outbox.settle(fetched_ms);
    this.#onDuty();
  }

  /** The receiver and the screen follow the duty. */
  #onDuty(): void {
    const works = store.onDuty.value && store.leads.value && !this.#over;
    if (works) this.#watch.start();
    else if (this.#watch.running) this.#watch.stop();
    this.#awake.want(works);
    if (!works) {
      this.#sieve.clear();
      store.place.value = null;
      store.away_ms.value = 0;
    }
  }

  async #send(reading: Reading): Promise<void> {
    this.#queued_ms = this.clock.now_ms();
    await this.#fixes.add({ at_ms: reading.at_ms, body: bodyOf(reading, this.#percent()) });
  }

  async #alive(): Promise<void> {
    const at_ms = this.clock.now_ms();
    if (at_ms - this.#queued_ms < EVERY_MS) return;
    this.#queued_ms = at_ms;
    const percent = this.#percent();
    const body = { at: Math.round(at_ms), ...(percent === null ? {} : { battery_pct: percent }) };
    await this.#fixes.add({ at_ms, body });
  }

  #percent(): number | null {
    return this.#battery === null ? null : Math.round(this.#battery.level * 100);
  }

  #tellOthers(): void {
    this.#others?.postMessage("changed");
  }

  /** Nothing of the recipients stays on a phone that is connected no more; what he did and could not send is
   * kept. */
  async #ended(): Promise<void> {
    if (this.#over) return;
    batch(() => {
      store.standing.value = "ended";
      store.kept.value = null;
    });
    await this.work.letGo();
    this.stop();
  }
}

/** From then on somebody wants to know where he is. */
function begins(deed: Deed): boolean {
  return deed.kind === "set_out" || (deed.kind === "duty" && deed.payload.on);
}

function postingOf(answer: Awaited<ReturnType<typeof postFixes>>): Posting {
  switch (answer.is) {
    case "ok": {
      const parked = answer.value.results.filter((result) => result.result === "parked");
      return { is: "taken", parked: parked.map((result) => result.reason ?? "parked") };
    }
    case "same":
      return { is: "taken", parked: [] };
    case "gone":
      // Ingest may not know a new secret yet; whether the phone is connected, the portal says.
      return { is: "later", why: "server", after_ms: 2_000 };
    case "refused":
      return answer.status === 413 ? { is: "later", why: "server" } : { is: "refused", code: answer.code };
    case "later": {
      const { why, after_ms } = answer;
      return { is: "later", why, ...(after_ms === undefined ? {} : { after_ms }) };
    }
  }
}
