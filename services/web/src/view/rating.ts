/** What the recipient has answered: as the shipment tells it, and what this page has sent since. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Snapshot } from "../contracts";
import type { Given, Outcome, Question } from "../link/ratings";
import { tagOf } from "./phase";

/** A score that a message's link has chosen. */
export interface Tap {
  question: Question;
  score: number;
}

export interface Sender {
  send(given: Given, key: string): Promise<Outcome>;
  takeBack(question: Question): Promise<Outcome>;
}

/** An answer of this page; `score` null: taken back. */
export interface Own {
  score: number | null;
  is: "sending" | Outcome;
  words: "none" | "sending" | Outcome;
}

type Owns = Readonly<Partial<Record<Question, Own>>>;

/** How long the arrow keys may rest before what they chose is sent. */
export const REST_MS = 1_200;

/** As bad as this, somebody looks after him: the same bounds as the server's. */
const BAD: Readonly<Partial<Record<Question, number>>> = { all_right: 0, nps: 6, csi: 2 };

export function isBad(question: Question, score: number | null | undefined): boolean {
  const least = BAD[question];
  return least !== undefined && typeof score === "number" && score <= least;
}

const MOST: Readonly<Record<string, [Question, number, number]>> = {
  nps: ["nps", 0, 10],
  csi: ["csi", 1, 5],
};

/** What a message's link has chosen: `?right=yes`, `?nps=9`, `?csi=4`; null: nothing, or nothing of ours. */
export function tapOf(query: string): Tap | null {
  const given = new URLSearchParams(query);
  const right = given.get("right");
  if (right === "yes" || right === "no") return { question: "all_right", score: right === "yes" ? 1 : 0 };
  for (const [name, [question, low, high]] of Object.entries(MOST)) {
    const text = given.get(name);
    if (text === null || !/^\d{1,2}$/.test(text)) continue;
    const score = Number(text);
    if (score >= low && score <= high) return { question, score };
  }
  return null;
}

/** Which questions the page asks now. */
export function asked(
  view: Snapshot | null,
  tap: Tap | null,
  owns: Owns,
): { right: boolean; survey: boolean } {
  if (view === null) return { right: false, survey: false };
  const { shipment } = view;
  const answered = new Set([
    ...(shipment.ratings ?? []).map((each) => each.question),
    ...(Object.keys(owns) as Question[]),
    ...(tap === null ? [] : [tap.question]),
  ]);
  const delivered = tagOf(shipment.substatus) === "Delivered";
  const right = delivered || answered.has("all_right");
  const others = answered.has("nps") || answered.has("csi") || answered.has("remark");
  return { right, survey: others || answered.has("all_right") || (shipment.ended === true && !delivered) };
}

export class RatingStore {
  readonly #owns = signal<Owns>({});
  readonly #tap = signal<Tap | null>(null);
  #sender: Sender | null = null;
  #resting: { timer: ReturnType<typeof setTimeout>; send: () => void } | null = null;

  constructor(
    private readonly key: () => string,
    /** Called once what was tapped has been settled: it need not stand in the address any more. */
    private readonly settled: () => void = () => {},
  ) {}

  get owns(): ReadonlySignal<Owns> {
    return this.#owns;
  }

  get tap(): ReadonlySignal<Tap | null> {
    return this.#tap;
  }

  /** Another link, or none; with what its address has chosen, which is sent at once. */
  open(sender: Sender | null, tap: Tap | null = null): void {
    this.#rest(null);
    this.#owns.value = {};
    this.#sender = sender;
    this.#tap.value = sender === null ? null : tap;
    if (sender !== null && tap !== null) void this.answer(tap.question, tap.score);
  }

  /** The score that stands; null: none. */
  score(view: Snapshot | null, question: Question): number | null {
    const own = this.#owns.value[question];
    if (own !== undefined) return own.score;
    return view?.shipment.ratings?.find((each) => each.question === question)?.score ?? null;
  }

  /** Whether he has written something to this question that is kept. */
  hasWords(view: Snapshot | null, question: Question): boolean {
    const own = this.#owns.value[question];
    if (own?.score === null && own.words === "none") return false;
    if (own?.words === "kept") return true;
    return view?.shipment.ratings?.find((each) => each.question === question)?.words === true;
  }

  /** One tap. */
  async answer(question: Question, score: number): Promise<void> {
    this.#rest(null);
    const before = this.#owns.value[question];
    const mine = this.#put(question, { score, is: "sending", words: before?.words ?? "none" });
    const outcome = await this.#sent((sender) => sender.send({ question, score }, this.key()));
    this.#settle(question, mine, outcome);
  }

  /** Chosen by the keyboard, which passes over others: sent when it rests. */
  choose(question: Question, score: number): void {
    const before = this.#owns.value[question];
    this.#put(question, { score, is: "sending", words: before?.words ?? "none" });
    this.#rest(() => void this.answer(question, score));
  }

  /** Send what still rests: the field is left. */
  flush(): void {
    const resting = this.#resting;
    if (resting === null) return;
    clearTimeout(resting.timer);
    this.#resting = null;
    resting.send();
  }

  /** His words to a question that he has answered, or by themselves (`remark`). */
  async tell(view: Snapshot | null, question: Question, words: string): Promise<void> {
    const score = this.score(view, question);
    const mine = this.#put(question, {
      score,
      is: this.#owns.value[question]?.is ?? "kept",
      words: "sending",
    });
    const given = { question, ...(score === null ? {} : { score }), words };
    const outcome = await this.#sent((sender) => sender.send(given, this.key()));
    if (this.#owns.value[question] === mine) this.#put(question, { ...mine, words: outcome });
  }

  async takeBack(view: Snapshot | null, question: Question): Promise<void> {
    this.#rest(null);
    const score = this.score(view, question);
    const before: Own = this.#owns.value[question] ?? { score, is: "kept", words: "none" };
    const mine = this.#put(question, { score: null, is: "sending", words: "none" });
    const outcome = await this.#sent((sender) => sender.takeBack(question));
    if (outcome !== "kept" && this.#owns.value[question] === mine) {
      this.#put(question, { ...before, is: outcome });
      return;
    }
    this.#settle(question, mine, outcome);
  }

  #settle(question: Question, mine: Own, outcome: Outcome): void {
    if (this.#owns.value[question] !== mine) return;
    this.#put(question, { ...mine, is: outcome });
    if (outcome !== "later" && outcome !== "busy") this.settled();
  }

  async #sent(work: (sender: Sender) => Promise<Outcome>): Promise<Outcome> {
    return this.#sender === null ? "later" : work(this.#sender);
  }

  #put(question: Question, own: Own): Own {
    this.#owns.value = { ...this.#owns.value, [question]: own };
    return own;
  }

  #rest(send: (() => void) | null): void {
    if (this.#resting !== null) clearTimeout(this.#resting.timer);
    this.#resting = null;
    if (send === null) return;
    const timer = setTimeout(() => {
      this.#resting = null;
      send();
    }, REST_MS);
    this.#resting = { timer, send };
  }
}

/** 128 bits that name a tap. */
export function tapKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
