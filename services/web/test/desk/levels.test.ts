import { describe, expect, it } from "vitest";
import {
  datesOf,
  type Level,
  type LevelForm,
  levelFaults,
  levelForm,
  levelsBody,
  NEW_LEVEL,
  slotsOf,
  slotsPath,
  toggled,
} from "../../src/desk/views/shops/levels_model";

const LEVEL: Level = {
  level: "standard",
  name: "Standard",
  slots: [
    { start: "10:00", end: "14:00" },
    { start: "22:00", end: "00:00", capacity: 20 },
  ],
  cut_off: "16:00",
  lead_days: 0,
  packing_days: [1, 2],
  delivery_days: [6],
  postcodes: ["105", "SW1A"],
  capacity: 40,
  holidays: "GR",
  closed: ["2026-12-24"],
  open: ["2026-12-20", "2026-12-26"],
  imports: true,
};

const form = (over: Partial<LevelForm> = {}): LevelForm => ({ ...NEW_LEVEL, name: "Κέντρο", ...over });

describe("a service level's form", () => {
  it("comes back as it was", () => {
    expect(levelFaults(levelForm(LEVEL)).size).toBe(0);
    expect(levelsBody([levelForm(LEVEL)])).toEqual({ levels: [LEVEL] });
  });

  it("gives what is new an id of its name, each its own", () => {
    const made = levelsBody([levelForm({ ...LEVEL, level: "kentro" }), form(), form()]).levels as Level[];
    expect(new Set(made.map((level) => level.level)).size).toBe(3);
    expect(made.every((level) => /^[a-z0-9-]+$/.test(level.level))).toBe(true);
    expect(made[1]).not.toHaveProperty("capacity");
    expect(made[1]).not.toHaveProperty("holidays");
  });

  it.each<[string, ReturnType<typeof slotsOf>]>([
    ["10-14", [{ start: "10:00", end: "14:00" }]],
    [
      "9:30 – 12:00 (3); 18-24",
      [
        { start: "09:30", end: "12:00", capacity: 3 },
        { start: "18:00", end: "00:00" },
      ],
    ],
    ["", null],
    ["10", null],
    ["10-25", null],
    ["10:60-12", null],
    ["10-10", null],
    ["10-14, 10:00-14:00", null],
    ["10-14 (0)", null],
    ["10-14 many", null],
  ])("reads the parts of a day: %s", (text, found) => {
    expect(slotsOf(text)).toEqual(found);
  });

  it("reads dates that are some", () => {
    expect(datesOf("2026-12-24, 2026-12-31\n2028-02-29")).toEqual(["2026-12-24", "2026-12-31", "2028-02-29"]);
    expect(datesOf("")).toEqual([]);
    for (const bad of ["24.12.2026", "2026-02-30", "2026-13-01", "tomorrow"]) expect(datesOf(bad)).toBeNull();
  });

  it.each<[keyof LevelForm, Partial<LevelForm>]>([
    ["name", { name: " " }],
    ["cut_off", { cut_off: "24:00" }],
    ["lead_days", { lead_days: "21" }],
    ["lead_days", { lead_days: "1.5" }],
    ["packing_days", { packing_days: [] }],
    ["delivery_days", { delivery_days: [] }],
    ["slots", { slots: "later" }],
    ["postcodes", { postcodes: "105, 10%" }],
    ["capacity", { capacity: "0" }],
    ["holidays", { holidays: "Greece" }],
    ["closed", { closed: "24.12." }],
    ["open", { closed: "2026-12-24", open: "2026-12-24" }],
  ])("says that %s is wrong", (field, over) => {
    expect([...levelFaults(form(over))]).toEqual([field]);
  });

  it("has days put in and taken out in their order", () => {
    expect(toggled([1, 5], 3)).toEqual([1, 3, 5]);
    expect(toggled([1, 3, 5], 3)).toEqual([1, 5]);
  });

  it("asks with everything encoded", () => {
    expect(slotsPath("a/b", " 105 63&x", "el")).toBe(
      "/v1/merchants/a%2Fb/slots?postcode=105+63%26x&language=el&limit=4",
    );
  });
});
