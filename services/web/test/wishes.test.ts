import { describe, expect, it } from "vitest";
import { changed, type Wishes, WishesSource } from "../src/link/wishes";

const BOTH: Wishes = {
  channels: [
    { channel: "email", address: "m•••@example.org", stopped: false },
    { channel: "sms", address: "•••678", stopped: false },
  ],
  first: "email",
  language: "el",
};

describe("what holds after a change", () => {
  it("is the next channel first when the first is stopped, and none when all are", () => {
    const once = changed(BOTH, { stop: ["email"] });
    expect(once.first).toBe("sms");
    expect(once.channels.map((reach) => reach.stopped)).toEqual([true, false]);
    expect(changed(once, { stop: ["sms"] }).first).toBeUndefined();
  });

  it("is as before when a stop is taken back", () => {
    expect(changed(changed(BOTH, { stop: ["sms"] }), { resume: ["sms"] })).toEqual(BOTH);
  });

  it("is the chosen channel and language", () => {
    const after = changed(BOTH, { first: "sms", language: "ru" });
    expect([after.first, after.language]).toEqual(["sms", "ru"]);
  });
});

function server(answers: Readonly<Record<string, () => Response>>) {
  const asked: [string, RequestInit][] = [];
  const source = new WishesSource(
    "a-secret",
    async (url, init) => {
      asked.push([url, init]);
      return answers[`${init.method ?? "GET"} ${url}`]?.() ?? new Response(null, { status: 404 });
    },
    () => 0,
  );
  return { asked, source };
}

const TICKET = () => Response.json({ ticket: "t", socket: "ws://x/", expires_at: "2026-11-20T10:00:00Z" });

describe("the source", () => {
  it("reads with a ticket, and writes what shall change", async () => {
    const { asked, source } = server({
      "POST /v1/link/ticket": TICKET,
      "GET /v1/link/notices": () => Response.json(BOTH),
      "PUT /v1/link/notices": () => Response.json({ command: "k-1" }, { status: 202 }),
    });
    expect(await source.read()).toEqual(BOTH);
    expect(await source.change({ stop: ["sms"] })).toBe(true);
    const put = asked.at(-1)?.[1];
    expect(put?.body).toBe('{"stop":["sms"]}');
    expect(put?.headers).toMatchObject({ Authorization: "Ticket t" });
    expect(asked.every(([url]) => !url.includes("a-secret"))).toBe(true);
  });

  it("has nothing where the link is over, the server away or the answer none of ours", async () => {
    expect(await server({}).source.read()).toBeNull();
    expect(await server({}).source.change({})).toBe(false);
    const odd = server({
      "POST /v1/link/ticket": TICKET,
      "GET /v1/link/notices": () => Response.json([]),
    });
    expect(await odd.source.read()).toBeNull();
  });
});
