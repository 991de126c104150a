import { beforeEach, describe, expect, it } from "vitest";
import { Clock } from "../../src/courier/clock";
import { WorkStore } from "../../src/courier/db";
import {
  BATCH,
  bodyOf,
  FixQueue,
  type FixState,
  type Posting,
  type Reading,
  Sieve,
  TOO_OLD_MS,
  worthSending,
} from "../../src/courier/positions";
import { type Facts, statusOf, toneOf } from "../../src/courier/status";
import { freshStorage, Hands, NOON_MS } from "./kit";

const METRE_DEG = 1 / 111_195;

function reading(at_s: number, north_m: number, more: Partial<Reading> = {}): Reading {
  return {
    lon: 24.94,
    lat: 60.17 + north_m * METRE_DEG,
    at_ms: NOON_MS + at_s * 1000,
    accuracy_m: 6,
    speed_mps: null,
    bearing_deg: null,
    altitude_m: null,
    ...more,
  };
}

/** Which of the readings are sent, by their seconds. */
function sent(readings: readonly Reading[]): number[] {
  let last: Reading | null = null;
  const found: number[] = [];
  for (const next of readings) {
    if (!worthSending(last, next)) continue;
    last = next;
    found.push((next.at_ms - NOON_MS) / 1000);
  }
  return found;
}

describe("which readings are sent", () => {
  const seconds = Array.from({ length: 61 }, (_, s) => s);

  it("driving: one each five seconds", () => {
    expect(sent(seconds.map((s) => reading(s, s * 8)))).toEqual(seconds.filter((s) => s % 5 === 0));
  });

  it("walking: one at least each ten seconds or so", () => {
    const times = sent(seconds.map((s) => reading(s, s * 1.4, { speed_mps: 1.4 })));
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
  });

  it("standing, with the receiver's noise: seldom", () => {
    expect(sent(seconds.map((s) => reading(s, (s % 3) * 2)))).toEqual([0, 25, 50]);
  });

  it("a bad reading that jumps is no movement", () => {
    const jumps = seconds.map((s) => reading(s, s % 2 === 0 ? 0 : 60, { accuracy_m: 120 }));
    expect(sent(jumps)).toEqual([0, 25, 50]);
  });
});

describe("a receiver that tells only of changes", () => {
  function sieve() {
    const world = new Hands();
    const sent: string[] = [];
    const it = new Sieve(world.later, ({ at_ms, lat }) => {
      const north_m = Math.round((lat - 60.17) / METRE_DEG);
      sent.push(`${(at_ms - NOON_MS) / 1000} s: ${north_m} m, at ${(world.at_ms - NOON_MS) / 1000} s`);
    });
    return { world, sent, it };
  }

  it("has told all when he stops: the last place is sent when it is time", async () => {
    const { world, sent, it } = sieve();
    for (let s = 0; s <= 3; s++) {
      it.put(reading(s, s * 10));
      await world.pass(1_000);
    }
    await world.pass(60_000);
    expect(sent).toEqual(["0 s: 0 m, at 0 s", "3 s: 30 m, at 7 s"]);
  });

  it("a newer place is sent in its stead", async () => {
    const { world, sent, it } = sieve();
    it.put(reading(0, 0));
    await world.pass(4_000);
    it.put(reading(4, 40));
    await world.pass(2_000);
    it.put(reading(6, 60));
    await world.pass(60_000);
    expect(sent).toEqual(["0 s: 0 m, at 0 s", "6 s: 60 m, at 6 s"]);
  });

  it("a receiver's noise waits for nothing", async () => {
    const { world, sent, it } = sieve();
    it.put(reading(0, 0));
    it.put(reading(1, 4));
    await world.pass(60_000);
    expect(sent).toHaveLength(1);
  });

  it("off duty what waits is not sent, and back again the first place is", async () => {
    const { world, sent, it } = sieve();
    it.put(reading(0, 0));
    it.put(reading(2, 30));
    it.clear();
    await world.pass(20_000);
    it.put(reading(20, 30));
    expect(sent).toEqual(["0 s: 0 m, at 0 s", "20 s: 30 m, at 20 s"]);
  });
});

describe("what is sent", () => {
  it("has no member that is not known", () => {
    expect(bodyOf(reading(0, 0), null)).toEqual({
      lon: 24.94,
      lat: 60.17,
      at: NOON_MS,
      accuracy_m: 6,
    });
  });

  it("has the battery as a percentage", () => {
    const body = bodyOf(reading(0, 0, { speed_mps: 3.14559, bearing_deg: 90 }), 81);
    expect(body).toMatchObject({ speed_mps: 3.15, bearing_deg: 90, battery_pct: 81 });
  });
});

