import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/desk/api";
import {
  ANY,
  addressable,
  fromAddress,
  fromSearch,
  joined,
  narrowed,
  type Page,
  type Row,
  toQuery,
  toSearch,
} from "../../src/desk/views/shipments/model";
import { type Found, Search } from "../../src/desk/views/shipments/search";

function row(shipment: string): Row {
  return {
    shipment,
    order_number: `N-${shipment}`,
    merchant: "books",
    tag: "InTransit",
    status: "InTransit_001",
    status_at: "2026-11-22T12:00:00Z",
    registered_at: "2026-11-22T10:00:00Z",
  };
}

describe("the address", () => {
  it("holds the filters and comes back the same", () => {
    const filters = { ...ANY, tag: "AttemptFail", courier: "eleni", day: "2026-11-22", late: true };
    expect(toSearch(filters)).toBe("?tag=AttemptFail&courier=eleni&day=2026-11-22&late=1");
    expect(fromSearch(toSearch(filters))).toEqual(filters);
    expect(toSearch(ANY)).toBe("");
  });

  it("leaves out what can't be a filter", () => {
    expect(fromSearch("?tag=Nonsense&courier=a/../b&day=22.11.&late=yes")).toEqual(ANY);
  });

  it("has an order's number, and nobody's name or telephone", () => {
    expect(toSearch({ ...ANY, q: "GR-10442" })).toBe("?q=GR-10442");
    for (const q of [
      "Maria",
      "Παπαδοπούλου",
      "+306900000000",
      "6900000000",
      "Maria 5",
      "maria@example.org",
    ]) {
      expect(addressable(q), q).toBe(false);
      expect(toSearch({ ...ANY, q, late: true })).toBe("?late=1");
    }
  });

  it("takes the search from the entry of the history where it has none", () => {
    expect(fromAddress("?late=1", { q: "Maria" })).toEqual({ ...ANY, q: "Maria", late: true });
    expect(fromAddress("?q=GR-1", { q: "Maria" }).q).toBe("GR-1");
    expect(fromAddress("", { q: 7 }).q).toBe("");
  });

  it("counts what narrows the list without the search", () => {
    expect(narrowed({ ...ANY, q: "x" })).toBe(0);
    expect(narrowed({ ...ANY, q: "x", late: true, tag: "Delivered" })).toBe(2);
  });
});

describe("the API's query", () => {
  it("names all that is asked for, and the page's end", () => {
    const path = toQuery({ ...ANY, q: " Μαρία ", unassigned: true }, "c-1");
    const query = new URL(path, "http://desk").searchParams;
    expect(Object.fromEntries(query)).toEqual({ q: "Μαρία", unassigned: "true", after: "c-1", limit: "50" });
  });

  it("joins pages without telling a shipment twice", () => {
    const rows = joined([row("a"), row("b")], { shipments: [row("b"), row("c")] });
    expect(rows.map((one) => one.shipment)).toEqual(["a", "b", "c"]);
  });
});

describe("a search while it is typed", () => {
  const asked: {
    path: string;
    signal: AbortSignal;
    answer: (page: Page) => void;
    fail: (e: unknown) => void;
  }[] = [];
  let seen: Found[] = [];

  function search(): Search {
    return new Search(
      {
        get: (path, signal) =>
          new Promise((answer, fail) => {
            asked.push({ path, signal, answer, fail });
          }),
        after(ms, work) {
          const id = setTimeout(work, ms);
          return () => clearTimeout(id);
        },
      },
      (found) => seen.push(found),
    );
  }

  beforeEach(() => {
    vi.useFakeTimers();
    asked.length = 0;
    seen = [];
  });
  afterEach(() => vi.useRealTimers());

  it("waits for the next letter, and asks once", () => {
    const mine = search();
    mine.ask({ ...ANY, q: "m" }, 180);
    vi.advanceTimersByTime(100);
    mine.ask({ ...ANY, q: "ma" }, 180);
    vi.advanceTimersByTime(179);
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked.map((one) => one.path)).toEqual(["/v1/shipments?q=ma&limit=50"]);
  });

  it("gives up the question before it, whose late answer is not shown", async () => {
    const mine = search();
    mine.ask({ ...ANY, q: "a1" });
    mine.ask({ ...ANY, q: "b2" });
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[1]?.answer({ shipments: [row("b")], total: 1 });
    await vi.runAllTimersAsync();
    asked[0]?.answer({ shipments: [row("a")], total: 1 });
    await vi.runAllTimersAsync();
    expect(mine.found.rows?.map((one) => one.shipment)).toEqual(["b"]);
    expect(mine.found.loading).toBe(false);
  });

  it("keeps what is shown when a further question fails, and says so", async () => {
    const mine = search();
    mine.ask(ANY);
    asked[0]?.answer({ shipments: [row("a")], next: "c", total: 2 });
    await vi.runAllTimersAsync();
    mine.ask({ ...ANY, late: true });
    const failure = new ApiError("unavailable", 503, "", "");
    asked[1]?.fail(failure);
    await vi.runAllTimersAsync();
    expect(mine.found.rows?.map((one) => one.shipment)).toEqual(["a"]);
    expect(mine.found.error).toBe(failure);
  });

  it("adds the next page once, however often it is asked for", async () => {
    const mine = search();
    mine.ask(ANY);
    asked[0]?.answer({ shipments: [row("a")], next: "c", total: 2 });
    await vi.runAllTimersAsync();
    void mine.more();
    void mine.more();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.path).toContain("after=c");
    asked[1]?.answer({ shipments: [row("b")] });
    await vi.runAllTimersAsync();
    expect(mine.found.rows?.map((one) => one.shipment)).toEqual(["a", "b"]);
    expect([mine.found.next, mine.found.total]).toEqual([null, 2]);
    await mine.more();
    expect(asked).toHaveLength(2);
  });

  it("refreshes in silence: nothing says that it loads", async () => {
    const mine = search();
    mine.ask(ANY);
    asked[0]?.answer({ shipments: [row("a")] });
    await vi.runAllTimersAsync();
    seen = [];
    mine.refresh();
    asked[1]?.answer({ shipments: [row("z")] });
    await vi.runAllTimersAsync();
    expect(seen.every((found) => !found.loading)).toBe(true);
    expect(mine.found.rows?.[0]?.shipment).toBe("z");
  });
});
