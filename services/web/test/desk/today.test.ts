import { describe, expect, it } from "vitest";
import {
  cardOf,
  compare,
  isMeant,
  leftOf,
  marksOf,
  nextOf,
  placeOf,
  ranksOf,
  STALE_MS,
  serverNow,
  summaryOf,
  sums,
} from "../../src/desk/views/today/model";
import { at, courier, done, fleetOf, NOON_MS, plan, stop } from "./day";

describe("a courier", () => {
  it("who was heard a moment ago is fresh, after two minutes stale", () => {
    const one = courier("a", { seen_at: at(0) });
    expect(cardOf(one, NOON_MS + STALE_MS).heard).toBe("fresh");
    expect(cardOf(one, NOON_MS + STALE_MS + 1)).toMatchObject({ heard: "stale", troubles: ["silent"] });
  });

  it("whose phone never answered says so, which off duty is no trouble", () => {
    const { seen_at: _, ...unheard } = courier("a");
    expect(cardOf(unheard, NOON_MS)).toMatchObject({ heard: "never", seen_ms: null, troubles: ["silent"] });
    expect(cardOf({ ...unheard, on_duty: false }, NOON_MS).troubles).toEqual([]);
  });

  it("is in trouble when stops are late or the battery ends", () => {
    expect(cardOf(courier("a", { late: 2, battery_pct: 9 }), NOON_MS).troubles).toEqual(["late", "battery"]);
    expect(cardOf(courier("a", { battery_pct: 9, on_duty: false }), NOON_MS).troubles).toEqual([]);
  });

  it.each([
    ["out", {}],
    ["ready", { set_out_at: undefined }],
    ["done", { stops_left: 0 }],
    ["idle", { stops_left: 0, stops_done: 0 }],
    ["off", { stops_left: 0, stops_done: 0, on_duty: false }],
  ] as const)("is %s", (stage, more) => {
    expect(cardOf(courier("a", more as object), NOON_MS).stage).toBe(stage);
  });
});

describe("the list", () => {
  const cards = [
    courier("off", { on_duty: false, stops_left: 0, stops_done: 0 }),
    courier("calm"),
    courier("silent", { seen_at: at(-900) }),
    courier("late", { late: 1 }),
    courier("both", { late: 1, seen_at: at(-900) }),
    courier("ready", { set_out_at: undefined as never, stops_left: 30 }),
  ].map((one) => cardOf(one, NOON_MS));
  const names = (order: "trouble" | "name" | "left") =>
    [...cards]
      .sort(
        compare(
          order,
          ranksOf(
            cards.map((card) => card.courier),
            "en",
          ),
        ),
      )
      .map((card) => card.courier.courier_id);

  it("has trouble first, then who is out, and who is off last", () => {
    expect(names("trouble")).toEqual(["both", "late", "silent", "calm", "ready", "off"]);
  });

  it("goes by name or by stops left", () => {
    expect(names("name")).toEqual(["both", "calm", "late", "off", "ready", "silent"]);
    expect(names("left")[0]).toBe("ready");
    expect(names("left").at(-1)).toBe("off");
  });

  it("keeps equal ones where they are, whatever order they came in", () => {
    const same = ["b", "a", "c"].map((id) => cardOf(courier(id, { name: "Nikos" }), NOON_MS));
    const order = compare(
      "trouble",
      ranksOf(
        same.map((card) => card.courier),
        "en",
      ),
    );
    const forth = [...same].sort(order).map((card) => card.courier.courier_id);
    const back = [...same]
      .reverse()
      .sort(order)
      .map((card) => card.courier.courier_id);
    expect(forth).toEqual(["a", "b", "c"]);
    expect(back).toEqual(forth);
  });

  it("finds by each word, without accents and case", () => {
    const one = courier("van-12", { name: "Ελένη Γεωργίου", phone: "+302101234567", vehicle: "White van" });
    for (const search of ["", "ελενη", "γεωργιου ελένη", "2101234", "white", "VAN-12"]) {
      expect(isMeant(one, search), search).toBe(true);
    }
    expect(isMeant(one, "ελενη νικος")).toBe(false);
  });
});

describe("the sum of it", () => {
  it("counts late stops, silent phones and cash by currency, exact to the cent", () => {
    const cards = [
      courier("a", { late: 2, cash: [{ amount: "0.10", currency: "EUR" }] }),
      courier("b", {
        late: 1,
        on_duty: false,
        cash: [
          { amount: "0.20", currency: "EUR" },
          { amount: "5", currency: "SEK" },
        ],
      }),
    ].map((one) => cardOf(one, NOON_MS));
    expect(summaryOf(cards)).toEqual({
      onDuty: 1,
      late: 3,
      silent: 0,
      left: 8,
      cash: [
        { amount: "0.30", currency: "EUR" },
        { amount: "5.00", currency: "SEK" },
      ],
    });
  });

  it("leaves out what is nothing", () => {
    expect(sums([{ amount: "0.00", currency: "EUR" }])).toEqual([]);
  });
});

describe("the clock", () => {
  it("is the server's: a wrong one here makes nobody look silent", () => {
    const wrong_ms = NOON_MS + 3_600_000;
    expect(serverNow({ now: at(0) }, wrong_ms, wrong_ms + 4_000)).toBe(NOON_MS + 4_000);
  });

  it("goes not back when this device's is set back", () => {
    expect(serverNow({ now: at(0) }, NOON_MS, NOON_MS - 60_000)).toBe(NOON_MS);
  });
});

describe("the map's marks", () => {
  it("are grey once the phone has been silent, also when no newer answer has come", () => {
    const fleet = fleetOf(["a", {}], ["b", { stale: true }], ["c", { on_duty: false }]);
    const looks = (now_ms: number) =>
      marksOf(fleet, new Map(), now_ms).features.map((feature) => feature.properties.look);
    expect(looks(NOON_MS)).toEqual(["fresh", "stale", "off"]);
    expect(looks(NOON_MS + STALE_MS)).toEqual(["stale", "stale", "off"]);
  });

  it("point where he drives, and nowhere while he stands or is silent", () => {
    const fleet = fleetOf(
      ["drives", { bearing_deg: 90, speed_mps: 8 }],
      ["stands", { bearing_deg: 90, speed_mps: 0.2 }],
      ["silent", { bearing_deg: 90, speed_mps: 8, stale: true }],
    );
    const pointing = marksOf(fleet, new Map(), NOON_MS).features.map((f) => f.properties.bearing_deg);
    expect(pointing).toEqual([90, undefined, undefined]);
  });

  it("are named as in the list, and late as there", () => {
    const card = cardOf(courier("a", { name: "Aino", late: 1 }), NOON_MS);
    const marks = marksOf(fleetOf(["a", {}], ["b", {}]), new Map([["a", card]]), NOON_MS);
    expect(marks.features.map((f) => [f.properties.name, f.properties.late])).toEqual([
      ["Aino", true],
      ["b", false],
    ]);
  });

  it("tell where a courier is", () => {
    expect(placeOf(fleetOf(["a", {}], ["b", {}]), "b")).toEqual({ lon: 24.91, lat: 60.1 });
    expect(placeOf(undefined, "b")).toBeNull();
    expect(placeOf(fleetOf(), "b")).toBeNull();
  });
});

describe("a plan", () => {
  const route = plan("a", done("1"), stop("2"), done("3"), stop("4")).routes[0];
  if (route === undefined) throw new Error("there is a route");

  it("goes on at the first stop that is not done", () => {
    expect(nextOf(route)?.stop).toBe("2");
    expect(leftOf(route).map((one) => one.stop)).toEqual(["2", "4"]);
  });
});
