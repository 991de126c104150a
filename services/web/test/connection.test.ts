import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerFrame } from "../src/contracts";
import { BASE_MS, backoff_ms, CAP_MS, LEAST_MS } from "../src/link/backoff";
import {
  Connection,
  POLL_AFTER_FAILURES,
  POLL_EVERY_MS,
  POLL_FOR_MS,
  SILENCE_MS,
} from "../src/link/connection";
import { SNAPSHOT_DEADLINE_MS, type Socket } from "../src/link/session";
import { driver, NOON_MS, shipment, snapshot } from "./samples";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: string[] = [];
  closed = false;
  constructor(readonly url: string) {}
  send(data: string) {
    this.sent.push(data);
  }
  close() {
    this.closed = true;
  }
  say(frame: ServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  /** Opens and sends a first snapshot. */
  serve() {
    this.onopen?.();
    this.say(snapshot());
  }
  drop() {
    this.onclose?.();
  }
}

/** The portal and the gateway as the page sees them. */
class World {
  tickets = 0;
  views = 0;
  sockets: FakeSocket[] = [];
  answer: () => Response = () =>
    Response.json({
      ticket: `t${this.tickets}`,
      socket: "ws://gateway/ws",
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    });
  view: () => Response = () => Response.json(snapshot());
  headers: string[] = [];
  frames: ServerFrame[] = [];
  statuses: string[] = [];

  readonly connection = new Connection(
    "secret",
    { frame: (frame) => this.frames.push(frame), status: (status) => this.statuses.push(status) },
    {
      fetch: async (url, init) => {
        if (url === "/v1/link/ticket") {
          expect(init.body).toBe('{"secret":"secret"}');
          this.tickets += 1;
          return this.answer();
        }
        expect(url).toBe("/v1/link/view");
        this.headers.push((init.headers as Record<string, string>).Authorization ?? "");
        this.views += 1;
        return this.view();
      },
      socket: (url) => {
        const socket = new FakeSocket(url);
        this.sockets.push(socket);
        return socket;
      },
      now_ms: () => Date.now(),
      random: () => 0.5,
      visible: () => true,
    },
  );

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("no socket yet");
    return last;
  }

  get status() {
    return this.statuses.at(-1);
  }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

let world: World;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS });
  world = new World();
});

afterEach(() => {
  world.connection.stop();
  vi.useRealTimers();
});

async function start() {
  void world.connection.run();
  await pass(0);
}

describe("back-off", () => {
  it("grows twofold under a cap, with jitter over the whole range", () => {
    expect(backoff_ms(0, 0)).toBe(LEAST_MS);
    expect(backoff_ms(0, 0.999999)).toBe(BASE_MS);
    expect(backoff_ms(3, 0.999999)).toBe(8 * BASE_MS);
    expect(backoff_ms(40, 0.999999)).toBe(CAP_MS);
    expect(backoff_ms(40, 0)).toBe(LEAST_MS);
  });
});

