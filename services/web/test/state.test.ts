import { describe, expect, it } from "vitest";
import type { ServerFrame } from "../src/contracts";
import { apply, isNewer, NOTHING, serverNow, withLink } from "../src/view/state";
import { CELL, driver, hidden, live, NOON_MS, point, shipment, snapshot } from "./samples";

const position = (offset: number, lon: number, plan = 7): ServerFrame => ({
  type: "position",
  version: [plan, offset],
  at_ms: NOON_MS + offset,
  feature: point(lon, 60.17, NOON_MS + offset),
});

describe("snapshot and deltas", () => {
  it("give what a fresh snapshot gives", () => {
    const frames: ServerFrame[] = [
      position(101, 24.946),
      position(102, 24.947),
      {
        type: "shipment",
        now_ms: NOON_MS + 5000,
        shipment: shipment({ seq: 5 }),
        driver: driver({ version: [7, 103], stops_left: 2, feature: point(24.948, 60.17) }),
      },
      position(104, 24.949),
    ];
    const told = frames.reduce((state, frame) => apply(state, frame, NOON_MS + 5000), live());
    const fresh = live({
      now_ms: NOON_MS + 5000,
      shipment: shipment({ seq: 5 }),
      driver: driver({
        version: [7, 104],
        stops_left: 2,
        at_ms: NOON_MS + 104,
        feature: point(24.949, 60.17, NOON_MS + 104),
      }),
    });
    expect(told.view).toEqual(fresh.view);
  });

  it("drop what is not newer", () => {
    const state = apply(live(), position(105, 24.95), NOON_MS);
    expect(apply(state, position(105, 24.99), NOON_MS).view).toBe(state.view);
    expect(apply(state, position(104, 24.99), NOON_MS).view).toBe(state.view);
    expect(apply(state, position(1, 24.96, 8), NOON_MS).view?.driver.version).toEqual([8, 1]);
    expect(apply(state, position(900, 24.96, 6), NOON_MS).view).toBe(state.view);
  });

  it("bring nothing back that is withheld", () => {
    for (const why of ["protected", "paused", "ended"] as const) {
      const state = live({ driver: hidden(why) });
      const after = apply(state, position(900, 24.99), NOON_MS);
      expect(after.view?.driver.feature).toBeUndefined();
    }
  });

  it("put a point only where a point is shown, and an area only where an area is", () => {
    const area = live({ driver: driver({ show: "area", feature: CELL }) });
    expect(apply(area, position(900, 24.99), NOON_MS).view).toBe(area.view);
    const delta: ServerFrame = { type: "area", version: [7, 101], at_ms: NOON_MS + 30_000, feature: CELL };
    expect(apply(area, delta, NOON_MS).view?.driver.at_ms).toBe(NOON_MS + 30_000);
    const exact = live();
    expect(apply(exact, delta, NOON_MS).view).toBe(exact.view);
  });

  it("hide at once, even with a lower version", () => {
    const delta: ServerFrame = {
      type: "shipment",
      now_ms: NOON_MS,
      shipment: shipment({ seq: 5, substatus: "Delivered_001", ended: true }),
      driver: hidden("ended", { version: [0, 0] }),
    };
    const after = apply(live(), delta, NOON_MS).view;
    expect(after?.driver.feature).toBeUndefined();
    expect(after?.driver.show).toBe("none");
  });

  it("ignore deltas before the first snapshot, and frames of a kind not known yet", () => {
    expect(apply(NOTHING, position(1, 24), NOON_MS).view).toBeNull();
    const state = live();
    expect(apply(state, { type: "later" } as unknown as ServerFrame, NOON_MS)).toBe(state);
  });
});

describe("a snapshot after a reconnect", () => {
  it("does not pull the marker back when another gateway lags", () => {
    const state = apply(live(), position(150, 24.95), NOON_MS);
    const back = apply(state, snapshot({ driver: driver({ version: [7, 120], stops_left: 2 }) }), NOON_MS);
    expect(back.view?.driver.feature).toEqual(state.view?.driver.feature);
    expect(back.view?.driver.stops_left).toBe(2);
  });

  it("hides what it hides, and follows another plan", () => {
    const state = apply(live(), position(150, 24.95), NOON_MS);
    const hid = apply(state, snapshot({ driver: hidden("no_fix", { version: [7, 120] }) }), NOON_MS);
    expect(hid.view?.driver.feature).toBeUndefined();
    const other = driver({ version: [6, 1], feature: point(24.93, 60.16) });
    expect(apply(state, snapshot({ driver: other }), NOON_MS).view?.driver).toEqual(other);
  });
});

describe("the link", () => {
  it("takes all with it when it goes, but whom to call", () => {
    const gone = apply(live(), { type: "bye", reason: "gone" }, NOON_MS);
    expect(gone.link).toBe("gone");
    expect(gone.view).toBeNull();
    expect(gone.shop?.contact?.phone).toBe("+302100000000");
  });

  it("remembers since when it is as it is", () => {
    const lost = withLink(live(), "reconnecting", NOON_MS + 10);
    expect(withLink(lost, "reconnecting", NOON_MS + 999).linkSince_ms).toBe(NOON_MS + 10);
  });

  it("measures the server's clock against a device's that is an hour wrong", () => {
    const state = live({}, NOON_MS - 3_600_000);
    expect(serverNow(state, NOON_MS - 3_600_000 + 8_000)).toBe(NOON_MS + 8_000);
  });
});

it("orders versions by plan, then offset", () => {
  expect(isNewer([7, 2], [7, 1])).toBe(true);
  expect(isNewer([7, 1], [7, 1])).toBe(false);
  expect(isNewer([8, 0], [7, 999])).toBe(true);
  expect(isNewer([6, 999], [7, 0])).toBe(false);
});
