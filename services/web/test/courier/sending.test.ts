import { describe, expect, it } from "vitest";
import { PICTURE_TRIES, senderOf } from "../../src/courier/sending";
import type { Act, Enrolment } from "../../src/courier/types";
import { day, NOON_MS, report, shipment, stop } from "./kit";

const WHO: Enrolment = {
  device_id: "d-1",
  courier_id: "eleni",
  secret: "s3cret-s3cret-s3cret-s3",
  ingest_url: "https://in.example/",
};

interface Asked {
  method: string;
  url: string;
  headers: Headers;
  body: unknown;
}

/** Answers in turn; the last one stays. */
function world(...answers: (() => Response)[]) {
  const asked: Asked[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    const { body } = init;
    asked.push({
      method: init.method ?? "GET",
      url,
      headers: new Headers(init.headers),
      body: typeof body === "string" ? JSON.parse(body) : body,
    });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) throw new TypeError("no network");
    return answer();
  };
  const pictures = {
    picture: async (id: string) =>
      id === "lost" ? null : { id, type: "image/jpeg", bytes: new ArrayBuffer(9), kind: "photo" as const },
  };
  return { asked, send: senderOf(WHO, pictures, { fetch, now_ms: () => NOON_MS }) };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

function act(deed: ReturnType<typeof report> | Partial<Act>, more: Partial<Act> = {}): Act {
  return {
    id: "act-1",
    seq: 1,
    group: "g",
    at_ms: NOON_MS,
    not_before_ms: 0,
    tries: 0,
    ...deed,
    ...more,
  } as Act;
}

describe("a report", () => {
  it("goes to ingest with its id, its time and the phone's secret", async () => {
    const { asked, send } = world(json(202, { command: "c", outcome: { accepted: true, seq: 3 } }));
    const deed = report("s-1", "cash_collected");
    if (deed.kind !== "report") throw new Error();
    deed.payload.cash = { amount: "24.90", currency: "EUR" };
    deed.payload.taken_by = "Maria";
    expect(await send(act(deed))).toEqual({ is: "sent" });
    expect(asked[0]?.url).toBe("https://in.example/v1/shipments/s-1/events");
    expect(asked[0]?.headers.get("Authorization")).toBe(`Bearer ${WHO.secret}`);
    expect(asked[0]?.body).toEqual({
      event_id: "act-1",
      type: "cash_collected",
      at: "2026-11-20T12:00:00.000Z",
      taken_by: "Maria",
      cash: { amount: "24.90", currency: "EUR" },
    });
  });

  it("that was decided against is refused with the words of who decided", async () => {
    const outcome = { accepted: false, seq: 4, reason: "already_ended", explanation: "It has ended." };
    const { send } = world(json(202, { command: "c", outcome }));
    expect(await send(act(report("s-1")))).toEqual({
      is: "refused",
      code: "already_ended",
      detail: "It has ended.",
    });
  });

  it.each([
    [401, "later"],
    [422, "refused"],
    [429, "later"],
    [500, "later"],
    [503, "later"],
  ])("answered %i is %s", async (status, is) => {
    const { send } = world(json(status, { type: "urn:dromos:problem:invalid", detail: "no" }));
    expect((await send(act(report("s-1")))).is).toBe(is);
  });

  it("without network waits for it", async () => {
    const { send } = world();
    expect(await send(act(report("s-1")))).toEqual({ is: "later", why: "network" });
  });

  it("waits as Retry-After says", async () => {
    const { send } = world(json(503, {}, { "Retry-After": "7" }));
    expect(await send(act(report("s-1")))).toEqual({ is: "later", why: "server", after_ms: 7_000 });
  });
});

describe("pictures", () => {
  it("go first, one by one, each under a key of its own; then the report names them", async () => {
    const { asked, send } = world(
      json(201, { proof: "20261120.one" }),
      json(201, { proof: "20261120.two" }),
      json(202, { command: "c" }),
    );
    let now = act(report("s-1", "delivered", ["p1", "p2"]));
    for (;;) {
      const sending = await send(now);
      if (sending.is !== "again") break;
      now = sending.act;
    }
    expect(asked.map((each) => each.url)).toEqual([
      "/v1/courier/proofs?shipment=s-1&kind=photo",
      "/v1/courier/proofs?shipment=s-1&kind=photo",
      "https://in.example/v1/shipments/s-1/events",
    ]);
    expect(asked[0]?.headers.get("Idempotency-Key")).not.toBe(asked[1]?.headers.get("Idempotency-Key"));
    expect(asked[2]?.body).toMatchObject({ proofs: ["20261120.one", "20261120.two"] });
  });

  it("that the server will not have do not hold back the report, and he is told", async () => {
    const { send } = world(json(422, { type: "urn:dromos:problem:not_a_picture", detail: "No picture." }));
    const sending = await send(act(report("s-1", "delivered", ["p1"])));
    expect(sending).toMatchObject({
      is: "again",
      act: { payload: { pictures: [], proofs: [] } },
      refusal: { what: "picture", code: "not_a_picture" },
    });
  });

  it("are tried for a while where the server does not know them yet", async () => {
    const { send } = world(json(404, {}));
    const first = act(report("s-1", "delivered", ["p1"]));
    expect((await send(first)).is).toBe("later");
    expect((await send({ ...first, tries: PICTURE_TRIES })).is).toBe("again");
  });

  it("that the phone has lost are left out", async () => {
    const { send } = world(json(202, {}));
    const sending = await send(act(report("s-1", "delivered", ["lost", "p2"])));
    expect(sending).toMatchObject({ is: "again", act: { payload: { pictures: ["p2"] } } });
  });
});

describe("an order", () => {
  const order = (tries: number): Act =>
    act({ kind: "order", payload: { route: "r-1", stops: ["c", "gone", "a"] } } as Partial<Act>, { tries });
  const changed = json(409, { type: "urn:dromos:problem:plan_changed", reason: "plan_changed", detail: "x" });
  const today = day(
    stop("a", shipment("1")),
    stop("b", shipment("2", { done: true })),
    stop("c", shipment("3")),
    stop("new", shipment("4")),
  );

  it("is made anew on the route as it stands now", async () => {
    const { send } = world(changed, json(200, today));
    const sending = await send(order(0));
    expect(sending).toMatchObject({ is: "again", act: { payload: { stops: ["c", "a", "new"] } } });
    expect(sending.is === "again" && sending.act.id).not.toBe("act-1");
  });

  it("but not for ever", async () => {
    const { send } = world(changed, json(200, today));
    expect((await send(order(3))).is).toBe("refused");
  });
});

it("401 of the portal means that the phone is not connected any more", async () => {
  const { send } = world(json(401, {}));
  expect(await send(act({ kind: "duty", payload: { on: false } } as Partial<Act>))).toEqual({ is: "gone" });
});
