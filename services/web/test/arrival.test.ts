import { describe, expect, it } from "vitest";
import type { Arrival, Language, Snapshot, Window } from "../src/contracts";
import { formatsOf } from "../src/i18n/format";
import { LANGUAGES, textOf } from "../src/i18n/text";
import { changesOf, comingOf, wasOf } from "../src/view/arrival";
import { GRACE_MS } from "../src/view/phase";
import { type State, withLink } from "../src/view/state";
import { driver, hidden, live, NOON_MS, point, shipment } from "./samples";

const LOCALES = { el: "el-GR", ru: "ru-RU", en: "en-GB" };
const ZONE = "Europe/Helsinki";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Minutes after 14:00 in Helsinki, 12:00 UTC. */
const min = (minutes: number) => NOON_MS + minutes * MINUTE_MS;
const from = (a: number, b: number): Window => ({ from_ms: min(a), to_ms: min(b) });

function arrival(window: Window | null, over: Partial<Arrival> = {}): Arrival {
  return { at_ms: min(-5), window, grain: "minutes", why: "first", ...over };
}

interface Where {
  language?: Language;
  locale?: string;
  zone?: string;
  own?: string;
  now_ms?: number;
}

function told(state: State, where: Where = {}) {
  const { language = "en", zone = ZONE, now_ms = NOON_MS } = where;
  const locale = where.locale ?? LOCALES[language];
  return comingOf(state, now_ms, textOf(language), formatsOf(locale, zone, where.own ?? zone));
}

function expected(
  one: Arrival,
  over: Partial<Snapshot["shipment"]> = {},
  more: Partial<Snapshot> = {},
): State {
  return live({ shipment: shipment({ arrival: one, ...over }), ...more });
}

/** What is told of a window at a moment of the server's clock. */
function saidAt(iso: string, [begin, end]: readonly [string, string], where: Where & Partial<Arrival> = {}) {
  const now_ms = Date.parse(iso);
  const window = { from_ms: Date.parse(begin), to_ms: Date.parse(end) };
  const one = { at_ms: now_ms, window, grain: where.grain ?? "minutes", why: "first" } as const;
  const state = live(
    { now_ms, shipment: shipment({ arrival: one }), driver: driver({ at_ms: now_ms }) },
    now_ms,
  );
  return told(state, { ...where, now_ms });
}

