import { describe, expect, it } from "vitest";
import { cashTaken, merge, newOrder, remaining } from "../../src/courier/merge";
import { moved, placeAt } from "../../src/courier/reorder";
import type { Act, Deed } from "../../src/courier/types";
import { day, NOON_MS, report, shipment, stop } from "./kit";

const DAY = day(
  stop("a", shipment("1"), shipment("2", { cash: { amount: "24.90", currency: "EUR" } })),
  stop("b", shipment("3")),
  stop("c", shipment("4")),
);

function acts(...deeds: Deed[]): Act[] {
  return deeds.map((deed, n) => ({
    ...deed,
    id: `act-${n}`,
    seq: n,
    group: `g-${n}`,
    at_ms: NOON_MS + n * 1000,
    not_before_ms: 0,
    tries: 0,
  }));
}

const open = (...deeds: Deed[]) => remaining(merge(DAY, acts(...deeds))).map((each) => each.stop);

describe("the day with what he has done", () => {
  it("a stop is done when everything at it has an outcome", () => {
    expect(open(report("1"))).toEqual(["a", "b", "c"]);
    expect(open(report("1"), report("2", "closed"))).toEqual(["b", "c"]);
  });

  it("arriving is no outcome", () => {
    const merged = merge(DAY, acts(report("1", "at_stop")));
    expect(merged.routes[0]?.stops[0]).toMatchObject({ arrived: true, done: false });
  });

  it("duty and setting out are seen at once", () => {
    const off = { ...DAY, on_duty: false, routes: [{ route: "r-1", stops: DAY.routes[0]?.stops ?? [] }] };
    const out = merge(off, acts({ kind: "set_out", payload: { route: "r-1" } }));
    expect(out).toMatchObject({ on_duty: true, routes: [{ set_out_at: "2026-11-20T12:00:00.000Z" }] });
    const ended = merge(DAY, acts({ kind: "duty", payload: { on: false } }));
    expect(ended.on_duty).toBe(false);
    expect(ended.duty_since).toBeUndefined();
  });

  it("an order is of the stops that remain; one he did not know of stays behind", () => {
    expect(open({ kind: "order", payload: { route: "r-1", stops: ["c", "a"] } })).toEqual(["c", "a", "b"]);
    expect(open({ kind: "order", payload: { route: "r-9", stops: ["c"] } })).toEqual(["a", "b", "c"]);
  });

  it("what is delivered stays delivered", () => {
    const delivered = day(
      stop("a", shipment("1", { tag: "Delivered", status: "Delivered_001", done: true })),
    );
    const merged = merge(delivered, acts(report("1", "closed")));
    expect(merged.routes[0]?.stops[0]?.shipments[0]?.tag).toBe("Delivered");
  });

  it("applied twice is the same as once: what was sent may stand in the day already", () => {
    const once = merge(DAY, acts(report("3", "damaged")));
    const again = merge({ ...DAY, routes: once.routes }, acts(report("3", "damaged")));
    expect(again.routes[0]?.stops[1]).toMatchObject({ done: true, shipments: [{ tag: "Exception" }] });
  });

  it("cash in hand is summed exactly, by currency", () => {
    const paid = (id: string, amount: string): Deed => {
      const deed = report(id, "cash_collected");
      if (deed.kind === "report") deed.payload.cash = { amount, currency: "EUR" };
      return deed;
    };
    const merged = merge(DAY, acts(paid("1", "0.10"), paid("2", "0.20"), paid("3", "24.90")));
    expect(cashTaken(merged)).toEqual([{ amount: "25.20", currency: "EUR" }]);
  });
});

it("a new order holds exactly the stops that remain", () => {
  expect(newOrder(DAY, "r-1", ["c", "gone", "a"])).toEqual(["c", "a", "b"]);
  expect(newOrder(DAY, "other", ["c"])).toEqual([]);
});

describe("moving a row", () => {
  it.each([
    [0, 2, ["b", "c", "a"]],
    [2, 0, ["c", "a", "b"]],
    [1, 1, ["a", "b", "c"]],
    [0, 9, ["b", "c", "a"]],
    [2, -4, ["c", "a", "b"]],
  ])("from %i to %i", (from, to, wanted) => {
    expect(moved(["a", "b", "c"], from, to)).toEqual(wanted);
  });

  it("a dragged row goes where its pointer is", () => {
    const middles = [50, 150, 250];
    expect(placeAt(middles, 0, 60)).toBe(0);
    expect(placeAt(middles, 0, 160)).toBe(1);
    expect(placeAt(middles, 0, 900)).toBe(2);
    expect(placeAt(middles, 2, 40)).toBe(0);
  });
});
