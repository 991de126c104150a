import { describe, expect, it } from "vitest";
import { ABOUT, type Exchange, NOTED, wordsOf } from "../../src/desk/views/talk/model";
import { t } from "../../src/desk/views/talk/texts";

function said(more: Partial<Exchange>): Exchange {
  return { seq: 3, at: "2026-11-20T10:00:00Z", direction: "in", way: "email", by: "recipient", ...more };
}

describe("what was said", () => {
  it("tells words that were deleted from those that never were", () => {
    expect(wordsOf(said({ text: "Where is it?" }))).toBe("said");
    expect(wordsOf(said({}))).toBe("deleted");
    expect(wordsOf(said({ attachments: 1 }))).toBe("none");
    expect(wordsOf(said({ way: "call", by: "staff" }))).toBe("none");
    expect(wordsOf(said({ way: "sms", by: "merchant" }))).toBe("none");
    expect(wordsOf(said({ direction: "out", by: "staff" }))).toBe("deleted");
  });

  it("has words for each way and each reason in each language", () => {
    for (const texts of Object.values(t.tables)) {
      for (const about of ABOUT) expect(texts.about[about]).not.toBe("");
      for (const way of [...NOTED, "email", "sms"] as const) expect(texts.ways[way]).not.toBe("");
    }
  });
});