describe("a window of the round", () => {
  it.each([
    ["en", "day", "Arriving today"],
    ["en", "hours", "Arriving between 14:20 and 14:35"],
    ["en", "minutes", "Arriving 14:20–14:35"],
    ["el", "day", "Άφιξη σήμερα"],
    ["el", "hours", "Άφιξη μεταξύ 2:20 και 2:35 μ.μ."],
    ["el", "minutes", "Άφιξη 2:20–2:35 μ.μ."],
    ["ru", "day", "Доставка сегодня"],
    ["ru", "hours", "Доставка между 14:20 и 14:35"],
    ["ru", "minutes", "Доставка 14:20–14:35"],
  ] as const)("in %s by %s", (language, grain, headline) => {
    const state = expected(arrival(from(20, 35), { grain }));
    expect(told(state, { language })?.headline.replaceAll("\u00a0", " ")).toBe(headline);
  });

  it("keeps a time and its PM together", () => {
    const coming = told(expected(arrival(from(20, 35))), { locale: "en-US" });
    expect(coming?.whole).toMatch(/^2:20\s–\s2:35\u00a0PM$/);
    expect(coming?.headline).toContain(coming?.whole);
    const hours = told(expected(arrival(from(-60 * 3, 35), { grain: "hours" })), { locale: "en-US" });
    expect(hours?.headline).toBe("Arriving between 11:00\u00a0AM and 2:35\u00a0PM");
  });

  it.each([
    ["en", "Arriving tomorrow, 14:20–14:35", "Arriving on Wednesday, 25 November, 14:20–14:35"],
    ["ru", "Доставка завтра, 14:20–14:35", "Доставка в среду, 25 ноября, 14:20–14:35"],
    ["el", "Άφιξη αύριο, 2:20–2:35 μ.μ.", "Άφιξη την Τετάρτη 25 Νοεμβρίου, 2:20–2:35 μ.μ."],
  ] as const)("names a day that is not today, in %s", (language, tomorrow, later) => {
    const on = (days: number) => {
      const window = { from_ms: min(20) + days * DAY_MS, to_ms: min(35) + days * DAY_MS };
      return told(expected(arrival(window)), { language })?.headline.replaceAll("\u00a0", " ");
    };
    expect(on(1)).toBe(tomorrow);
    expect(on(3)).toBe(later);
  });

  it("counts minutes down from half an hour on, beside the sentence and not in it", () => {
    const state = expected(arrival(from(20, 35)));
    const at = (minutes: number) => told(state, { now_ms: min(minutes) });
    expect(at(0)?.soon).toBe("");
    expect(at(5)?.soon).toBe("in 15–30 minutes");
    expect(at(22)?.soon).toBe("within 13 minutes");
    expect(at(34.5)?.soon).toBe("any minute now");
    expect(new Set([0, 5, 22, 34.5].map((minutes) => at(minutes)?.headline)).size).toBe(1);
    expect(told(state, { now_ms: min(14), language: "ru" })?.soon).toBe("через 6–21 минуту");
    expect(told(state, { now_ms: min(32), language: "ru" })?.soon).toBe("в течение 3 минут");
    expect(told(state, { now_ms: min(5), language: "el" })?.soon).toBe("σε 15–30 λεπτά");
  });

  it("says why it is another than before, and nothing of it the first time", () => {
    expect(told(expected(arrival(from(20, 35))))?.notes).toEqual([]);
    const was = [arrival(from(10, 40))];
    const moved = told(expected(arrival(from(20, 35), { why: "later" }), { was }));
    expect(moved?.notes).toEqual(["The round takes longer than we thought."]);
  });

  it("may be put into a calendar while it lies ahead", () => {
    const state = expected(arrival(from(20, 35)));
    expect(told(state)?.slot?.window).toEqual(from(20, 35));
    expect(told(state, { now_ms: min(35) })?.slot).toBeNull();
  });
});

describe("over midnight", () => {
  const night = ["2026-11-22T21:50:00Z", "2026-11-22T22:20:00Z"] as const; // 23:50-00:20 in Helsinki

  it("names both days before it, and its end alone after it", () => {
    expect(saidAt("2026-11-22T20:00:00Z", night)?.headline).toBe(
      "Arriving between 23:50 today and 00:20 tomorrow",
    );
    expect(saidAt("2026-11-22T22:05:00Z", night)?.headline).toBe("Arriving by 00:20");
    expect(saidAt("2026-11-22T20:00:00Z", night, { language: "ru" })?.headline).toBe(
      "Доставка с 23:50 сегодня до 00:20 завтра",
    );
    expect(saidAt("2026-11-20T20:00:00Z", night)?.headline).toBe(
      "Arriving between 23:50 on Sunday, 22 November and 00:20 on Monday, 23 November",
    );
  });

  it("is one day where it ends at midnight", () => {
    const until = ["2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z"] as const;
    expect(saidAt("2026-11-22T12:00:00Z", until, { grain: "hours" })?.headline).toBe(
      "Arriving between 22:00 and 00:00",
    );
  });

  it("tells today and tomorrow by the delivery's calendar, not by the reader's or by UTC", () => {
    const early = ["2026-11-22T22:30:00Z", "2026-11-22T22:45:00Z"] as const; // 00:30 on the 23rd
    const where = { own: "America/New_York" };
    expect(saidAt("2026-11-22T21:30:00Z", early, where)?.headline).toBe("Arriving tomorrow, 00:30–00:45");
    expect(saidAt("2026-11-22T22:10:00Z", early, where)?.headline).toBe("Arriving 00:30–00:45");
  });
});

