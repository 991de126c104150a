import { describe, expect, it } from "vitest";
import { isEmail } from "../../src/desk/views/login/login";
import { isGood, LEAST, rulesOf } from "../../src/desk/views/login/password";

describe("a password", () => {
  const of = (password: string) => rulesOf(password, "Eleni Georgiou", "eleni.g@example.org");

  it("is long and varied enough", () => {
    expect(isGood(of("four words make one"))).toBe(true);
    expect(of("short").length).toBe(false);
    expect(of("a".repeat(LEAST - 1)).length).toBe(false);
    expect(of("abababababab").varied).toBe(false);
  });

  it("is more than a name, an address or an obvious word", () => {
    expect(of("georgiou123").own).toBe(false);
    expect(of("Password12").own).toBe(false);
    expect(of("eleni.g2026").own).toBe(false);
    expect(of("georgiou and eight more").own).toBe(true);
    expect(of("").own).toBe(false);
  });
});

it("an e-mail address has both its parts", () => {
  expect(isEmail(" eleni@example.org ")).toBe(true);
  for (const bad of ["", "eleni", "eleni@", "@example.org", "eleni@example", "e l@example.org"]) {
    expect(isEmail(bad), bad).toBe(false);
  }
});
