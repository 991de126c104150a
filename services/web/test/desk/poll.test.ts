import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../../src/desk/api";
import { Poll, type PollWorld, type Read } from "../../src/desk/resource";
import { Throttle } from "../../src/desk/views/today/throttle";

/** A clock that is moved by hand. */
class Clock implements PollWorld {
  at_ms = 1_000;
  seen = true;
  jobs: { due_ms: number; work: () => void }[] = [];
  now_ms = () => this.at_ms;
  visible = () => this.seen;
  after = (ms: number, work: () => void) => {
    const job = { due_ms: this.at_ms + ms, work };
    this.jobs.push(job);
    return () => {
      this.jobs = this.jobs.filter((one) => one !== job);
    };
  };

  async pass(ms: number): Promise<void> {
    const end_ms = this.at_ms + ms;
    for (;;) {
      const next = this.jobs.filter((job) => job.due_ms <= end_ms).sort((a, b) => a.due_ms - b.due_ms)[0];
      if (next === undefined) break;
      this.jobs = this.jobs.filter((job) => job !== next);
      this.at_ms = next.due_ms;
      next.work();
      await settled();
    }
    this.at_ms = end_ms;
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

let clock: Clock;
let asked: number;
let answer: () => Promise<number>;
let read: Read<number>;

beforeEach(() => {
  clock = new Clock();
  asked = 0;
  answer = async () => asked;
});

function poll(every_ms: number): Poll<number> {
  const made = new Poll<number>(
    () => {
      asked += 1;
      return answer();
    },
    every_ms,
    clock,
    (next) => {
      read = next;
    },
  );
  read = made.read;
  return made;
}

describe("what is read again and again", () => {
  it("is asked once in its time", async () => {
    const one = poll(4_000);
    await one.now();
    await clock.pass(12_500);
    expect(asked).toBe(4);
    expect(read).toMatchObject({ data: 4, error: null, loading: false, at_ms: 13_000 });
    one.stop();
    await clock.pass(20_000);
    expect(asked).toBe(4);
  });

  it("is not asked while nobody looks, and at once when somebody does", async () => {
    const one = poll(4_000);
    await one.now();
    clock.seen = false;
    await clock.pass(60_000);
    expect(asked).toBe(1);
    clock.seen = true;
    one.wake();
    await settled();
    expect(asked).toBe(2);
  });

  it("keeps what it has when it fails, says how old that is, and asks more rarely", async () => {
    const one = poll(4_000);
    await one.now();
    answer = async () => {
      throw new ApiError("unavailable", 503, "", "");
    };
    await clock.pass(4_000);
    expect(read).toMatchObject({ data: 1, at_ms: 1_000, loading: false });
    expect(read.error?.kind).toBe("unavailable");
    await clock.pass(60_000);
    expect(asked).toBeLessThan(8);
    answer = async () => 99;
    await clock.pass(30_000);
    expect(read).toMatchObject({ data: 99, error: null });
  });

  it("stops when nobody is logged in any more", async () => {
    answer = async () => {
      throw new ApiError("login", 401, "", "");
    };
    await poll(4_000).now();
    await clock.pass(60_000);
    expect(asked).toBe(1);
  });
});

describe("what is read once", () => {
  it("is not asked again", async () => {
    await poll(0).now();
    await clock.pass(600_000);
    expect(asked).toBe(1);
  });

  it("is asked again by itself where that may help, and not where it can't", async () => {
    for (const [kind, more] of [
      ["unavailable", true],
      ["offline", true],
      ["not_found", false],
      ["role", false],
    ] as const) {
      asked = 0;
      answer = async () => {
        throw new ApiError(kind, 0, "", "");
      };
      const one = poll(0);
      await one.now();
      await clock.pass(10_000);
      expect(asked > 1, kind).toBe(more);
      one.stop();
    }
  });
});

it("an answer that comes after a newer question is not shown", async () => {
  const late: ((n: number) => void)[] = [];
  answer = () => new Promise((resolve) => late.push(resolve));
  const one = poll(0);
  const first = one.now();
  const second = one.now();
  late[1]?.(2);
  late[0]?.(1);
  await Promise.all([first, second]);
  expect(read.data).toBe(2);
});

describe("the map's throttle", () => {
  it("hands on the first at once and the newest once a second", async () => {
    const got: number[] = [];
    const throttle = new Throttle<number>(1000, (n) => got.push(n), clock);
    for (let n = 0; n < 50; n++) {
      throttle.put(n);
      await clock.pass(100);
    }
    await clock.pass(2_000);
    expect(got[0]).toBe(0);
    expect(got.at(-1)).toBe(49);
    expect(got.length).toBeLessThanOrEqual(6);
  });

  it("hands on nothing once it is stopped", async () => {
    const got: number[] = [];
    const throttle = new Throttle<number>(1000, (n) => got.push(n), clock);
    throttle.put(1);
    throttle.put(2);
    throttle.stop();
    await clock.pass(5_000);
    expect(got).toEqual([1]);
  });
});