describe("where the clocks change", () => {
  it("names the zone in the hour that comes twice", () => {
    // 25 October 2026: at 04:00 it is 03:00 again.
    const twice = ["2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z"] as const;
    expect(saidAt("2026-10-25T00:00:00Z", twice)?.headline.replaceAll("\u00a0", " ")).toBe(
      "Arriving 03:50 EEST–03:10 EET",
    );
  });

  it("and in the hour that is left out, but not an afternoon later", () => {
    const gap = ["2026-03-29T00:50:00Z", "2026-03-29T01:10:00Z"] as const;
    expect(saidAt("2026-03-29T00:00:00Z", gap)?.headline.replaceAll("\u00a0", " ")).toBe(
      "Arriving 02:50 EET–04:10 EEST",
    );
    const later = ["2026-03-29T11:20:00Z", "2026-03-29T11:35:00Z"] as const;
    expect(saidAt("2026-03-29T08:00:00Z", later)?.headline).toBe("Arriving 14:20–14:35");
  });

  it("a day of 25 hours is one day", () => {
    const next = ["2026-10-26T12:20:00Z", "2026-10-26T12:35:00Z"] as const;
    expect(saidAt("2026-10-24T21:05:00Z", next)?.headline).toBe("Arriving tomorrow, 14:20–14:35");
    expect(saidAt("2026-10-25T21:55:00Z", next)?.headline).toBe("Arriving tomorrow, 14:20–14:35");
    expect(
      formatsOf("en-GB", ZONE, ZONE).day(
        Date.parse("2026-10-24T12:00:00Z"),
        Date.parse("2026-10-25T21:55:00Z"),
      ),
    ).toBe("yesterday");
  });
});

describe("a reader elsewhere", () => {
  const state = expected(arrival(from(20, 35)));

  it("is told the delivery's time, its zone and his own", () => {
    const away = told(state, { own: "Europe/London" });
    expect(away?.headline).toBe("Arriving 14:20–14:35");
    expect(away?.zone).toContain("Eastern European");
    expect(away?.zone).toContain("On your clock: 12:20–12:35.");
    expect(told(state)?.zone).toBe("");
    expect(told(state, { own: "Europe/Athens" })?.zone).toBe("");
  });

  it("with his own day where that is another", () => {
    expect(told(state, { own: "Pacific/Auckland" })?.zone).toMatch(/Mon,? 23 Nov/);
  });

  it("by the offset of that time, not of now", () => {
    // In the week between, London has left summer time for New York's offset of 4 hours, not 5.
    const before = "2026-10-24T12:00:00Z";
    const there = ["2026-10-26T16:00:00Z", "2026-10-26T16:15:00Z"] as const;
    const note = saidAt(before, there, { zone: "Europe/London", own: "America/New_York" })?.zone;
    expect(note).toContain("Greenwich");
    expect(note).toContain("12:00");
  });
});

describe("what is not known", () => {
  const was = [arrival(from(-50, -20)), arrival(from(-40, 35), { why: "later" })];

  it("is said, with since when he is silent and what was told last", () => {
    const silent = arrival(null, { why: "silent", at_ms: min(-10) });
    const seen = driver({ at_ms: min(-55), why: "silent", feature: point(24.9, 60.1, min(-55)) });
    const coming = told(expected(silent, { was }, { driver: seen }));
    expect(coming).toMatchObject({
      is: "unknown",
      headline: "Right now we don’t know when the driver comes.",
      notes: ["Nothing has been heard of the driver’s phone since 13:05.", "Last told: 13:20–14:35."],
      soon: "",
      slot: null,
    });
  });

  it("does not claim since when, of a driver who is not shown", () => {
    const silent = arrival(null, { why: "silent" });
    expect(told(expected(silent, {}, { driver: hidden("silent") }))?.notes).toEqual([
      "Nothing is heard of the driver’s phone.",
      "You will see a new time here as soon as we know it.",
    ]);
  });

  it("does not call him silent who is heard again", () => {
    const silent = arrival(null, { why: "silent", at_ms: min(-10) });
    expect(told(expected(silent))?.notes[0]).toContain("answers again");
  });

  it("is said before anything was told", () => {
    const waiting = {
      shipment: shipment({ substatus: "InfoReceived_001", out: false }),
      driver: hidden("not_set_out"),
    };
    expect(told(live(waiting))).toMatchObject({ is: "open", slot: null });
  });
});

