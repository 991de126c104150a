import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../../src/desk/api";
import { chooseLanguage } from "../../src/desk/store";
import { toasts, undoLast } from "../../src/desk/ui/toast";
import { closeRoute, move, order } from "../../src/desk/views/today/actions";
import { plan, stop } from "./day";

const PLAN = plan("eleni", stop("1"), stop("2"), stop("3"));
const said = () => toasts.value.at(-1)?.message ?? "";

let sent: { method: string; url: string; body: unknown }[];
let answers: ((url: string) => [number, unknown])[];
let refreshed: number;
const board = {
  nameOf: (courier: string) => ({ nikos: "Nikos" })[courier] ?? courier,
  refresh: () => {
    refreshed += 1;
  },
};

beforeEach(() => {
  chooseLanguage("en");
  toasts.value = [];
  sent = [];
  answers = [];
  refreshed = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    sent.push({
      method: init.method ?? "",
      url,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
    });
    const [status, body] = (answers.shift() ?? (() => [200, { status: "accepted" }]))(url) as [
      number,
      unknown,
    ];
    return new Response(JSON.stringify(body), { status });
  });
  api.onLogin = () => {};
});
afterEach(() => vi.unstubAllGlobals());

async function undone(): Promise<void> {
  expect(undoLast()).toBe(true);
  await vi.waitFor(() => expect(said()).toBe("Undone."));
}

describe("moving a shipment", () => {
  it("says to whom, and the way back leads where it stood", async () => {
    await move({ do: "move", shipments: ["s-2"], to: "nikos" }, PLAN, board);
    expect(said()).toBe("1 shipment moved to Nikos.");
    expect(sent[0]).toMatchObject({ url: "/v1/desk/move", body: { shipments: ["s-2"], to: "nikos" } });
    await undone();
    expect(sent[1]?.body).toEqual({ shipments: ["s-2"], to: "eleni", route: "r-1", before_stop: "3" });
    expect(refreshed).toBe(2);
  });

  it("that is not decided yet is not called moved", async () => {
    answers = [() => [202, { status: "pending" }]];
    await move({ do: "move", shipments: ["s-2"], to: null }, PLAN, board);
    expect(said()).toContain("Written down");
  });

  it("that was refused says why, that nothing was changed, and offers no way back", async () => {
    answers = [() => [409, { detail: "The plan has changed meanwhile: look at it again." }]];
    await move({ do: "move", shipments: ["s-2"], to: "nikos" }, PLAN, board);
    expect(said()).toContain("The plan has changed meanwhile");
    expect(said()).toContain("Nothing was changed.");
    expect(undoLast()).toBe(false);
    expect(refreshed).toBe(1);
  });

  it("whose answer is lost may have happened, and is said to", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("failed to fetch");
    });
    await move({ do: "move", shipments: ["s-2"], to: "nikos" }, PLAN, board);
    expect(said()).toContain("may have been done");
  });
});

const WANTED = {
  courier: "eleni",
  route: "r-1",
  version: 7,
  stops: ["3", "1", "2"],
  base: ["1", "2", "3"],
};

describe("another order", () => {
  it("names the version it was made from, and goes back by the newest", async () => {
    const changed = {
      ...PLAN,
      version: 9,
      routes: [{ route: "r-1", stops: [stop("3"), stop("1"), stop("4")] }],
    };
    expect(await order(WANTED, board)).toBe(true);
    expect(sent[0]?.body).toEqual({ stops: ["3", "1", "2"], version: 7 });
    answers = [() => [200, changed]];
    await undone();
    // Stop 2 has been done meanwhile, stop 4 has come.
    expect(sent[2]?.body).toEqual({ stops: ["1", "3", "4"], version: 9 });
  });

  it("that was refused says so", async () => {
    answers = [() => [409, { detail: "The stops on this route have changed meanwhile: look at it again." }]];
    expect(await order(WANTED, board)).toBe(false);
    expect(said()).toContain("have changed meanwhile");
  });
});

it("something newer takes the older way back away, also while it is under way", async () => {
  await move({ do: "move", shipments: ["s-2"], to: "nikos" }, PLAN, board);
  const closing = closeRoute("eleni", "r-1", board);
  expect(undoLast()).toBe(false);
  await closing;
  expect(said()).toBe("Route r-1 is closed.");
  expect(undoLast()).toBe(false);
});
