import { beforeEach, describe, expect, it } from "vitest";
import { chooseLanguage } from "../../src/desk/store";
import {
  ALL,
  footOf,
  type Line,
  pathOf,
  queryOf,
  share,
  stepsTo,
  verdictOf,
  wantedOf,
} from "../../src/desk/views/promises/model";
import { nameOf, percent, some } from "../../src/desk/views/promises/numbers";

function line(changes: Partial<Line> = {}): Line {
  return {
    key: "60",
    attempts: 100,
    looks: 100,
    hits: 90,
    came: 92,
    unknown: 1,
    undelivered: 3,
    rate: 0.9,
    least: 0.83,
    most: 0.94,
    ...changes,
  };
}

describe("what is asked for", () => {
  it.each([
    ["", ALL],
    ["?days=7&merchant=books&courier=eleni", { days: "7", merchant: "books", courier: "eleni" }],
    ["?days=8", ALL],
  ])("is read from the address: %s", (query, wanted) => {
    expect(wantedOf(query)).toEqual(wanted);
    expect(wantedOf(queryOf(wanted))).toEqual(wanted);
  });

  it("is the same call for an hour", () => {
    const at_ms = Date.parse("2026-11-20T10:00:00Z");
    const path = "/v1/desk/promises?from=2026-11-13T10%3A00%3A00.000Z&merchant=books";
    expect(pathOf({ ...ALL, days: "7", merchant: "books" }, at_ms)).toBe(path);
    expect(pathOf({ ...ALL, days: "7", merchant: "books" }, at_ms + 3_599_999)).toBe(path);
    expect(pathOf({ ...ALL, days: "7", merchant: "books" }, at_ms + 3_600_000)).not.toBe(path);
  });
});

describe("what may be said of a share", () => {
  it.each([
    [line(), "holds"],
    [line({ attempts: 29 }), "few"],
    [line({ least: 0.7, most: 0.89 }), "below"],
    [line({ least: 0.91, most: 0.97 }), "above"],
    [line({ looks: 0, attempts: 0 }), "none"],
  ] as const)("%#: is %s", (of, verdict) => {
    expect(verdictOf(of, 0.9)).toBe(verdict);
  });

  it("is of the looks that there were", () => {
    expect(share(3, line({ looks: 12 }))).toBe(0.25);
    expect(share(0, line({ looks: 0 }))).toBe(0);
    expect(some(line({ looks: 0 }), 0)).toBe("–");
    expect(some(line({ looks: 10 }), 0)).toBe(percent(0));
  });
});

describe("axes", () => {
  it("begin below all that is drawn", () => {
    expect(footOf([line()])).toBe(0.7);
    expect(footOf([line(), line({ least: 0.43 })])).toBe(0.4);
    expect(footOf([line({ looks: 0, least: 0 })])).toBe(0.7);
    expect(footOf([line({ least: 0 })])).toBe(0);
  });

  it.each([
    [5, [0, 5]],
    [22, [0, 5, 10, 15, 20, 25]],
    [40, [0, 10, 20, 30, 40]],
    [300, [0, 60, 120, 180, 240, 300]],
    [9000, [0, 1800, 3600, 5400, 7200, 9000]],
  ])("hold %d in round steps", (most, steps) => {
    expect(stepsTo(most)).toEqual(steps);
  });
});

describe("in words", () => {
  beforeEach(() => chooseLanguage("en"));

  it("a cell is no string of digits, a courier has his name", () => {
    expect(nameOf(line({ key: "873f5b2d6ffffff" }), "area")).toBe("Area 3f5b2d6");
    expect(nameOf(line({ key: "10563" }), "area")).toBe("10563");
    expect(nameOf(line({ key: "eleni", name: "Eleni G." }), "courier")).toBe("Eleni G.");
    expect(nameOf(line({ key: "09" }), "hour")).toBe("09:00");
    expect(percent(0.8765, 1)).toBe("87.7%");
  });
});