describe("a window that has passed", () => {
  const state = (stops_left: number) =>
    expected(arrival(from(-35, -20)), {}, { driver: driver({ stops_left }) });

  it("is not shown as if it held", () => {
    const over = told(expected(arrival(from(-15, 0)), {}, { driver: driver({ stops_left: 4 }) }));
    expect(over).toMatchObject({ is: "overdue", headline: "Later than we said.", slot: null });
    expect(over?.notes[0]).toBe("We had said: 13:45–14:00.");
  });

  it("he is expected any moment only while he is seen, is next, and it is not long ago", () => {
    const moment = "any moment";
    const at = (one: State, now_ms: number) => told(one, { now_ms })?.headline ?? "";
    const next = expected(arrival(from(-15, 0)), {}, { driver: driver({ stops_left: 0 }) });
    expect(at(next, NOON_MS)).toContain(moment);
    expect(at(state(0), NOON_MS)).not.toContain(moment);
    expect(at(state(2), NOON_MS)).not.toContain(moment);
    const silent = expected(arrival(from(-15, 0)), {}, { driver: driver({ stops_left: 0, at_ms: min(-9) }) });
    expect(at(silent, NOON_MS)).not.toContain(moment);
  });

  it("is called nothing but the last we told while newer news may not have come through", () => {
    const lost = withLink(state(0), "reconnecting", NOON_MS);
    const coming = told(lost, { now_ms: NOON_MS + GRACE_MS });
    expect(coming).toMatchObject({ is: "last", lead: "Last told", headline: "13:25–13:40", slot: null });
    const paused = expected(arrival(from(-35, -20)), {}, { driver: hidden("paused") });
    expect(told(paused)?.is).toBe("last");
  });
});

describe("the shop's slot", () => {
  const waiting = (window: Window) =>
    live({
      shipment: shipment({ substatus: "InfoReceived_001", out: false, window }),
      driver: hidden("not_set_out"),
    });

  it.each([
    ["en", "Agreed with the shop", "Today, 14:00–18:00"],
    ["el", "Συμφωνήθηκε με το κατάστημα", "Σήμερα, 2:00–6:00 μ.μ."],
    ["ru", "Согласовано с магазином", "Сегодня, 14:00–18:00"],
  ] as const)("is the sentence while there is no round, in %s", (language, lead, headline) => {
    const coming = told(waiting(from(0, 240)), { language });
    expect(coming).toMatchObject({ is: "agreed", lead });
    expect(coming?.headline.replaceAll("\u00a0", " ")).toBe(headline);
  });

  it("is a day where it is as long as one, or several", () => {
    const midnight_ms = Date.parse("2026-11-23T22:00:00Z");
    const days = (n: number) => told(waiting({ from_ms: midnight_ms, to_ms: midnight_ms + n * DAY_MS }));
    expect(days(1)?.headline).toBe("On Tuesday, 24 November");
    expect(days(3)?.headline).toBe("Between 24 November and 26 November");
  });

  it("stands beside the round's window, and is missed when that is later", () => {
    const beside = (window: Window) => told(expected(arrival(from(20, 35)), { window }))?.agreed;
    expect(beside(from(0, 240))).toEqual({ text: "Agreed with the shop: today, 14:00–18:00", missed: false });
    expect(beside(from(-120, 10))?.missed).toBe(true);
  });

  it("that has passed is later than agreed", () => {
    const coming = told(waiting(from(-240, -1)));
    expect(coming).toMatchObject({ is: "overdue", headline: "Later than agreed.", slot: null });
    expect(coming?.notes[0]).toBe("Agreed with the shop: today, 10:00–13:59.");
  });
});

