import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { confirmedSince, type Reading, stillThere } from "../../src/courier/positions";
import { askDue, type Receiver, receiverAfter, Watch } from "../../src/courier/watch";
import { NOON_MS } from "./kit";

const CODES = { PERMISSION_DENIED: 1, POSITION_UNAVAILABLE: 2, TIMEOUT: 3 } as const;
type Answer = keyof typeof CODES | "never" | { age_ms: number };

/** A receiver that speaks by itself only when it is moved; asked, it answers as it is told to. */
class FakeReceiver {
  asked: (PositionOptions | undefined)[] = [];
  answer: Answer = { age_ms: 0 };
  #moved: PositionCallback = () => {};
  #failed: PositionErrorCallback = () => {};

  watchPosition(moved: PositionCallback, failed?: PositionErrorCallback | null): number {
    this.#moved = moved;
    this.#failed = failed ?? (() => {});
    return 1;
  }
  clearWatch(): void {}

  getCurrentPosition(
    found: PositionCallback,
    failed?: PositionErrorCallback | null,
    options?: PositionOptions,
  ): void {
    this.asked.push(options);
    const { answer } = this;
    if (answer === "never") return;
    const wait_ms = answer === "TIMEOUT" ? (options?.timeout ?? 0) : 200;
    setTimeout(() => {
      if (typeof answer === "string") failed?.(error(answer));
      else found(position(Date.now() - answer.age_ms));
    }, wait_ms);
  }

  move(): void {
    this.#moved(position(Date.now()));
  }
  fail(code: keyof typeof CODES): void {
    this.#failed(error(code));
  }
}

function error(code: keyof typeof CODES): GeolocationPositionError {
  return { ...CODES, code: CODES[code], message: "" };
}

function position(timestamp: number): GeolocationPosition {
  const coords = { longitude: 24.94, latitude: 60.17, accuracy: 6, speed: 3, heading: 90, altitude: null };
  return { coords: { ...coords, altitudeAccuracy: null }, timestamp } as GeolocationPosition;
}

function rig() {
  const phone = new FakeReceiver();
  const readings: { at_s: number; confirmed: boolean; speed_mps: number | null }[] = [];
  const receivers: Receiver[] = [];
  const beats: number[] = [];
  const world = { now_ms: () => Date.now(), offset_ms: () => 0, visible: () => true };
  const watch = new Watch(
    { ...world, geolocation: phone as unknown as Geolocation },
    ({ at_ms, speed_mps }, confirmed) =>
      readings.push({ at_s: (at_ms - NOON_MS) / 1000, confirmed, speed_mps }),
    () => beats.push((Date.now() - NOON_MS) / 1000),
    (receiver) => receivers.push(receiver),
  );
  watch.start();
  return { phone, readings, receivers, beats, watch };
}

const pass = (s: number) => vi.advanceTimersByTime(s * 1000);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

const HERE: Reading = {
  lon: 24.94,
  lat: 60.17,
  at_ms: NOON_MS,
  accuracy_m: 6,
  speed_mps: 3,
  bearing_deg: 90,
  altitude_m: null,
};

describe("the decisions", () => {
  it("a confirmed place has its own time after setting out, else now", () => {
    expect(confirmedSince(HERE, NOON_MS - 1, NOON_MS + 9).at_ms).toBe(NOON_MS);
    expect(confirmedSince(HERE, NOON_MS, NOON_MS + 9).at_ms).toBe(NOON_MS + 9);
  });

  it("a last place is where he is for less than a minute", () => {
    expect(stillThere(HERE, NOON_MS + 59_999)).toMatchObject({ at_ms: NOON_MS + 59_999, speed_mps: null });
    expect(stillThere(HERE, NOON_MS + 60_000)).toBeNull();
    expect(stillThere(null, NOON_MS)).toBeNull();
  });

  it("silence is asked about now and then", () => {
    expect(askDue(0, 0, 24_999)).toBe(false);
    expect(askDue(0, 0, 25_000)).toBe(true);
    expect(askDue(0, 25_000, 45_000)).toBe(false);
  });

  it("one timeout is chance, two are not", () => {
    expect(receiverAfter("timeout", 1)).toBeNull();
    expect(receiverAfter("timeout", 2)).toBe("lost");
    expect(receiverAfter("unavailable", 0)).toBe("lost");
    expect(receiverAfter("denied", 0)).toBe("denied");
  });
});

