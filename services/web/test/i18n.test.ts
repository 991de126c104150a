import { describe, expect, it } from "vitest";
import { choose, localeOf } from "../src/i18n/choice";
import { formatsOf } from "../src/i18n/format";
import { fill, textOf } from "../src/i18n/text";
import { NOON_MS } from "./samples";

describe("plurals", () => {
  it.each([
    ["en", 1, "1 stop before yours"],
    ["en", 2, "2 stops before yours"],
    ["el", 1, "1 στάση πριν από εσάς"],
    ["el", 4, "4 στάσεις πριν από εσάς"],
    ["ru", 1, "1 остановка до вас"],
    ["ru", 2, "2 остановки до вас"],
    ["ru", 5, "5 остановок до вас"],
    ["ru", 11, "11 остановок до вас"],
    ["ru", 21, "21 остановка до вас"],
    ["ru", 22, "22 остановки до вас"],
  ] as const)("%s %i", (language, n, expected) => {
    expect(textOf(language).count("stopsLeft", n)).toBe(expected);
  });

  it("of parcels", () => {
    expect(textOf("ru").count("parcels", 3)).toBe("3 посылки");
    expect(textOf("el").count("parcels", 1)).toBe("1 δέμα");
    expect(textOf("en").count("parcels", 12)).toBe("12 parcels");
  });
});

it("leaves a placeholder without a value to be seen", () => {
  expect(fill("{a} and {b}", { a: "1" })).toBe("1 and {b}");
});

describe("the language", () => {
  it("is the reader's own choice, then the browser's, then the merchant's", () => {
    expect(choose("ru", ["el-GR"], "en")).toBe("ru");
    expect(choose(null, ["fi-FI", "el-GR", "en"], "ru")).toBe("el");
    expect(choose(null, ["fi-FI"], "ru")).toBe("ru");
    expect(choose("xx", ["fi"], undefined)).toBe("en");
  });

  it("is written as the reader's region writes it", () => {
    expect(localeOf("en", ["fi", "en-US"])).toBe("en-US");
    expect(localeOf("en", ["en"])).toBe("en-GB");
    expect(localeOf("ru", ["en-US"])).toBe("ru-RU");
  });
});

describe("times", () => {
  const here = formatsOf("en-GB", "Europe/Helsinki", "Europe/Helsinki");

  it("are the delivery's, whatever the reader's clock", () => {
    expect(here.time(NOON_MS)).toBe("14:00");
    expect(formatsOf("en-GB", "Europe/Helsinki", "America/New_York").time(NOON_MS)).toBe("14:00");
  });

  it("name the zone only when the reader's clock shows another time", () => {
    expect(here.zone(NOON_MS)).toBeNull();
    expect(formatsOf("en-GB", "Europe/Helsinki", "Europe/Athens").zone(NOON_MS)).toBeNull();
    expect(formatsOf("en-GB", "Europe/Helsinki", "Europe/London").zone(NOON_MS)).toContain("European");
  });

  it("have their day when that is not today", () => {
    expect(here.moment(NOON_MS, NOON_MS + 3_600_000)).toBe("14:00");
    expect(here.moment(NOON_MS, NOON_MS + 86_400_000)).toMatch(/22 Nov/);
    const window = { from_ms: NOON_MS + 1_200_000, to_ms: NOON_MS + 2_100_000 };
    expect(here.window(window, NOON_MS)).toBe("14:20–14:35");
    expect(here.window(window, NOON_MS - 86_400_000)).toMatch(/22 Nov/);
  });

  it("ago: nothing before 3 s, then seconds, minutes, hours", () => {
    expect(here.ago(NOON_MS, NOON_MS + 2_900)).toBeNull();
    expect(here.ago(NOON_MS, NOON_MS - 5_000)).toBeNull();
    expect(here.ago(NOON_MS, NOON_MS + 8_200)).toMatch(/^8 sec/);
    expect(here.ago(NOON_MS, NOON_MS + 250_000)).toMatch(/^4 min/);
    expect(here.ago(NOON_MS, NOON_MS + 7_300_000)).toMatch(/^2 h/);
  });

  it("survive a zone and a currency that nobody knows", () => {
    const odd = formatsOf("en-GB", "Nowhere/Town", "UTC");
    expect(odd.time(NOON_MS)).toBe("12:00");
    expect(odd.money({ amount: "3.50", currency: "EUR" })).toBe("€3.50");
  });
});

describe("distances", () => {
  it("are as exact as a reader needs", () => {
    const { distance } = formatsOf("en-GB", "UTC", "UTC");
    expect(distance(12)).toBe("50 m");
    expect(distance(431)).toBe("450 m");
    expect(distance(1_260)).toBe("1.3 km");
  });
});
