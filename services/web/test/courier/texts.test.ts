import { describe, expect, it } from "vitest";
import { amountOf, sameAmount } from "../../src/courier/cash";
import { TABLES, textOf } from "../../src/courier/i18n/text";
import { mapApps, mapsLink } from "../../src/courier/navigation";
import { ownTracksLink, traccarCode, traccarLink } from "../../src/courier/phone_apps";
import { fitted } from "../../src/courier/pictures";
import { handoversOf } from "../../src/courier/words";
import { shipment } from "./kit";

type Leaf = [path: string, text: string];

function leaves(value: unknown, path = ""): Leaf[] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as object).flatMap(([name, each]) => leaves(each, `${path}.${name}`));
}

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe.each(["el", "ru"] as const)("the texts in %s", (language) => {
  const english = new Map(leaves(TABLES.en));
  const own = leaves(TABLES[language]).filter(([path]) => !path.startsWith(".plural"));

  it("are all there, none of them empty", () => {
    const paths = own.map(([path]) => path).sort();
    expect(paths).toEqual([...english.keys()].filter((path) => !path.startsWith(".plural")).sort());
    expect(own.filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("name the same values", () => {
    const wrong = own.filter(
      ([path, text]) => placeholders(text).join() !== placeholders(english.get(path) ?? "").join(),
    );
    expect(wrong).toEqual([]);
  });

  it("are in their own letters, but for the names of things", () => {
    const letters = language === "el" ? /\p{Script=Greek}/u : /\p{Script=Cyrillic}/u;
    const names = /\.brand$|^\.navigate\.(google|apple)$|^\.deliver\.recipient$/;
    expect(own.filter(([path, text]) => !letters.test(text) && !names.test(path))).toEqual([]);
  });
});

it.each([
  ["ru", 1, "1 остановка"],
  ["ru", 3, "3 остановки"],
  ["ru", 11, "11 остановок"],
  ["el", 1, "1 στάση"],
  ["en", 2, "2 stops"],
] as const)("plurals: %s %i", (language, n, wanted) => {
  expect(textOf(language).count("stops", n)).toBe(wanted);
});

describe("cash as it is written at a door", () => {
  it.each([
    ["24,9", "24.90"],
    [" 24.90 ", "24.90"],
    ["24", "24.00"],
    ["€ 5", "5.00"],
    ["0", "0.00"],
    ["", null],
    ["24.900", null],
    ["1.234,50", null],
    ["-3", null],
  ])("%s", (written, amount) => {
    expect(amountOf(written)).toBe(amount);
  });

  it("24.9 is 24.90", () => {
    expect(sameAmount("24.9", "24.90")).toBe(true);
    expect(sameAmount("24.9", "24.91")).toBe(false);
  });
});

describe("links to map apps", () => {
  const place = { lon: 24.9441, lat: 60.1712 };

  it("hand over the place, latitude first", () => {
    expect(mapsLink("phone", place, "Aleksanterinkatu 15").href).toBe(
      "geo:60.171200,24.944100?q=60.171200,24.944100(Aleksanterinkatu%2015)",
    );
    expect(mapsLink("google", place, "").href).toContain("destination=60.171200%2C24.944100");
    expect(mapsLink("apple", place, "").href).toContain("daddr=60.171200%2C24.944100");
  });

  it("an iPhone knows no geo:", () => {
    expect(mapApps("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")).toEqual(["apple", "google"]);
    expect(mapApps("Mozilla/5.0 (Linux; Android 14)")).toEqual(["phone", "google"]);
  });
});

describe("links that set up an app", () => {
  const who = {
    device_id: "d-1",
    courier_id: "eleni",
    secret: "Jk3v0T5yQ2m8ZrX1aBcDeF",
    ingest_url: "https://in.example/",
  };

  it("Traccar Client: its own scheme carries the address, a scanned address carries the settings", () => {
    const link = new URL(traccarLink(who));
    expect(link.protocol).toBe("org.traccar.client:");
    expect(link.searchParams.get("url")).toBe("https://in.example/osmand/Jk3v0T5yQ2m8ZrX1aBcDeF");
    const code = new URL(traccarCode(who));
    expect(code.pathname).toBe("/osmand/Jk3v0T5yQ2m8ZrX1aBcDeF");
    for (const found of [link, code]) {
      expect(found.searchParams.get("id")).toBe("d-1");
      expect(found.searchParams.get("accuracy")).toBe("highest");
      expect(found.searchParams.get("interval")).toBe("5");
    }
  });

  it("OwnTracks: a configuration in the link", () => {
    const link = new URL(ownTracksLink(who));
    expect(link.protocol).toBe("owntracks:");
    expect(JSON.parse(atob(link.searchParams.get("inline") ?? ""))).toMatchObject({
      _type: "configuration",
      mode: 3,
      url: "https://in.example/owntracks",
      username: "d-1",
      password: "Jk3v0T5yQ2m8ZrX1aBcDeF",
      monitoring: 2,
    });
  });
});

it("photos are made smaller and never larger", () => {
  expect(fitted(4032, 3024)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(3000, 4000)).toEqual({ width: 1200, height: 1600 });
  expect(fitted(800, 600)).toEqual({ width: 800, height: 600 });
});

describe("where it is handed over", () => {
  const en = textOf("en");

  it("is not said of a door, nor of a day from before it was told", () => {
    expect(handoversOf([shipment("a"), shipment("b", { handover: "door" })], en)).toBe("");
  });

  it("is said once of each other kind", () => {
    const mixed = [
      shipment("a", { handover: "locker" }),
      shipment("b"),
      shipment("c", { handover: "counter" }),
      shipment("d", { handover: "locker" }),
    ];
    expect(handoversOf(mixed, en)).toBe("Locker, Counter");
    expect(handoversOf(mixed, textOf("el"))).toBe("Θυρίδα, Γκισέ");
    expect(handoversOf(mixed, textOf("ru"))).toBe("Постамат, Пункт выдачи");
  });
});