describe("the queue", () => {
  beforeEach(freshStorage);

  async function queue(answers: Posting[], world = new Hands()) {
    const shelf = await WorkStore.open("eleni");
    const posts: number[][] = [];
    const fixes = new FixQueue(
      shelf,
      async (batch) => {
        posts.push(batch.map((fix) => (fix.at_ms - NOON_MS) / 1000));
        return answers.shift() ?? { is: "taken", parked: [] };
      },
      world,
      (tries) => 1000 * 2 ** tries,
      () => {},
    );
    await fixes.start();
    const add = (s: number) => fixes.add({ at_ms: NOON_MS + s * 1000, body: { at: s } });
    return { world, shelf, posts, fixes, add };
  }

  it("keeps a position until it was taken", async () => {
    const { world, shelf, posts, add } = await queue([{ is: "later", why: "network" }]);
    await add(0);
    await world.pass(500);
    expect(await shelf.fixCount()).toBe(1);
    await world.pass(1_000);
    expect(posts).toEqual([[0], [0]]);
    expect(await shelf.fixCount()).toBe(0);
  });

  it("after a long silence sends where he is now first, then the oldest", async () => {
    const { world, shelf, posts, fixes, add } = await queue([
      { is: "later", why: "network", after_ms: 3_600_000 },
    ]);
    for (let s = 0; s < 120; s++) await add(s);
    await world.pass(1_000);
    posts.length = 0;
    fixes.nudge();
    for (let n = 0; n < 50 && fixes.state.waiting > 0; n++) await world.pass(0);
    expect(posts[0]).toHaveLength(BATCH);
    expect(posts[0]?.slice(0, 3)).toEqual([119, 0, 1]);
    expect(posts.flat()).toHaveLength(120);
    expect(new Set(posts.flat()).size).toBe(120);
    expect(await shelf.fixCount()).toBe(0);
  });

  it("drops what is older than a day", async () => {
    const world = new Hands();
    const before = await queue([{ is: "later", why: "network", after_ms: 3_600_000 }], world);
    await before.add(0);
    before.fixes.stop();
    world.at_ms = NOON_MS + TOO_OLD_MS + 1;
    const { shelf, posts } = await queue([], world);
    await world.pass(1_000);
    expect(posts).toEqual([]);
    expect(await shelf.fixCount()).toBe(0);
  });

  it("refused as a whole, it does not hold back what is newer", async () => {
    const { world, posts, fixes, add } = await queue([{ is: "refused", code: "scanner" }]);
    await add(0);
    await world.pass(1_000);
    expect(fixes.state.failed).toBe("refused");
    await add(5);
    await world.pass(1_000);
    expect(posts).toEqual([[0], [5]]);
    expect(fixes.state).toMatchObject({ failed: null, waiting: 0 });
  });

  it("knows when all that came was put aside, and why", async () => {
    const { world, fixes, add } = await queue([{ is: "taken", parked: ["clock_ahead"] }]);
    await add(0);
    await world.pass(1_000);
    expect(fixes.state).toMatchObject({ parked: "clock_ahead", sent_ms: null });
  });
});

describe("why no position gets through", () => {
  const fixes: FixState = { waiting: 0, sent_ms: NOON_MS, failed: null, parked: null };
  const facts: Facts = {
    on_duty: true,
    leads: true,
    receiver: "works",
    online: true,
    fixes,
    now_ms: NOON_MS,
  };

  it.each([
    ["sent", {}],
    ["off", { on_duty: false, receiver: "denied" }],
    ["otherTab", { leads: false }],
    ["denied", { receiver: "denied", online: false }],
    ["offline", { online: false, receiver: "lost" }],
    ["offline", { fixes: { ...fixes, failed: "network" } }],
    ["lost", { receiver: "lost" }],
    ["clock", { fixes: { ...fixes, parked: "clock_ahead" } }],
    ["server", { fixes: { ...fixes, failed: "server" } }],
    ["refused", { fixes: { ...fixes, failed: "refused" } }],
    ["first", { fixes: { ...fixes, sent_ms: null } }],
  ] as const)("%s", (wanted, change) => {
    expect(statusOf({ ...facts, ...change })).toBe(wanted);
  });

  it("an old one is not good news", () => {
    expect(toneOf("sent", fixes, NOON_MS + 5_000)).toBe("good");
    expect(toneOf("sent", fixes, NOON_MS + 90_000)).toBe("warn");
  });
});

describe("the clock", () => {
  it("is set right by the server's", () => {
    const clock = new Clock(() => NOON_MS + 240_000);
    expect(clock.learn(new Date(NOON_MS).toUTCString(), NOON_MS + 239_900, NOON_MS + 240_100)).toBe(true);
    expect(Math.abs(clock.now_ms() - NOON_MS)).toBeLessThan(1_000);
  });

  it("that is right stays as it is", () => {
    const clock = new Clock(() => NOON_MS);
    expect(clock.learn(new Date(NOON_MS).toUTCString(), NOON_MS - 800, NOON_MS + 900)).toBe(false);
    expect(clock.offset_ms).toBe(0);
    expect(clock.learn("nonsense", NOON_MS, NOON_MS)).toBe(false);
  });
});
