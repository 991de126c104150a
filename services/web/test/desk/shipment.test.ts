import { describe, expect, it } from "vitest";
import {
  amountOf,
  asksCash,
  faultOf,
  instantIn,
  type LinkRow,
  linkState,
  linksInOrder,
  localIn,
  newestFirst,
  type OutcomeForm,
  reportOf,
  stepsOf,
} from "../../src/desk/views/shipment/model";

const NOW = Date.UTC(2026, 10, 22, 12);
const ATHENS = { zone: "Europe/Athens", cash: { amount: "24.90", currency: "EUR" } };

function form(over: Partial<OutcomeForm> = {}): OutcomeForm {
  return { status: "Delivered_001", at: "", taken_by: "", note: "", cash: "", ...over };
}

function link(link_id: string, over: Partial<LinkRow> = {}): LinkRow {
  return { link_id, expires_at: "2026-12-01T00:00:00Z", created_at: "2026-11-20T00:00:00Z", ...over };
}

describe("links", () => {
  it("are good until they expire or are revoked", () => {
    expect(linkState(link("a"), NOW)).toBe("good");
    expect(linkState(link("a", { expires_at: "2026-11-22T12:00:00Z" }), NOW)).toBe("expired");
    expect(linkState(link("a", { revoked: true }), NOW)).toBe("revoked");
  });

  it("stand with the good ones first, the newest of them on top", () => {
    const links = [
      link("revoked", { revoked: true, created_at: "2026-11-22T00:00:00Z" }),
      link("old"),
      link("expired", { expires_at: "2026-11-21T00:00:00Z" }),
      link("new", { created_at: "2026-11-21T00:00:00Z" }),
    ];
    expect(linksInOrder(links, NOW).map((one) => one.link_id)).toEqual(["new", "old", "expired", "revoked"]);
  });
});

describe("the history", () => {
  it("has the newest on top, and of one instant the later recorded", () => {
    const at = "2026-11-22T10:00:00Z";
    const entries = [
      { seq: 2, status: "InTransit_002", at },
      { seq: 3, status: "InTransit_003", at },
      { seq: 4, status: "InfoReceived_001", at: "2026-11-22T12:00:00+03:00" },
    ];
    expect(newestFirst(entries).map((one) => one.seq)).toEqual([3, 2, 4]);
  });

  it("of the cash leaves out what was taken back", () => {
    const amount = { amount: "5.00", currency: "EUR" };
    const ledger = [
      { kind: "collected", at: "2026-11-22T10:00:00Z", amount },
      { kind: "handed_in", at: "2026-11-22T11:00:00Z", amount, undone_at: "2026-11-22T11:00:30Z" },
      { kind: "handed_in", at: "2026-11-22T12:00:00Z", amount },
    ];
    expect(stepsOf(ledger).map((one) => one.at.slice(11, 13))).toEqual(["12", "10"]);
  });
});

describe("clocks of the delivery's zone", () => {
  it("are read as they show", () => {
    expect(instantIn("2026-11-22T14:00", "Europe/Athens")).toBe(NOW);
    expect(instantIn("2026-07-01T14:00", "Europe/Athens")).toBe(Date.UTC(2026, 6, 1, 11));
    expect(instantIn("2026-11-22T07:00", "America/New_York")).toBe(NOW);
    expect(instantIn("2026-11-22T17:45", "Asia/Kathmandu")).toBe(NOW);
    expect(instantIn("22.11.", "Europe/Athens")).toBeNull();
    expect(instantIn("2026-13-40T14:00", "Europe/Athens")).toBeNull();
  });

  it("around a change of clocks give an instant that shows that time", () => {
    for (const local of ["2026-03-29T02:30", "2026-03-29T04:30", "2026-10-25T02:30", "2026-10-25T04:30"]) {
      expect(localIn(instantIn(local, "Europe/Athens") ?? 0, "Europe/Athens")).toBe(local);
    }
  });
});

describe("an outcome on somebody's behalf", () => {
  it("can't lie in the future, nor without who took it at a neighbour's", () => {
    expect(faultOf(form(), ATHENS, NOW)).toBeNull();
    expect(faultOf(form({ at: "2026-11-22T14:00" }), ATHENS, NOW)).toBeNull();
    expect(faultOf(form({ at: "2026-11-22T14:02" }), ATHENS, NOW)).toBe("future");
    expect(faultOf(form({ at: "x" }), ATHENS, NOW)).toBe("bad_time");
    expect(faultOf(form({ status: "Delivered_005", taken_by: " " }), ATHENS, NOW)).toBe("taken_by_missing");
    expect(faultOf(form({ cash: "24.9.0" }), ATHENS, NOW)).toBe("bad_amount");
    expect(faultOf(form({ status: "AttemptFail_002", cash: "24.9.0" }), ATHENS, NOW)).toBeNull();
  });

  it("is sent with its own time, and the money in the shipment's currency", () => {
    const filled = form({ at: "2026-11-22T13:00", taken_by: " N. Ioannou ", cash: "24,9", note: "\n" });
    expect(reportOf(filled, ATHENS, "e-1", NOW)).toEqual({
      event_id: "e-1",
      substatus: "Delivered_001",
      at: "2026-11-22T11:00:00.000Z",
      taken_by: "N. Ioannou",
      cash: { amount: "24.90", currency: "EUR" },
    });
  });

  it("that failed took no money, and without a currency none is told", () => {
    expect(reportOf(form({ status: "Exception_003", cash: "5" }), ATHENS, "e", NOW)).not.toHaveProperty(
      "cash",
    );
    expect(reportOf(form({ cash: "5" }), { zone: "UTC" }, "e", NOW)).not.toHaveProperty("cash");
    expect(asksCash("AvailableForPickup_001")).toBe(false);
  });

  it("takes amounts as people write them", () => {
    expect([amountOf("24,9"), amountOf(" 24.90 "), amountOf("24"), amountOf("0")]).toEqual([
      "24.90",
      "24.90",
      "24.00",
      "0.00",
    ]);
    expect([amountOf("1.234,50"), amountOf("-1"), amountOf(""), amountOf("24.901")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
