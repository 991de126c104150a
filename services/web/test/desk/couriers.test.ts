import { describe, expect, it } from "vitest";
import {
  connected,
  countdown,
  courierBody,
  type Device,
  e164,
  faultsOf,
  ID,
  idOf,
  phoneState,
  setups,
} from "../../src/desk/views/couriers/model";

const NOW = Date.UTC(2026, 10, 22, 12);
const LATER = "2026-11-22T13:00:00Z";
const BEFORE = "2026-11-22T11:00:00Z";

function device(over: Partial<Device> = {}): Device {
  return { device_id: "d-1", courier_id: "eleni", revoked: false, enrolled: true, ...over };
}

describe("an id made of a name", () => {
  it("is written in Latin letters that the API takes", () => {
    const made = {
      "Ελένη Γεωργίου": "eleni-georgiou",
      "Μπάμπης Ντούσκος": "babis-ntouskos",
      "Ψυχή Ξένου": "psychi-xenou",
      Άγγελος: "angelos",
      "Юлия Щербакова": "yuliya-shcherbakova",
      "Фёдор Объедков": "fedor-obedkov",
      Андрей: "andrey",
      "Søren Łukasz Müller": "soren-lukasz-muller",
      "  O'Neill / 2nd ": "o-neill-2nd",
    };
    for (const [name, id] of Object.entries(made)) {
      expect(idOf(name), name).toBe(id);
      expect(ID.test(idOf(name))).toBe(true);
    }
  });

  it("is another where it is taken, and none where there is no letter", () => {
    expect(idOf("Eleni", new Set(["eleni", "eleni-2"]))).toBe("eleni-3");
    expect(idOf("!!!")).toBe("");
    expect(idOf("x".repeat(200))).toHaveLength(40);
  });
});

describe("a telephone", () => {
  it("is taken as people write it", () => {
    expect(e164("+30 690 000-00.01")).toBe("+306900000001");
    expect(e164("00358 40 123 4567")).toBe("+358401234567");
    expect([e164("690 000 0001"), e164("+0 123 4567"), e164("+30 call me"), e164("")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("a courier's form", () => {
  const form = { courier_id: "eleni", name: "Eleni", phone: "", vehicle: " ", active: true };

  it("says what is wrong with which field", () => {
    expect(faultsOf(form, new Set())).toEqual({});
    expect(faultsOf({ ...form, name: " ", phone: "690" }, new Set(["eleni"]))).toEqual({
      name: "name_missing",
      courier_id: "id_taken",
      phone: "bad_phone",
    });
    expect(faultsOf({ ...form, courier_id: "Ελένη" }, new Set()).courier_id).toBe("bad_id");
  });

  it("sends no empty fields", () => {
    expect(courierBody({ ...form, name: " Eleni ", phone: "+30 6900000001" })).toEqual({
      name: "Eleni",
      active: true,
      phone: "+306900000001",
    });
  });
});

describe("a phone", () => {
  it("stands as it does", () => {
    expect(phoneState(device(), NOW)).toBe("connected");
    expect(phoneState(device({ code_until: LATER }), NOW)).toBe("replacing");
    expect(phoneState(device({ code_until: BEFORE }), NOW)).toBe("connected");
    expect(phoneState(device({ enrolled: false, code_until: LATER }), NOW)).toBe("waiting");
    expect(phoneState(device({ enrolled: false, code_until: BEFORE }), NOW)).toBe("lapsed");
    expect(phoneState(device({ revoked: true, code_until: LATER }), NOW)).toBe("revoked");
  });

  it("is connected once its code is used: that it had a secret before says nothing", () => {
    expect(connected(undefined)).toBe(false);
    expect(connected(device({ enrolled: false, code_until: LATER }))).toBe(false);
    expect(connected(device({ code_until: LATER }))).toBe(false);
    expect(connected(device())).toBe(true);
    expect(connected(device({ revoked: true }))).toBe(false);
  });

  it("'s code has its time counted down to the second", () => {
    expect(countdown(NOW + 3_600_000, NOW)).toBe("1:00:00");
    expect(countdown(NOW + 125_400, NOW)).toBe("2:06");
    expect(countdown(NOW + 1, NOW)).toBe("0:01");
    expect(countdown(NOW, NOW)).toBeNull();
  });
});

describe("values for apps", () => {
  const all = setups("https://ingest.example.org", "van-12", "SECRET");

  it("are there for the five apps, as docs/phones.md has them", () => {
    expect(all.map((one) => one.app)).toEqual([
      "Traccar Client",
      "OsmAnd",
      "OwnTracks",
      "Overland",
      "GPSLogger",
    ]);
    const links = Object.fromEntries(all.map((one) => [one.app, one.link]));
    expect(links["Traccar Client"]).toBe(
      "https://ingest.example.org/osmand/SECRET?id=van-12&accuracy=highest&distance=10&interval=5&fastest_interval=5&buffer=true&service=true",
    );
    expect(links.Overland).toBe(
      "overland://setup?url=https%3A%2F%2Fingest.example.org%2Foverland&token=SECRET&device_id=van-12",
    );
  });

  it("have the secret in each app once", () => {
    for (const setup of all) {
      expect(
        setup.lines.filter((line) => line.value.includes("SECRET")),
        setup.app,
      ).toHaveLength(1);
    }
  });
});
