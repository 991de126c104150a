import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answered } from "../src/contracts";
import { type Given, type Outcome, type Question, Ratings } from "../src/link/ratings";
import { asked, isBad, RatingStore, REST_MS, type Sender, tapKey, tapOf } from "../src/view/rating";
import { shipment, snapshot } from "./samples";

function delivered(...ratings: Answered[]) {
  return snapshot({ shipment: shipment({ substatus: "Delivered_001", ended: true, ratings }) });
}

/** Waits until everything that was promised has come. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe("what a message's link has chosen", () => {
  it.each([
    ["?right=yes", "all_right", 1],
    ["?right=no", "all_right", 0],
    ["?nps=0", "nps", 0],
    ["?nps=10", "nps", 10],
    ["?csi=1", "csi", 1],
    ["?lang=el&csi=5", "csi", 5],
  ] as const)("%s", (query, question, score) => {
    expect(tapOf(query)).toEqual({ question, score });
  });

  it.each([
    "",
    "?nps=11",
    "?nps=-1",
    "?nps=",
    "?nps=9.5",
    "?nps=1e1",
    "?csi=0",
    "?csi=6",
    "?right=perhaps",
    "?nps=%20",
  ])("is nothing in %j", (query) => {
    expect(tapOf(query)).toBeNull();
  });
});

describe("what the page asks", () => {
  it("is nothing before the end, unless a message has asked", () => {
    const under_way = snapshot({ shipment: shipment({}) });
    expect(asked(under_way, null, {})).toEqual({ right: false, survey: false });
    expect(asked(under_way, { question: "nps", score: 3 }, {})).toEqual({ right: false, survey: true });
    expect(asked(null, { question: "nps", score: 3 }, {})).toEqual({ right: false, survey: false });
  });

  it("is first whether all is right, then the rest", () => {
    expect(asked(delivered(), null, {})).toEqual({ right: true, survey: false });
    expect(asked(delivered({ question: "all_right", score: 1 }), null, {})).toEqual({
      right: true,
      survey: true,
    });
    expect(asked(delivered({ question: "csi", score: 1 }), null, {})).toEqual({ right: true, survey: true });
  });

  it("is not whether all is right where nothing was delivered", () => {
    const returned = snapshot({ shipment: shipment({ substatus: "Exception_011", ended: true }) });
    expect(asked(returned, null, {})).toEqual({ right: false, survey: true });
  });
});

it("calls bad what the server calls bad", () => {
  const bad = (question: Question, scores: number[]) => scores.filter((score) => isBad(question, score));
  expect(bad("all_right", [0, 1])).toEqual([0]);
  expect(bad("nps", [0, 5, 6, 7, 10])).toEqual([0, 5, 6]);
  expect(bad("csi", [1, 2, 3, 5])).toEqual([1, 2]);
  expect(isBad("nps", null)).toBe(false);
});

class Portal implements Sender {
  sent: Given[] = [];
  keys: string[] = [];
  back: Question[] = [];
  outcome: Outcome = "kept";
  async send(given: Given, key: string) {
    this.sent.push(given);
    this.keys.push(key);
    return this.outcome;
  }
  async takeBack(question: Question) {
    this.back.push(question);
    return this.outcome;
  }
}

describe("answers", () => {
  let portal: Portal;
  let clean: number;
  let store: RatingStore;
  beforeEach(() => {
    vi.useFakeTimers();
    portal = new Portal();
    clean = 0;
    store = new RatingStore(tapKey, () => {
      clean += 1;
    });
    store.open(portal);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("of a tapped link are sent at once, and then it leaves the address", async () => {
    store.open(portal, { question: "nps", score: 3 });
    expect(store.score(null, "nps")).toBe(3);
    expect(store.owns.value.nps?.is).toBe("sending");
    expect(clean).toBe(0);
    await settled();
    expect(portal.sent).toEqual([{ question: "nps", score: 3 }]);
    expect(store.owns.value.nps?.is).toBe("kept");
    expect(clean).toBe(1);
  });

  it("that were not sent stay in the address and can be sent again", async () => {
    portal.outcome = "later";
    store.open(portal, { question: "csi", score: 2 });
    await settled();
    expect([store.owns.value.csi?.is, clean]).toEqual(["later", 0]);
    portal.outcome = "kept";
    await store.answer("csi", 2);
    expect([store.owns.value.csi?.is, clean]).toEqual(["kept", 1]);
  });

  it("each have a name of their own", async () => {
    await store.answer("nps", 1);
    await store.answer("nps", 9);
    expect(new Set(portal.keys).size).toBe(2);
    expect(portal.keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("may be changed: the last one stands, whichever answer comes last", async () => {
    const waiting: ((outcome: Outcome) => void)[] = [];
    store.open({ send: () => new Promise((done) => waiting.push(done)), takeBack: async () => "kept" });
    void store.answer("nps", 1);
    void store.answer("nps", 9);
    await settled();
    waiting[1]?.("kept");
    await settled();
    waiting[0]?.("later");
    await settled();
    expect(store.owns.value.nps).toEqual({ score: 9, is: "kept", words: "none" });
  });

  it("chosen by arrow keys are sent when the keys rest, and only the last", async () => {
    for (const score of [1, 2, 3]) store.choose("nps", score);
    expect(store.score(null, "nps")).toBe(3);
    vi.advanceTimersByTime(REST_MS - 1);
    expect(portal.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    await settled();
    expect(portal.sent).toEqual([{ question: "nps", score: 3 }]);
  });

  it("chosen by arrow keys are sent when the field is left", async () => {
    store.choose("csi", 4);
    store.flush();
    store.flush();
    await settled();
    vi.advanceTimersByTime(2 * REST_MS);
    expect(portal.sent).toEqual([{ question: "csi", score: 4 }]);
  });

  it("of a link that was left are not sent under the next", async () => {
    store.choose("nps", 4);
    store.open(new Portal());
    vi.advanceTimersByTime(2 * REST_MS);
    await settled();
    expect(portal.sent).toEqual([]);
    expect(store.score(null, "nps")).toBeNull();
  });

  it("are what the shipment tells until this page has said another", async () => {
    const view = delivered({ question: "nps", score: 9, words: true });
    expect([store.score(view, "nps"), store.hasWords(view, "nps")]).toEqual([9, true]);
    await store.answer("nps", 2);
    expect(store.score(view, "nps")).toBe(2);
  });

  it("can be taken back", async () => {
    const view = delivered({ question: "nps", score: 2 });
    await store.takeBack(view, "nps");
    expect(portal.back).toEqual(["nps"]);
    expect(store.score(view, "nps")).toBeNull();
    expect(store.owns.value.nps?.is).toBe("kept");
  });

  it("that could not be taken back stand", async () => {
    await store.answer("nps", 2);
    portal.outcome = "later";
    await store.takeBack(null, "nps");
    expect(store.owns.value.nps).toEqual({ score: 2, is: "later", words: "none" });
    await store.takeBack(delivered({ question: "csi", score: 1 }), "csi");
    expect(store.owns.value.csi).toEqual({ score: 1, is: "later", words: "none" });
  });

  it("have words with the score that stands, and a remark has no score", async () => {
    const view = delivered({ question: "all_right", score: 0 });
    await store.tell(view, "all_right", "Broken.");
    await store.tell(view, "remark", "Late.");
    expect(portal.sent).toEqual([
      { question: "all_right", score: 0, words: "Broken." },
      { question: "remark", words: "Late." },
    ]);
    expect(store.hasWords(view, "remark")).toBe(true);
    portal.outcome = "busy";
    await store.tell(view, "remark", "Very late.");
    expect(store.owns.value.remark?.words).toBe("busy");
  });
});

describe("at the portal", () => {
  const asks: [string, RequestInit][] = [];
  const ratings = (status: number, ticket = 200) => {
    asks.length = 0;
    return new Ratings(
      "secret",
      async (url, init) => {
        asks.push([url, init]);
        if (url !== "/v1/link/ticket") return new Response("{}", { status });
        return new Response(JSON.stringify({ ticket: "t-1", socket: "ws://x/" }), { status: ticket });
      },
      () => 0,
    );
  };

  it("an answer goes with the link's ticket, and without a cookie", async () => {
    expect(await ratings(200).send({ question: "nps", score: 3 }, "tap")).toBe("kept");
    const [url, init] = asks[1] ?? ["", {}];
    expect([url, init.method, init.body]).toEqual([
      "/v1/link/rating",
      "POST",
      '{"question":"nps","score":3}',
    ]);
    expect(init.headers).toMatchObject({ Authorization: "Ticket t-1", "Idempotency-Key": "tap" });
    expect(init.credentials).toBe("omit");
  });

  it.each([
    [202, "kept"],
    [404, "gone"],
    [409, "early"],
    [429, "busy"],
    [503, "later"],
    [401, "later"],
  ])("%i means %s", async (status, outcome) => {
    expect(await ratings(status).send({ question: "nps", score: 3 }, "tap")).toBe(outcome);
    expect(await ratings(status).takeBack("nps")).toBe(outcome);
    expect(asks[1]?.[0]).toBe("/v1/link/rating/nps");
  });

  it("a link that is gone answers nothing", async () => {
    expect(await ratings(200, 404).send({ question: "nps", score: 3 }, "tap")).toBe("gone");
    expect(asks.length).toBe(1);
  });
});