describe("a connection", () => {
  it("sends the ticket as its first message and is live with the snapshot", async () => {
    await start();
    expect(world.socket.url).toBe("ws://gateway/ws");
    world.socket.onopen?.();
    expect(world.socket.sent).toEqual(['{"type":"hello","ticket":"t1"}']);
    expect(world.status).toBe("connecting");
    world.socket.say(snapshot());
    expect(world.status).toBe("live");
  });

  it("takes a new ticket for each new socket", async () => {
    await start();
    world.socket.serve();
    world.socket.drop();
    await pass(0);
    expect(world.status).toBe("reconnecting");
    await pass(BASE_MS);
    expect(world.tickets).toBe(2);
    world.socket.serve();
    expect(world.socket.sent[0]).toContain("t2");
    expect(world.status).toBe("live");
  });

  it("comes back when the server says, to the millisecond", async () => {
    await start();
    world.socket.serve();
    world.socket.say({ type: "bye", reason: "restarting", retry_ms: 1_234 });
    await pass(1_233);
    expect(world.tickets).toBe(1);
    await pass(1);
    expect(world.tickets).toBe(2);
  });

  it("waits longer after each session that ends at once, though it brought a snapshot", async () => {
    await start();
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      world.socket.serve();
      const before = world.sockets.length;
      const at_ms = Date.now();
      world.socket.drop();
      while (world.sockets.length === before) await pass(50);
      waits.push(Date.now() - at_ms);
    }
    for (let i = 1; i < waits.length; i++) expect(waits[i]).toBeGreaterThan(waits[i - 1] ?? 0);
  });

  it("asks again while the portal is away, and waits as long as it says", async () => {
    world.answer = () => new Response("", { status: 503, headers: { "Retry-After": "7" } });
    await start();
    expect(world.status).toBe("reconnecting");
    await pass(6_900);
    expect(world.tickets).toBe(1);
    await pass(200);
    expect(world.tickets).toBe(2);
  });

  it("ends for good when the link is gone, told by the portal or by the gateway", async () => {
    world.answer = () => Response.json({ title: "Not found" }, { status: 404 });
    await start();
    expect(world.status).toBe("gone");
    await pass(600_000);
    expect(world.tickets).toBe(1);

    world = new World();
    await start();
    world.socket.serve();
    world.socket.say({ type: "bye", reason: "gone" });
    await pass(600_000);
    expect(world.status).toBe("gone");
    expect(world.tickets).toBe(1);
  });

  it("tells a malformed link from a busy portal", async () => {
    world.answer = () => new Response("", { status: 429 });
    await start();
    expect(world.status).toBe("reconnecting");
    world.answer = () => new Response("", { status: 422 });
    await pass(1_000);
    expect(world.status).toBe("gone");
  });

  it("gives up a socket that brings no snapshot", async () => {
    await start();
    const first = world.socket;
    first.onopen?.();
    await pass(SNAPSHOT_DEADLINE_MS + BASE_MS);
    expect(first.closed).toBe(true);
    expect(world.sockets).toHaveLength(2);
  });

  it("survives what is no frame", async () => {
    await start();
    world.socket.serve();
    for (const data of ["{", "[]", '{"type":"later"}', "null", new ArrayBuffer(4)]) {
      world.socket.onmessage?.({ data });
    }
    expect(world.frames).toHaveLength(1);
    expect(world.status).toBe("live");
  });
});

describe("where sockets don't get through", () => {
  async function block() {
    await start();
    for (let i = 0; i < POLL_AFTER_FAILURES; i++) {
      world.socket.drop();
      await pass(2_500);
    }
  }

  it("polls the view with the ticket, then tries a socket again", async () => {
    await block();
    expect(world.status).toBe("polling");
    expect(world.headers[0]).toBe(`Ticket t${POLL_AFTER_FAILURES}`);
    const { views } = world;
    await pass(POLL_EVERY_MS * 2);
    expect(world.views).toBe(views + 2);
    expect(world.sockets).toHaveLength(POLL_AFTER_FAILURES);
    await pass(POLL_FOR_MS - POLL_EVERY_MS * 2);
    expect(world.sockets).toHaveLength(POLL_AFTER_FAILURES + 1);
    world.socket.serve();
    expect(world.status).toBe("live");
  });

  it("takes a new ticket when the old one is refused, and only the ticket says that the link is gone", async () => {
    await block();
    const { tickets } = world;
    world.view = () => new Response("", { status: 401 });
    await pass(POLL_EVERY_MS);
    expect(world.tickets).toBeGreaterThan(tickets);
    expect(world.status).toBe("reconnecting");
    world.answer = () => new Response("", { status: 404 });
    await pass(30_000);
    expect(world.status).toBe("gone");
  });
});

describe("a silent socket", () => {
  it("is left alone when there is nothing to say", async () => {
    await start();
    world.socket.serve();
    await pass(SILENCE_MS * 3 + 1_000);
    expect(world.views).toBe(3);
    expect(world.sockets).toHaveLength(1);
    expect(world.status).toBe("live");
  });

  it("is given up when the view knows more than it told", async () => {
    await start();
    world.socket.serve();
    world.view = () => Response.json(snapshot({ shipment: shipment({ seq: 9 }) }));
    await pass(SILENCE_MS + 6_000);
    expect(world.sockets).toHaveLength(2);
  });

  it("has until then to tell it itself", async () => {
    await start();
    world.socket.serve();
    const newer = driver({ version: [7, 200], at_ms: NOON_MS + 44_000 });
    world.view = () => Response.json(snapshot({ driver: newer }));
    await pass(SILENCE_MS + 1_000);
    world.socket.say({
      type: "position",
      version: [7, 200],
      at_ms: NOON_MS + 44_000,
      feature: newer.feature as never,
    });
    await pass(10_000);
    expect(world.sockets).toHaveLength(1);
  });

  it("is checked at once when the page wakes and the network is gone", async () => {
    await start();
    world.socket.serve();
    await pass(20_000);
    world.view = () => {
      throw new TypeError("network");
    };
    world.connection.nudge();
    await pass(BASE_MS);
    expect(world.sockets.length).toBeGreaterThan(1);
  });
});
