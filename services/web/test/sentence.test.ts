import { describe, expect, it } from "vitest";
import { type Language, type Snapshot, SUBSTATUSES } from "../src/contracts";
import { formatsOf } from "../src/i18n/format";
import { LANGUAGES, textOf } from "../src/i18n/text";
import { GRACE_MS, type Phase, phaseOf, STALE_POINT_MS } from "../src/view/phase";
import { mapState, sceneOf } from "../src/view/scene";
import { sentence } from "../src/view/sentence";
import { NOTHING, type State, withLink } from "../src/view/state";
import { CELL, driver, hidden, live, NOON_MS, shipment } from "./samples";

const LOCALES = { el: "el-GR", ru: "ru-RU", en: "en-GB" };

function said(state: State, language: Language = "en", now_ms = NOON_MS) {
  const formats = formatsOf(LOCALES[language], "Europe/Helsinki", "Europe/Helsinki");
  const { phase, headline, detail } = sentence(state, now_ms, textOf(language), formats);
  return { phase, all: `${headline} ${detail}`, headline, detail };
}

/** Each state of the page with what the server says in it. */
const STATES: Record<Exclude<Phase, "opening" | "gone" | "reconnecting">, Partial<Snapshot>> = {
  waiting: {
    shipment: shipment({ substatus: "InfoReceived_001", out: false }),
    driver: hidden("not_set_out"),
  },
  area: { driver: driver({ show: "area", feature: CELL, stops_left: 9 }) },
  exact: {},
  resting: { driver: driver({ show: "resting", why: "at_another_stop", at_ms: NOON_MS - 200_000 }) },
  protected: { driver: hidden("protected") },
  no_fix: { driver: hidden("no_fix") },
  stale: { driver: driver({ at_ms: NOON_MS - 240_000 }) },
  paused: { driver: hidden("paused") },
  arrived: { driver: driver({ arrived: true, stops_left: 0 }) },
  delivered: {
    shipment: shipment({ substatus: "Delivered_001", out: false, ended: true }),
    driver: hidden("ended"),
  },
  failed: { shipment: shipment({ substatus: "AttemptFail_002", out: false }), driver: hidden("ended") },
  exception: { shipment: shipment({ substatus: "Exception_012", out: false }), driver: hidden("ended") },
  pickup: {
    shipment: shipment({ substatus: "AvailableForPickup_001", out: false }),
    driver: hidden("ended"),
  },
  expired: { shipment: shipment({ substatus: "Expired_001", out: false }), driver: hidden("ended") },
};

describe("the state", () => {
  it.each(Object.entries(STATES))("%s", (phase, told) => {
    expect(phaseOf(live(told), NOON_MS)).toBe(phase);
  });

  it("is opening, then lost, then gone, without a view", () => {
    expect(phaseOf(NOTHING, NOON_MS)).toBe("opening");
    expect(phaseOf(withLink(NOTHING, "reconnecting", NOON_MS), NOON_MS + GRACE_MS)).toBe("reconnecting");
    expect(phaseOf(withLink(live(), "gone", NOON_MS), NOON_MS)).toBe("gone");
  });

  it("says nothing of a connection that is back in no time, and nothing of it after the end", () => {
    const lost = withLink(live(), "reconnecting", NOON_MS);
    expect(phaseOf(lost, NOON_MS + GRACE_MS - 1)).toBe("exact");
    expect(phaseOf(lost, NOON_MS + GRACE_MS)).toBe("reconnecting");
    const done = withLink(live(STATES.delivered), "reconnecting", NOON_MS);
    expect(phaseOf(done, NOON_MS + 60_000)).toBe("delivered");
  });

  it("grows stale by itself, and a marker at rest does not", () => {
    expect(phaseOf(live(), NOON_MS + STALE_POINT_MS)).toBe("exact");
    expect(phaseOf(live(), NOON_MS + STALE_POINT_MS + 1)).toBe("stale");
    expect(phaseOf(live(STATES.resting), NOON_MS + 600_000)).toBe("resting");
    expect(phaseOf(live({ driver: hidden("silent") }), NOON_MS)).toBe("stale");
  });

  it("knows the courier at the door from the log too", () => {
    expect(phaseOf(live({ shipment: shipment({ substatus: "OutForDelivery_004" }) }), NOON_MS)).toBe(
      "arrived",
    );
  });
});

