import { describe, expect, it } from "vitest";
import { spaced } from "../src/i18n/phone";

describe("a telephone number", () => {
  it("is grouped in threes after its country's code, of one, two or three digits", () => {
    const read = {
      "+358912345678": "+358 912 345 678",
      "+306900000001": "+30 690 000 0001",
      "+30 210-000 0002": "+30 210 000 0002",
      "+12025550123": "+1 202 555 0123",
      "+79990000000": "+7 999 000 0000",
      "+35799000000": "+357 990 00000",
      "+420600000000": "+420 600 000 000",
      "+4930123456": "+49 301 23456",
      "+85291234567": "+852 912 34567",
      "+886912345678": "+886 912 345 678",
      "+971501234567": "+971 501 234 567",
    };
    for (const [phone, shown] of Object.entries(read)) expect(spaced(phone)).toBe(shown);
  });

  it("stays as it is written where it is no E.164", () => {
    for (const phone of ["112", "0210 000 0000", "ask at the desk", ""]) expect(spaced(phone)).toBe(phone);
  });
});
