import { describe, expect, it } from "vitest";
import {
  BOUNDS,
  bodyOf,
  faultsOf,
  formOf,
  MODES,
  type ShopForm,
  sample,
} from "../../src/desk/views/shops/model";
import { formatsOf } from "../../src/i18n/format";
import { textOf } from "../../src/i18n/text";
import { sentence } from "../../src/view/sentence";
import { apply, NOTHING } from "../../src/view/state";

const NOW = Date.UTC(2026, 10, 22, 12);
const ZONES = new Set(["UTC", "Europe/Athens"]);

function form(over: Partial<ShopForm> = {}): ShopForm {
  return { ...formOf(null, "Europe/Athens", "el"), merchant: "books", name: "Πλειάδες", ...over };
}

describe("a shop's form", () => {
  it("begins as the API's own defaults, and comes back as it was", () => {
    const made = form({
      phone: "+30 210 000 0000",
      colour: "#0b5fff",
      logo: " https://shop.example.org/logo.png?v=2 ",
    });
    expect(faultsOf(made, new Set(), ZONES)).toEqual({});
    const body = bodyOf(made, "athens");
    expect(body).toMatchObject({
      tenant: "athens",
      name: "Πλειάδες",
      contact: { phone: "+302100000000" },
      zone: "Europe/Athens",
      language: "el",
      colour: "#0b5fff",
      logo_url: "https://shop.example.org/logo.png?v=2",
      policy: {
        mode: "live",
        exact_from_stops: 5,
        area_min_addresses: 20,
        area_tick_s: 30,
        zone_radius_m: 100,
      },
    });
    expect(JSON.parse(JSON.stringify(body)).contact).toEqual({ phone: "+302100000000" });
  });

  it("says what is wrong with which field", () => {
    const wrong = form({
      name: "",
      email: "x",
      zone: "Athens",
      colour: "blue",
      phone: "210",
      logo: "logo.png",
    });
    expect(faultsOf({ ...wrong, merchant: "taken" }, new Set(["taken"]), ZONES)).toEqual({
      name: "name_missing",
      merchant: "id_taken",
      phone: "bad_phone",
      email: "bad_email",
      zone: "bad_zone",
      colour: "bad_colour",
      logo: "bad_logo",
    });
  });

  it("holds each number to its bounds", () => {
    for (const [name, [min, max]] of Object.entries(BOUNDS)) {
      const of = (value: string) =>
        faultsOf(form({ numbers: { ...form().numbers, [name]: value } }), new Set(), ZONES);
      expect(of(String(min)), name).toEqual({});
      expect(of(String(max)), name).toEqual({});
      for (const bad of [String(min - 1), String(max + 1), "", "1.5", "many"]) {
        expect(of(bad), `${name} ${bad}`).toEqual({ [name]: "bounds" });
      }
    }
  });
});

describe("the preview", () => {
  const phase = (over: Partial<ShopForm>, scene: "far" | "near" | "door") => {
    const state = { ...apply(NOTHING, sample(form(over), scene, NOW), NOW), link: "live" as const };
    return sentence(state, NOW, textOf("el"), formatsOf("el", "UTC", "UTC")).phase;
  };

  it("shows what each mode would show", () => {
    const seen = MODES.map((mode) =>
      (["far", "near", "door"] as const).map((scene) => phase({ mode }, scene)),
    );
    expect(seen).toEqual([
      ["area", "exact", "resting"],
      ["area", "exact", "protected"],
      ["exact", "exact", "exact"],
    ]);
  });

  it("follows the number from which he is seen exactly", () => {
    const exact_from_stops = (n: string) => ({ numbers: { ...form().numbers, exact_from_stops: n } });
    expect(phase(exact_from_stops("1"), "near")).toBe("area");
    expect(phase(exact_from_stops("50"), "far")).toBe("exact");
  });

  it("has the shop's name, contact and colour, and the courier where he is shown", () => {
    const shown = sample(
      form({ phone: "+30 210 000 0000", colour: "#0b5fff", show_driver: true }),
      "near",
      NOW,
    );
    expect(shown.shop).toEqual({ name: "Πλειάδες", contact: { phone: "+302100000000" }, colour: "#0b5fff" });
    expect(shown.driver.person).toBeDefined();
    expect(sample(form({ colour: "#0b5ff" }), "near", NOW).driver.person).toBeUndefined();
    expect(sample(form({ colour: "#0b5ff" }), "near", NOW).shop.colour).toBeUndefined();
  });
});
