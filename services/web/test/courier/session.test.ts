import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "../../src/courier/clock";
import { WorkStore } from "../../src/courier/db";
import { Session } from "../../src/courier/session";
import * as store from "../../src/courier/store";
import { day, freshStorage, NOON_MS, shipment, stop } from "./kit";

const ELENI = { device_id: "phone-1", courier_id: "eleni", secret: "a".repeat(22), ingest_url: "/gps/" };

beforeEach(() => {
  freshStorage();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { hidden: false });
});
afterEach(() => vi.unstubAllGlobals());

it("a day that comes when another courier has taken over is neither shown nor kept", async () => {
  let answer: (response: Response) => void = () => {};
  const coming = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  vi.stubGlobal("fetch", () => coming);
  const session = new Session(ELENI, await WorkStore.open("eleni"), new Clock(() => NOON_MS));
  const reading = session.refresh();
  session.stop();
  answer(Response.json(day(stop("p-1", shipment("s-1", { name: "Maria Papadopoulou" })))));
  await reading.catch(() => undefined);
  expect(store.kept.value).toBeNull();
  expect(await (await WorkStore.open("eleni")).day(0)).toBeNull();
});

it("setting out with a phone that lies still sends its place at once, and again when it is known", async () => {
  vi.useFakeTimers({
    now: NOON_MS,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    for (let n = 0; n < 40; n++) await new Promise((resolve) => setImmediate(resolve));
  };
  const getCurrentPosition = vi.fn((found: PositionCallback) => {
    const coords = {
      longitude: 24.94,
      latitude: 60.17,
      accuracy: 6,
      speed: null,
      heading: null,
      altitude: null,
    };
    found({ coords, timestamp: NOON_MS - 9_000 } as GeolocationPosition);
  });
  vi.stubGlobal("navigator", {
    geolocation: { watchPosition: () => 1, clearWatch() {}, getCurrentPosition },
  });
  const posts: { url: string; body: string; at_ms: number }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (init.method === "POST") posts.push({ url, body: String(init.body), at_ms: Date.now() - NOON_MS });
    if (url.endsWith("/day")) return Response.json(day(stop("p-1", shipment("s-1"))));
    return Response.json({ results: [] });
  });
  const session = new Session(ELENI, await WorkStore.open("eleni"), new Clock(() => Date.now()));
  try {
    await session.start();
    await session.act([{ kind: "set_out", payload: { route: "r-1" } }], "undoable");
    const times = () =>
      posts.flatMap(({ body }) =>
        body.includes('"lon"') ? [...body.matchAll(/"at":(\d+)/g)].map((m) => Number(m[1]) - NOON_MS) : [],
      );
    await pass(1_000);
    expect(times()).toEqual([0]);
    for (let n = 0; n < 15; n++) await pass(1_000);
    const out = posts.find((post) => post.url.endsWith("/set-out"));
    expect(out?.at_ms).toBeGreaterThanOrEqual(10_000);
    expect(times()).toHaveLength(2);
    expect(times()[1]).toBeGreaterThanOrEqual((out?.at_ms ?? 0) + 2_000);
  } finally {
    session.stop();
    vi.useRealTimers();
  }
});
