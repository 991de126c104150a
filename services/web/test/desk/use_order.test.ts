import { describe, expect, it } from "vitest";
import { fits, shown, type Wanted, wish } from "../../src/desk/views/today/use_order";
import { done, plan, stop } from "./day";

const PLAN = plan("eleni", done("0"), stop("1"), stop("2"), stop("3"));
const asked = wish(null, PLAN, "r-1", ["3", "1", "2"]);
const sent: Wanted = { ...asked, sent: true };
const at = (version: number, ...stops: string[]) => ({
  ...plan("eleni", done("0"), ...stops.map((id) => stop(id))),
  version,
});
const orderOf = (of: ReturnType<typeof at>) =>
  of.routes.flatMap((route) => route.stops.map((one) => one.stop));

describe("an order that is asked for", () => {
  it("is shown on the plan that it was made from", () => {
    expect(orderOf(shown(PLAN, asked))).toEqual(["0", "3", "1", "2"]);
    expect(shown(PLAN, null)).toBe(PLAN);
  });

  it("becomes one with what is not sent yet, and keeps what that goes back to", () => {
    const more = wish(asked, PLAN, "r-1", ["1", "3", "2"]);
    expect(more).toMatchObject({ base: ["1", "2", "3"], stops: ["1", "3", "2"], sent: false });
  });

  it("is a change of its own once the one before is sent, and fits the plan that one has led to", () => {
    const more = wish(sent, PLAN, "r-1", ["1", "3", "2"]);
    expect(more).toMatchObject({ base: ["3", "1", "2"], version: PLAN.version });
    const led = at(PLAN.version + 1, "3", "1", "2");
    expect(fits(more, led)).toBe(true);
    expect(orderOf(shown(led, more))).toEqual(["0", "1", "3", "2"]);
    expect(orderOf(shown(led, sent))).toEqual(["0", "3", "1", "2"]);
  });

  it("still fits when a stop was done meanwhile", () => {
    expect(fits(asked, at(PLAN.version + 1, "2", "3"))).toBe(true);
  });

  it("is not laid over what somebody else has done", () => {
    for (const other of [at(PLAN.version + 1, "2", "1", "3"), at(PLAN.version + 1, "1", "2", "3", "4")]) {
      expect(fits(asked, other)).toBe(false);
      expect(shown(other, asked)).toBe(other);
      expect(wish(asked, other, "r-1", ["1", "2"])).toMatchObject({ version: other.version });
    }
    expect(fits(asked, { ...PLAN, courier_id: "nikos" })).toBe(false);
  });
});
