import { describe, expect, it } from "vitest";
import {
  actionOf,
  type Carried,
  nudged,
  placed,
  reordered,
  type Target,
  wayBack,
} from "../../src/desk/views/today/drag";
import { targetOf } from "../../src/desk/views/today/use_drag";
import { done, plan, stop } from "./day";

const PLAN = plan("eleni", done("0"), stop("1"), stop("2", "x", "y"), stop("3"));

const carriedStop = (id: string, ...shipments: string[]): Carried => ({
  kind: "stop",
  courier: "eleni",
  route: "r-1",
  stop: id,
  shipments: shipments.length > 0 ? shipments : [`s-${id}`],
});
const onto = (id: string, after: boolean): Extract<Target, { kind: "stop" }> => ({
  kind: "stop",
  courier: "eleni",
  route: "r-1",
  stop: id,
  after,
});

describe("a stop let go", () => {
  it("between others of its route takes another place", () => {
    expect(actionOf(carriedStop("3"), onto("1", false), PLAN)).toEqual({
      do: "order",
      courier: "eleni",
      route: "r-1",
      stops: ["3", "1", "2"],
    });
    expect(actionOf(carriedStop("1"), onto("3", true), PLAN)).toMatchObject({ stops: ["2", "3", "1"] });
  });

  it("where it was changes nothing", () => {
    expect(actionOf(carriedStop("1"), onto("1", true), PLAN)).toBeNull();
    expect(actionOf(carriedStop("1"), onto("2", false), PLAN)).toBeNull();
    expect(actionOf(carriedStop("2"), onto("1", true), PLAN)).toBeNull();
  });

  it("on another courier goes to him with all that is handed over there", () => {
    expect(actionOf(carriedStop("2", "x", "y"), { kind: "courier", courier: "nikos" }, PLAN)).toEqual({
      do: "move",
      shipments: ["x", "y"],
      to: "nikos",
    });
  });

  it("on its own courier changes nothing", () => {
    expect(actionOf(carriedStop("2", "x", "y"), { kind: "courier", courier: "eleni" }, PLAN)).toBeNull();
  });

  it("among those that nobody carries is taken off", () => {
    expect(actionOf(carriedStop("1"), { kind: "pool" }, PLAN)).toEqual({
      do: "move",
      shipments: ["s-1"],
      to: null,
    });
  });

  it("on a stop that is done, or of a plan that is not shown any more, changes nothing", () => {
    expect(actionOf(carriedStop("1"), onto("0", true), PLAN)).toBeNull();
    expect(actionOf(carriedStop("1"), { ...onto("1", true), courier: "nikos" }, PLAN)).toBeNull();
    expect(actionOf(carriedStop("1"), { ...onto("2", true), route: "gone" }, PLAN)).toBeNull();
    expect(actionOf(carriedStop("1"), onto("2", true), null)).toBeNull();
  });
});

describe("a shipment let go", () => {
  const ofPool: Carried = { kind: "shipment", courier: null, shipments: ["p"] };

  it("from the pool between two stops comes between them", () => {
    expect(actionOf(ofPool, onto("1", true), PLAN)).toEqual({
      do: "move",
      shipments: ["p"],
      to: "eleni",
      route: "r-1",
      before_stop: "2",
    });
  });

  it("after the last stop comes to the end", () => {
    const action = actionOf(ofPool, onto("3", true), PLAN);
    expect(action).toEqual({ do: "move", shipments: ["p"], to: "eleni", route: "r-1" });
  });

  it("back in the pool changes nothing", () => {
    expect(actionOf(ofPool, { kind: "pool" }, PLAN)).toBeNull();
  });

  it("of a stop with several leaves alone", () => {
    const one: Carried = { kind: "shipment", courier: "eleni", route: "r-1", stop: "2", shipments: ["y"] };
    expect(actionOf(one, onto("2", true), PLAN)).toBeNull();
    expect(actionOf(one, onto("1", false), PLAN)).toMatchObject({ shipments: ["y"], before_stop: "1" });
  });
});

describe("an order", () => {
  it("is changed by a step up or down, and not beyond its ends", () => {
    const order = ["a", "b", "c"];
    expect(nudged(order, "b", -1)).toEqual(["b", "a", "c"]);
    expect(nudged(order, "b", 1)).toEqual(["a", "c", "b"]);
    expect(nudged(order, "a", -1)).toBe(order);
    expect(nudged(order, "c", 1)).toBe(order);
    expect(nudged(order, "gone", 1)).toBe(order);
  });

  it("loses and doubles nothing, wherever a stop is put", () => {
    const order = ["a", "b", "c", "d"];
    for (const one of order) {
      for (const before of [...order, undefined, "gone"]) {
        expect([...placed(order, one, before)].sort()).toEqual(order);
      }
    }
  });

  it("is shown with what is done in front, and with what came meanwhile at the end", () => {
    const [route] = PLAN.routes;
    if (route === undefined) throw new Error("there is a route");
    expect(reordered(route, ["3", "1"]).stops.map((one) => one.stop)).toEqual(["0", "3", "1", "2"]);
    expect(reordered(route, ["gone", "2"]).stops.map((one) => one.stop)).toEqual(["0", "2", "1", "3"]);
  });
});

describe("the way back", () => {
  it("of what nobody carried is to nobody", () => {
    expect(wayBack(null, ["p"])).toEqual([{ do: "move", shipments: ["p"], to: null }]);
  });

  it("leads before the stop that came after", () => {
    expect(wayBack(PLAN, ["s-1"])).toEqual([
      { do: "move", shipments: ["s-1"], to: "eleni", route: "r-1", before_stop: "2" },
    ]);
  });

  it("leads to the end for the last", () => {
    expect(wayBack(PLAN, ["s-3"])).toEqual([{ do: "move", shipments: ["s-3"], to: "eleni", route: "r-1" }]);
  });

  it("skips what was moved with it, and keeps their order", () => {
    expect(wayBack(PLAN, ["s-1", "x", "y"])).toEqual([
      { do: "move", shipments: ["s-1", "x", "y"], to: "eleni", route: "r-1", before_stop: "3" },
    ]);
  });

  it("of two that did not stand together are two", () => {
    expect(wayBack(PLAN, ["s-1", "s-3"]).map((one) => [one.shipments, one.before_stop])).toEqual([
      [["s-3"], undefined],
      [["s-1"], "2"],
    ]);
  });
});

describe("what lies under the pointer", () => {
  it("takes a drop only when it says what it is", () => {
    expect(targetOf({ drop: "courier", courier: "a" }, false)).toEqual({ kind: "courier", courier: "a" });
    expect(targetOf({ drop: "pool" }, true)).toEqual({ kind: "pool" });
    expect(targetOf({ drop: "stop", courier: "a", route: "r", stop: "s" }, true)).toEqual({
      kind: "stop",
      courier: "a",
      route: "r",
      stop: "s",
      after: true,
    });
    expect(targetOf({}, false)).toBeNull();
  });
});