describe("setting out with a phone that lies still", () => {
  it("asks for a fresh place and has it sent at once", () => {
    const { phone, readings, watch } = rig();
    phone.move();
    pass(20);
    watch.confirm();
    pass(1);
    expect(phone.asked).toEqual([{ enableHighAccuracy: true, maximumAge: 0, timeout: 15_000 }]);
    expect(readings.at(-1)).toMatchObject({ at_s: 20.2, confirmed: true });
  });

  it("an older place is one of now, for the receiver confirms it", () => {
    const { phone, readings, watch } = rig();
    pass(20);
    phone.answer = { age_ms: 8_000 };
    watch.confirm();
    pass(1);
    expect(readings).toMatchObject([{ at_s: 20.2, confirmed: true }]);
  });

  it("without an answer the last place is sent as one of now", () => {
    const { phone, readings, watch } = rig();
    phone.move();
    phone.answer = "POSITION_UNAVAILABLE";
    pass(10);
    watch.confirm();
    pass(1);
    expect(readings.at(-1)).toEqual({ at_s: 10.2, confirmed: true, speed_mps: null });
  });

  it("but not one that is a minute old, nor where it is not allowed", () => {
    const { phone, readings, receivers, watch } = rig();
    phone.move();
    phone.answer = "never";
    pass(61);
    phone.answer = "POSITION_UNAVAILABLE";
    watch.confirm();
    pass(1);
    phone.move();
    phone.answer = "PERMISSION_DENIED";
    watch.confirm();
    pass(1);
    expect(readings.some((reading) => reading.confirmed)).toBe(false);
    expect(receivers.at(-1)).toBe("denied");
  });

  it("off duty nothing is asked, and a late answer is not used", () => {
    const { phone, readings, watch } = rig();
    watch.confirm();
    watch.stop();
    pass(1);
    watch.confirm();
    expect(phone.asked).toHaveLength(1);
    expect(readings).toEqual([]);
  });
});

describe("a phone that says nothing", () => {
  it("while it lies still there is no alarm, and there are signs of life", () => {
    const { phone, readings, receivers, beats } = rig();
    phone.move();
    phone.answer = { age_ms: 30_000 };
    for (let s = 0; s < 300; s += 20) {
      pass(20);
      phone.fail("TIMEOUT");
    }
    expect(receivers).not.toContain("lost");
    expect(receivers.at(-1)).toBe("works");
    expect(beats.length).toBeGreaterThanOrEqual(9);
    expect(readings.every((reading) => !reading.confirmed)).toBe(true);
    expect(phone.asked[0]).toEqual({ enableHighAccuracy: true, maximumAge: 60_000, timeout: 10_000 });
  });

  it("alarms after two timeouts, and is calm again with the next place", () => {
    const { phone, receivers } = rig();
    phone.move();
    phone.answer = "TIMEOUT";
    pass(45);
    expect(receivers.at(-1)).toBe("works");
    pass(20);
    expect(receivers.at(-1)).toBe("lost");
    phone.answer = { age_ms: 0 };
    pass(30);
    expect(receivers.at(-1)).toBe("works");
  });

  it("timeouts with a place between them are no alarm", () => {
    const { phone, receivers } = rig();
    phone.answer = "TIMEOUT";
    for (let n = 0; n < 4; n++) {
      pass(40);
      phone.move();
    }
    expect(receivers).not.toContain("lost");
  });

  it("alarms at once where there is no position to be had", () => {
    const { phone, receivers } = rig();
    phone.answer = "POSITION_UNAVAILABLE";
    pass(26);
    expect(receivers.at(-1)).toBe("lost");
  });
});
