import { beforeEach, describe, expect, it } from "vitest";
import { Api, ApiError, errorOf, isAbort } from "../../src/desk/api";

interface Sent {
  url: string;
  init: RequestInit;
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(status === 304 || status === 204 ? null : JSON.stringify(body), { status, headers });
}

let sent: Sent[];
let answers: (Response | Error)[];
let api: Api;

beforeEach(() => {
  sent = [];
  answers = [];
  api = new Api({
    fetch: async (url, init) => {
      sent.push({ url, init });
      const next = answers.shift();
      if (next === undefined) throw new Error("nothing was to be asked");
      if (next instanceof Error) throw next;
      return next;
    },
  });
});

const headersOf = (n: number) => sent[n]?.init.headers as Record<string, string>;

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe("a call", () => {
  it("that changes something carries the session's token, one that reads does not", async () => {
    api.csrf = "token";
    answers = [answer(200, {}), answer(200, {})];
    await api.get("/v1/desk/today");
    await api.call("POST", "/v1/desk/move", { body: { to: null } });
    expect(headersOf(0)["X-CSRF-Token"]).toBeUndefined();
    expect(headersOf(1)["X-CSRF-Token"]).toBe("token");
    expect(sent[1]?.init.body).toBe('{"to":null}');
    for (const { init } of sent) {
      expect(init).toMatchObject({ credentials: "same-origin", cache: "no-store", redirect: "error" });
    }
  });

  it("answers nothing for 204", async () => {
    answers = [answer(204, null)];
    expect(await api.call("DELETE", "/v1/x")).toBeUndefined();
  });

  it("that has not changed is the same object, asked with its ETag", async () => {
    answers = [
      answer(200, { n: 1 }, { ETag: '"a"' }),
      answer(304, null),
      answer(200, { n: 2 }, { ETag: '"b"' }),
    ];
    const first = await api.get("/v1/desk/fleet");
    expect(await api.get("/v1/desk/fleet")).toBe(first);
    expect(headersOf(1)["If-None-Match"]).toBe('"a"');
    expect(await api.get("/v1/desk/fleet")).toEqual({ n: 2 });
  });

  it("forgets what another has read", async () => {
    answers = [answer(200, { n: 1 }, { ETag: '"a"' }), answer(200, { n: 1 }, { ETag: '"a"' })];
    await api.get("/v1/desk/fleet");
    api.csrf = "token";
    api.forget();
    await api.get("/v1/desk/fleet");
    expect(headersOf(1)["If-None-Match"]).toBeUndefined();
    expect(api.csrf).toBe("");
  });

  it("sends a file as it is", async () => {
    answers = [answer(202, {})];
    await api.call("POST", "/v1/imports", { body: new FormData() });
    expect(headersOf(0)["Content-Type"]).toBeUndefined();
    expect(sent[0]?.init.body).toBeInstanceOf(FormData);
  });
});

describe("a refusal", () => {
  const problem = { type: "urn:dromos:problem:shared_route", status: 409, detail: "Others stand on it." };

  it("says what the portal said", async () => {
    answers = [answer(409, problem)];
    const error = await failure(api.call("POST", "/v1/x"));
    expect(error).toMatchObject({ kind: "conflict", code: "shared_route", detail: "Others stand on it." });
  });

  it("names the fields to be mended", () => {
    const errors = [{ field: "body.email", message: "is none" }];
    expect(errorOf(422, { errors }, null)).toMatchObject({ kind: "invalid", errors });
  });

  it.each([
    [401, "login"],
    [403, "role"],
    [404, "not_found"],
    [429, "busy"],
    [502, "unavailable"],
    [503, "unavailable"],
    [500, "other"],
  ] as const)("%i is %s", (status, kind) => {
    expect(errorOf(status, {}, null).kind).toBe(kind);
  });

  it("says when to come back", () => {
    expect(errorOf(503, {}, "2").after_ms).toBe(2000);
    expect(errorOf(503, {}, null).after_ms).toBeNull();
    expect(errorOf(503, {}, "soon").after_ms).toBeNull();
  });

  it("because nobody is logged in leads to the login, unless one is logging in", async () => {
    let asked = 0;
    api.onLogin = () => {
      asked += 1;
    };
    answers = [answer(401, {}), answer(401, { code: "bad_login" })];
    await failure(api.get("/v1/desk/today"));
    expect(asked).toBe(1);
    const error = await failure(api.call("POST", "/v1/desk/login", { body: {}, anonymous: true }));
    expect(error.code).toBe("bad_login");
    expect(asked).toBe(1);
  });

  it("that is no problem document is still one kind of error", async () => {
    answers = [new Response("<html>Bad gateway</html>", { status: 502 })];
    expect(await failure(api.get("/v1/x"))).toMatchObject({ kind: "unavailable", detail: "" });
  });

  it("an answer that is no JSON too", async () => {
    answers = [new Response("<html>", { status: 200 })];
    expect(await failure(api.get("/v1/x"))).toMatchObject({ kind: "other" });
  });
});

it("without a network it is offline", async () => {
  answers = [new TypeError("failed to fetch")];
  expect((await failure(api.get("/v1/x"))).kind).toBe("offline");
});

it("a view that was left is told so, and is shown no error", async () => {
  const left = new AbortController();
  left.abort();
  answers = [new DOMException("left", "AbortError")];
  const error = await api.get("/v1/x", { signal: left.signal }).catch((e: unknown) => e);
  expect(isAbort(error)).toBe(true);
});
