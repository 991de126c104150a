import { describe, expect, it } from "vitest";
import {
  type CashRow,
  type CashSum,
  csv,
  difference,
  pilesOf,
  statement,
  sums,
  ticked,
  toQuery,
  undoLeft_s,
} from "../../src/desk/views/cash/model";

const eur = (amount: string) => ({ amount, currency: "EUR" });

function row(shipment: string, over: Partial<CashRow> = {}): CashRow {
  return {
    shipment,
    order_number: `N-${shipment}`,
    merchant: "books",
    shop: "Books",
    courier: "eleni",
    amount: eur("24.90"),
    taken_at: "2026-11-22T10:00:00Z",
    state: "collected",
    ...over,
  };
}

describe("sums", () => {
  it("are exact, and apart by currency", () => {
    const many = Array.from({ length: 1000 }, () => eur("0.10"));
    expect(sums(many)).toEqual([eur("100.00")]);
    expect(sums([eur("0.1"), { amount: "5", currency: "RUB" }, eur("24.90")])).toEqual([
      eur("25.00"),
      { amount: "5.00", currency: "RUB" },
    ]);
    expect(sums([eur("999999999.99"), eur("999999999.99")])).toEqual([eur("1999999999.98")]);
    expect(sums([])).toEqual([]);
  });

  it("are of what is ticked", () => {
    const rows = [row("a"), row("b", { amount: eur("5.05") }), row("c")];
    expect(ticked(rows, new Set(["a", "b"]))).toEqual([eur("29.95")]);
  });

  it("tell what was taken otherwise than it was due", () => {
    expect(difference(row("a", { due: eur("24.9") }))).toBeNull();
    expect(difference(row("a", { due: eur("30.00") }))).toEqual(eur("-5.10"));
    expect(difference(row("a", { due: { amount: "1", currency: "USD" } }))).toBeNull();
    expect(difference(row("a"))).toBeNull();
  });
});

describe("piles", () => {
  const sum = (key: string, name: string, over: Partial<CashSum> = {}): CashSum => ({
    key,
    name,
    state: "collected",
    amount: eur("10.00"),
    shipments: 2,
    ...over,
  });

  it("hold one courier's currencies together, in the order of names", () => {
    const found = [
      sum("n", "Ωμέγα"),
      sum("e", "Άλφα"),
      sum("e", "Άλφα", { amount: { amount: "3.00", currency: "USD" }, shipments: 1 }),
      sum("x", "Shop", { state: "handed_in" }),
    ];
    const piles = pilesOf(found, "collected", "el");
    expect(piles.map((pile) => [pile.name, pile.shipments])).toEqual([
      ["Άλφα", 3],
      ["Ωμέγα", 2],
    ]);
    expect(piles[0]?.sums).toEqual([eur("10.00"), { amount: "3.00", currency: "USD" }]);
  });

  it("are read where their rows stand", () => {
    expect(toQuery("courier", "eleni", "collected")).toBe("/v1/cash?courier=eleni&state=collected&limit=500");
  });
});

describe("undoing", () => {
  it("is offered to the second", () => {
    const now = Date.UTC(2026, 10, 22, 12);
    expect(undoLeft_s({ undo_until: "2026-11-22T12:01:00Z" }, now)).toBe(60);
    expect(undoLeft_s({ undo_until: "2026-11-22T12:00:00.200Z" }, now)).toBe(1);
    expect(undoLeft_s({ undo_until: "2026-11-22T12:00:00Z" }, now)).toBe(0);
    expect(undoLeft_s({}, now)).toBe(0);
  });
});

describe("a statement", () => {
  it("opens in a spreadsheet with its letters, and runs no formula", () => {
    expect(csv([['a"b', "x;y", "=1+1", "-5.10", "Ωραία"]])).toBe('\ufeff"a""b","x;y",\'=1+1,-5.10,Ωραία\r\n');
  });

  it("has a line a parcel", () => {
    const lines = statement(
      ["Order"],
      [row("a", { courier_name: "Eleni", handed_in_at: "2026-11-22T15:00:00Z" })],
    )
      .trim()
      .split("\r\n");
    expect(lines[1]).toBe("N-a,a,Eleni,24.90,EUR,2026-11-22T10:00:00Z,2026-11-22T15:00:00Z");
  });
});
