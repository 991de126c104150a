import { beforeEach, describe, expect, it } from "vitest";
import { chooseLanguage } from "../../src/desk/store";
import { ALL, anyFew, type Group, queryOf, rateOf, wantedOf } from "../../src/desk/views/answers/model";
import { markOf } from "../../src/desk/views/answers/words";

describe("what is asked for", () => {
  it.each([
    ["", ALL],
    ["?days=7&merchant=books", { ...ALL, days: "7", merchant: "books" }],
    ["?bad=true&words=true&courier=eleni", { ...ALL, bad: true, words: true, courier: "eleni" }],
    ["?days=31&bad=1", ALL],
  ])("is read from the address: %s", (query, wanted) => {
    expect(wantedOf(query)).toEqual(wanted);
    expect(wantedOf(queryOf(wanted))).toEqual(wanted);
  });

  it("goes into a call with further members", () => {
    expect(queryOf(ALL)).toBe("");
    expect(queryOf({ ...ALL, bad: true }, { after: "1.s-a:nps" })).toBe("?bad=true&after=1.s-a%3Anps");
  });
});

it("tells of how many parcels an answer came", () => {
  expect(rateOf({ delivered: 0, answered: 0 })).toBeNull();
  expect(rateOf({ delivered: 3, answered: 1 })).toBe(33);
  // Answers of these days may be about parcels of the days before.
  expect(rateOf({ delivered: 1, answered: 4 })).toBe(100);
});

function group(nps: number): Group {
  const none = { answers: 0, few: true };
  return {
    key: "a",
    name: "A",
    nps: { answers: nps, few: nps < 30, promoters: 0, passives: nps, detractors: 0 },
    csi: none,
    all_right: { ...none, yes: 0 },
  };
}

it("warns of few answers, and not of none", () => {
  expect(anyFew([group(30)])).toBe(false);
  expect(anyFew([group(0)])).toBe(false);
  expect(anyFew([group(40), group(29)])).toBe(true);
});

describe("a mark", () => {
  beforeEach(() => chooseLanguage("en"));
  it.each([
    ["all_right", 1, "Yes"],
    ["all_right", 0, "No"],
    ["nps", 0, "0 of 10"],
    ["csi", 5, "5 of 5"],
  ] as const)("of %s %i", (question, score, said) => {
    expect(markOf({ question, score })).toBe(said);
  });

  it("is absent from a remark", () => {
    expect(markOf({ question: "remark" })).toBe("");
  });
});