describe("at the door and after the end", () => {
  const one = arrival(from(20, 35));

  it.each([
    ["arrived", { driver: driver({ arrived: true, stops_left: 0 }) }],
    ["delivered", { shipment: shipment({ substatus: "Delivered_001", ended: true, arrival: one }) }],
    ["failed", { shipment: shipment({ substatus: "AttemptFail_002", out: false, window: from(0, 240) }) }],
    ["exception", { shipment: shipment({ substatus: "Exception_012", arrival: one }) }],
    ["pickup", { shipment: shipment({ substatus: "AvailableForPickup_001", arrival: one }) }],
    ["expired", { shipment: shipment({ substatus: "Expired_001", arrival: one }) }],
  ] as const)("nothing is told: %s", (_, over) => {
    expect(told(live({ shipment: shipment({ arrival: one }), ...over }))).toBeNull();
  });
});

describe("how it has changed", () => {
  const was = [
    arrival(from(0, 120), { grain: "hours", at_ms: min(-90) }),
    arrival(from(10, 40), { why: "nearer", at_ms: min(-55) }),
  ];
  const view = (over: Partial<Snapshot["shipment"]> = {}) =>
    live({ shipment: shipment({ arrival: arrival(from(20, 35), { why: "later" }), was, ...over }) })
      .view as Snapshot;
  const [text, formats] = [textOf("en"), formatsOf("en-GB", ZONE, ZONE)];

  it("is told the newest first, each with when and why", () => {
    expect(changesOf(view(), NOON_MS, text, formats)).toEqual([
      {
        at_ms: min(-5),
        when: "13:55",
        told: "14:20–14:35",
        why: "The round takes longer than we thought.",
      },
      {
        at_ms: min(-55),
        when: "13:05",
        told: "14:10–14:40",
        why: "The driver is closer, so we know it more exactly.",
      },
      { at_ms: min(-90), when: "12:30", told: "between 14:00 and 16:00", why: "First time told." },
    ]);
    expect(wasOf(view(), NOON_MS, text, formats)).toBe("Was 14:10–14:40");
  });

  it("has a time when it was not known among it", () => {
    const lost = [...was, arrival(null, { why: "silent", at_ms: min(-20) })];
    expect(changesOf(view({ was: lost }), NOON_MS, text, formats)[1]).toMatchObject({
      told: "not known",
      why: "Nothing is heard of the driver’s phone.",
    });
    expect(wasOf(view({ was: lost }), NOON_MS, text, formats)).toBe("Was not known");
  });

  it("is nothing where nothing was told before", () => {
    expect(changesOf(view({ was: [] }), NOON_MS, text, formats)).toEqual([]);
  });
});

describe.each(LANGUAGES)("in %s", (language) => {
  const whys = [
    "first",
    "nearer",
    "sooner",
    "later",
    "replanned",
    "other_courier",
    "silent",
    "late",
  ] as const;

  it("every reason has its own words, and no placeholder is left", () => {
    const was = [arrival(from(10, 40), { at_ms: min(-55) })];
    const all = whys.map((why) =>
      changesOf(
        live({ shipment: shipment({ arrival: arrival(from(20, 35), { why }), was }) }).view as Snapshot,
        NOON_MS,
        textOf(language),
        formatsOf(LOCALES[language], ZONE, ZONE),
      ),
    );
    expect(new Set(all.map(([newest]) => newest?.why)).size).toBe(whys.length);
    expect(JSON.stringify(all)).not.toMatch(/[{}]{2}|\{\w+\}|undefined|NaN/);
  });
});
