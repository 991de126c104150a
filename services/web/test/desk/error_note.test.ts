import { describe, expect, it } from "vitest";
import { errorOf } from "../../src/desk/api";
import { sentenceOf } from "../../src/desk/ui/error_note";

describe("what was refused", () => {
  it("for how it was sent is no matter of one's role: the portal's own words say it", () => {
    for (const reason of ["origin", "csrf"]) {
      const problem = {
        type: `https://dromos.example/problems/${reason}`,
        detail: "Open the desk at X.",
        reason,
      };
      expect(sentenceOf(errorOf(403, problem, null))).toBe("Open the desk at X.");
    }
  });

  it("for the role says so", () => {
    const said = sentenceOf(errorOf(403, { detail: "Ask an owner." }, null));
    expect(said).toBe("Your role may not do this. Ask an owner.");
  });
});