describe.each(LANGUAGES)("the sentences in %s", (language) => {
  const all = [
    ...Object.values(STATES).map((told) => said(live(told), language)),
    said(NOTHING, language),
    said(withLink(live(), "gone", NOON_MS), language),
    said(withLink(live(), "reconnecting", NOON_MS), language, NOON_MS + GRACE_MS),
  ];

  it("are each the state's own", () => {
    expect(new Set(all.map((one) => one.headline)).size).toBe(all.length);
  });

  it("leave no placeholder", () => {
    for (const one of all) expect(one.all).not.toMatch(/[{}]|undefined|NaN/);
  });

  it("name every status, each in its own words", () => {
    const { status } = textOf(language);
    const names = SUBSTATUSES.map((code) => status[code].name);
    expect(new Set(names).size).toBe(SUBSTATUSES.length);
    const script = { el: /[Α-ωά-ώ]/, ru: /[А-яё]/, en: /[A-z]/ }[language];
    for (const code of SUBSTATUSES) {
      const one = said(live({ shipment: shipment({ substatus: code, out: false }) }), language);
      expect(one.headline).toMatch(script);
      expect(status[code].name).toMatch(script);
    }
  });
});

describe("what is said", () => {
  it("from when he will be seen exactly, by the merchant's number", () => {
    const area = (exact_from_stops: number) =>
      live({ driver: driver({ show: "area", feature: CELL, stops_left: 9, exact_from_stops }) });
    expect(said(area(5)).detail).toContain("from 5 stops away");
    expect(said(area(1)).detail).toContain("from 1 stop away");
    expect(said(area(0)).detail).toContain("once you are next");
    expect(said(area(5), "ru").detail).toContain("5 остановок");
    expect(said(area(2), "ru").detail).toContain("2 остановки");
    expect(said(area(5), "el").detail).toContain("5 στάσεις");
  });

  it("how long he has been silent", () => {
    expect(said(live(STATES.stale)).detail).toContain("4 min");
    expect(said(live(STATES.stale), "ru").detail).toContain("4 мин");
  });

  it("that the reader is next", () => {
    expect(said(live({ driver: driver({ stops_left: 0 }) })).headline).toBe("You are next.");
  });

  it("what to have ready at the door", () => {
    const cash = { amount: "24.90", currency: "EUR" };
    const arrived = live({ ...STATES.arrived, shipment: shipment({ cash }) });
    expect(said(arrived).detail).toContain("€24.90");
    expect(said(arrived, "el").detail).toContain("24,90");
  });

  it("something of a status that this page does not know", () => {
    const later = live({ shipment: shipment({ substatus: "Exception_099", out: false }) });
    expect(said(later)).toMatchObject({ phase: "exception", headline: "There is news of your order." });
  });
});

describe("the map", () => {
  it.each([
    ["waiting", "waiting"],
    ["area", "open"],
    ["exact", "open"],
    ["protected", "open"],
    ["paused", "open"],
    ["delivered", "closed"],
    ["failed", "closed"],
  ] as const)("while %s is %s", (phase, expected) => {
    expect(mapState(live(STATES[phase]), NOON_MS)).toBe(expected);
  });

  it("draws a driver only where one is shown", () => {
    for (const [phase, told] of Object.entries(STATES)) {
      const scene = sceneOf(live(told), NOON_MS);
      const point = ["exact", "resting", "stale", "arrived"].includes(phase);
      expect([phase, scene.driver !== null]).toEqual([phase, point]);
      expect([phase, scene.area !== null]).toEqual([phase, phase === "area"]);
    }
  });

  it("draws nothing after the end, whatever was last known", () => {
    const ended = live({ shipment: shipment({ substatus: "Delivered_001" }), driver: driver() });
    expect(sceneOf(ended, NOON_MS)).toMatchObject({ driver: null, area: null, leg: null });
  });

  it("greys the marker when it is old or the connection is lost", () => {
    expect(sceneOf(live(STATES.stale), NOON_MS).driver?.stale).toBe(true);
    const lost = withLink(live(), "reconnecting", NOON_MS);
    expect(sceneOf(lost, NOON_MS + GRACE_MS).driver?.stale).toBe(true);
    expect(sceneOf(live(), NOON_MS).driver?.stale).toBe(false);
  });
});
