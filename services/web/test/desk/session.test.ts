import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../../src/desk/api";
import {
  begin,
  covers,
  logIn,
  logOut,
  may,
  recall,
  type Session,
  session,
  sessionError,
} from "../../src/desk/session";
import { accountLanguage, zone } from "../../src/desk/store";

const SESSION: Session = {
  account: "p-1",
  name: "Sofia",
  email: "sofia@example.org",
  role: "staff",
  tenant: "athens",
  csrf: "token",
  totp: false,
  recovery_left: 0,
  language: "el",
  zone: "Europe/Athens",
};

let answers: [number, unknown][];

beforeEach(() => {
  answers = [];
  vi.stubGlobal("fetch", async () => {
    const [status, body] = answers.shift() ?? [500, {}];
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  begin(null);
});

describe("roles", () => {
  it("may do what the ones below may", () => {
    expect(covers("owner", "staff")).toBe(true);
    expect(covers("staff", "owner")).toBe(false);
    expect(covers("reader", "staff")).toBe(false);
    expect(covers("reader", "reader")).toBe(true);
    expect(covers(undefined, "reader")).toBe(false);
  });
});

describe("logging in", () => {
  it("brings the token, the language and the zone", async () => {
    answers = [[200, SESSION]];
    expect(await logIn("sofia@example.org", "pw")).toBe("in");
    expect(api.csrf).toBe("token");
    expect(accountLanguage.value).toBe("el");
    expect(zone.value).toBe("Europe/Athens");
    expect(may("staff")).toBe(true);
    expect(may("owner")).toBe(false);
  });

  it("asks for the second step when there is one, and says so when its code is wrong", async () => {
    answers = [
      [401, { code: "totp_needed" }],
      [401, { code: "totp_needed" }],
    ];
    expect(await logIn("sofia@example.org", "pw")).toBe("code");
    await expect(logIn("sofia@example.org", "pw", "000000")).rejects.toMatchObject({ code: "totp_needed" });
    expect(session.value).toBeNull();
  });

  it("that fails throws what the portal said", async () => {
    answers = [[401, { code: "bad_login", detail: "wrong" }]];
    await expect(logIn("a@b.c", "pw")).rejects.toMatchObject({ code: "bad_login", kind: "login" });
  });
});

describe("who is logged in", () => {
  it("is nobody after a 401", async () => {
    answers = [[401, {}]];
    await recall();
    expect(session.value).toBeNull();
    expect(sessionError.value).toBeNull();
  });

  it("stays unknown while the portal does not answer", async () => {
    session.value = undefined;
    answers = [[503, { detail: "starting" }]];
    await recall();
    expect(session.value).toBeUndefined();
    expect(sessionError.value?.kind).toBe("unavailable");
  });

  it("is nobody once a call finds the session over", async () => {
    begin(SESSION);
    answers = [[401, {}]];
    await api.get("/v1/desk/today").catch(() => {});
    expect(session.value).toBeNull();
    expect(api.csrf).toBe("");
  });
});

describe("logging out", () => {
  it("ends the session here, also when it was over already", async () => {
    for (const status of [204, 401]) {
      begin(SESSION);
      answers = [[status, {}]];
      await logOut();
      expect(session.value).toBeNull();
    }
  });

  it("that fails leaves one logged in", async () => {
    begin(SESSION);
    answers = [[503, {}]];
    await expect(logOut()).rejects.toMatchObject({ kind: "unavailable" });
    expect(session.value).toEqual(SESSION);
  });
});
