import { describe, expect, it } from "vitest";
import type { Snapshot } from "../src/contracts";
import { formatsOf } from "../src/i18n/format";
import { textOf } from "../src/i18n/text";
import { type Entry, entryOf, icalendar } from "../src/view/calendar";
import { type Grain, phrase } from "../src/view/window";
import { HOME, NOON_MS, shipment, snapshot } from "./samples";

const ENTRY: Entry = {
  uid: "0123456789abcdef@track.example",
  sequence: 7,
  stamp_ms: NOON_MS,
  when: { from_ms: NOON_MS + 1_200_000, to_ms: NOON_MS + 2_100_000 },
  summary: "Delivery",
  description: "As told.",
};

const octets = (text: string) => new TextEncoder().encode(text).length;
const unfolded = (file: string) => file.replaceAll("\r\n ", "");

function value(file: string, name: string): string | undefined {
  const line = unfolded(file)
    .split("\r\n")
    .find((one) => one.startsWith(`${name}:`) || one.startsWith(`${name};`));
  return line?.slice(line.indexOf(":") + 1);
}

describe("the file", () => {
  it("is one event in UTC, every line ended by CRLF", () => {
    expect(icalendar(ENTRY)).toBe(
      [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Dromos//Delivery//EN",
        "BEGIN:VEVENT",
        "UID:0123456789abcdef@track.example",
        "SEQUENCE:7",
        "DTSTAMP:20261122T120000Z",
        "DTSTART:20261122T122000Z",
        "DTEND:20261122T123500Z",
        "SUMMARY:Delivery",
        "DESCRIPTION:As told.",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
      ].join("\r\n"),
    );
  });

  it("escapes what has a meaning, and leaves out what is not allowed", () => {
    const file = icalendar({ ...ENTRY, summary: "a\\b;c,d\r\ne\u0007f\rg", location: "Ερμού 15, Αθήνα" });
    expect(value(file, "SUMMARY")).toBe("a\\\\b\\;c\\,d\\nef\\ng");
    expect(value(file, "LOCATION")).toBe("Ερμού 15\\, Αθήνα");
  });

  it("cannot be given another property by a name", () => {
    const file = icalendar({ ...ENTRY, summary: "x\r\nATTACH:https://elsewhere.example\nEND:VEVENT" });
    expect(
      unfolded(file)
        .split("\r\n")
        .filter((line) => /^(ATTACH|END:VEVENT)/.test(line)),
    ).toEqual(["END:VEVENT"]);
  });

  it.each([
    ["ASCII", "Delivery ".repeat(40)],
    ["Greek", "Παράδοση από Βιβλιοπωλείο ".repeat(20)],
    ["Russian after an odd prefix", `x${"Доставка".repeat(30)}`],
    ["surrogate pairs", `ab${"📦🚚".repeat(30)}`],
  ])("folds lines at 75 octets and cuts no character: %s", (_, summary) => {
    const file = icalendar({ ...ENTRY, summary });
    for (const line of file.split("\r\n")) {
      expect(octets(line)).toBeLessThanOrEqual(75);
      expect(() => encodeURIComponent(line)).not.toThrow(); // as it does for half a character
    }
    expect(value(file, "SUMMARY")).toBe(summary);
    // As full as they may be: no line could take the next one's first character.
    const lines = file.split("\r\n");
    lines.forEach((line, i) => {
      const next = lines[i + 1];
      if (next?.startsWith(" "))
        expect(octets(line) + octets([...next.slice(1)][0] ?? "")).toBeGreaterThan(75);
    });
  });

  it("does not fold a line of exactly 75", () => {
    const summary = "x".repeat(75 - "SUMMARY:".length);
    expect(icalendar({ ...ENTRY, summary })).toContain(`\r\nSUMMARY:${summary}\r\nDESCRIPTION`);
    expect(icalendar({ ...ENTRY, summary: `${summary}y` })).toContain(`\r\nSUMMARY:${summary}\r\n y\r\n`);
  });
});

describe("the entry", () => {
  const [text, formats] = [textOf("en"), formatsOf("en-GB", "Europe/Helsinki", "Europe/Helsinki")];

  function made(
    over: Partial<Snapshot["shipment"]> = {},
    grain: Grain = "minutes",
    view: Partial<Snapshot> = {},
  ) {
    const window = { from_ms: NOON_MS + 1_200_000, to_ms: NOON_MS + 2_100_000 };
    const arrival = { at_ms: NOON_MS - 60_000, window, grain: "minutes", why: "first" } as const;
    const shown = snapshot({ shipment: shipment({ arrival, ...over }), ...view });
    const said = phrase(window, grain, NOON_MS, text, formats);
    return entryOf(shown, said, "track.example", NOON_MS, text, formats);
  }

  it("tells what, where, as of when, and whom to call", () => {
    expect(made()).toMatchObject({
      sequence: 4,
      summary: "Delivery from Πλειάδες, order GR-10442",
      location: HOME.address,
      when: { from_ms: NOON_MS + 1_200_000, to_ms: NOON_MS + 2_100_000 },
    });
    expect(made().description).toContain("As told on 22 November, 13:59.");
    expect(made().description).toContain("+30 210 000 0000");
  });

  it("is a whole day of the delivery's calendar where no more is known", () => {
    expect(made({}, "day").when).toEqual({ from: "20261122", to: "20261123" });
    const file = icalendar(made({}, "day"));
    expect(file).toContain("\r\nDTSTART;VALUE=DATE:20261122\r\nDTEND;VALUE=DATE:20261123\r\n");
  });

  it("takes the place of the one before: the same id, a higher sequence", () => {
    const stages = [{ substatus: "InfoReceived_001", at_ms: NOON_MS - 9_000_000, seq: 1 }] as const;
    const later = [{ substatus: "Pending_001", at_ms: NOON_MS - 9_900_000, seq: 8 }, ...stages] as const;
    const [first, second] = [made({ stages, seq: 4 }), made({ stages: later, seq: 9 })];
    expect(second.uid).toBe(first.uid);
    expect(second.sequence).toBeGreaterThan(first.sequence);
  });

  it("has an id of its own for each parcel, that says nothing", () => {
    const begun = (at_ms: number) => made({ stages: [{ substatus: "InfoReceived_001", at_ms, seq: 1 }] }).uid;
    expect(begun(1)).not.toBe(begun(2));
    expect(made({ order_number: "GR-10443" }).uid).not.toBe(made().uid);
    expect(made().uid).toMatch(/^[0-9a-f]{16}@track\.example$/);
  });

  it("holds no link and no name of the recipient", () => {
    const file = icalendar(made());
    expect(file).not.toContain("http");
    expect(file).not.toContain(HOME.name);
  });
});
