import { describe, expect, it } from "vitest";
import { type AuditEntry, actorsOf, fitting, groupsOf, joined } from "../../src/desk/views/audit/model";
import { actionText } from "../../src/desk/views/audit/texts";
import {
  doubtful,
  fileFault,
  type ImportRow,
  kindOf,
  moving,
  shown,
  stepOf,
  wouldBeMade,
} from "../../src/desk/views/import/model";
import { inOrder, lastOwner, mayChange, type Person } from "../../src/desk/views/people/model";
import {
  away,
  behind,
  byReason,
  headlineOf,
  paused,
  type Standing,
  toneOf,
} from "../../src/desk/views/status/model";
import { qrPath } from "../../src/ui/qr";

function person(account: string, over: Partial<Person> = {}): Person {
  return { account, name: account, email: "", role: "staff", disabled: false, totp: false, ...over };
}

describe("people", () => {
  const owner = person("o", { role: "owner" });
  const second = person("p", { role: "owner" });

  it("stand with owners first and the blocked last", () => {
    const all = [person("z", { disabled: true, role: "owner" }), person("b"), person("a"), owner];
    expect(inOrder(all, "en").map((one) => one.account)).toEqual(["o", "a", "b", "z"]);
  });

  it("keep a last owner, and nobody changes himself", () => {
    expect(lastOwner([owner, person("a")], "o")).toBe(true);
    expect(lastOwner([owner, second], "o")).toBe(false);
    expect(lastOwner([owner, { ...second, disabled: true }], "o")).toBe(true);
    const me = { account: "o", role: "owner" as const };
    expect(mayChange(me, [owner, second], "o")).toBe(false);
    expect(mayChange(me, [owner, second], "p")).toBe(true);
    expect(mayChange({ account: "a", role: "staff" }, [owner, second], "p")).toBe(false);
  });
});

describe("the audit log", () => {
  const entry = (action: string, over: Partial<AuditEntry> = {}): AuditEntry => ({
    at: "2026-11-22T12:00:00Z",
    actor: "p-1",
    actor_name: "Eleni",
    action,
    ...over,
  });
  const entries = [
    entry("people.invite", { detail: "staff" }),
    entry("cash.hand_in", { subject: "h-1", actor: "p-2", actor_name: "Nikos" }),
    entry("cash.settle"),
  ];

  it("is narrowed by who, by what, and by words of any column", () => {
    const any = { words: "", actor: "", action: "" };
    expect(fitting(entries, any)).toHaveLength(3);
    expect(fitting(entries, { ...any, actor: "p-2" }).map((one) => one.action)).toEqual(["cash.hand_in"]);
    expect(fitting(entries, { ...any, action: "cash" })).toHaveLength(2);
    expect(fitting(entries, { ...any, words: "nikos H-1" })).toHaveLength(1);
    expect(fitting(entries, { ...any, words: "nikos settle" })).toHaveLength(0);
    expect(groupsOf(entries)).toEqual(["cash", "people"]);
    expect(actorsOf(entries).map((one) => one.name)).toEqual(["Eleni", "Nikos"]);
  });

  it("says an action in words, and finds it by them", () => {
    expect(actionText("cash.hand_in")).toBe("Cash handed in");
    expect(actionText("cash.not_yet_known")).toBe("cash.not_yet_known");
    const filter = { words: "handed", actor: "", action: "" };
    expect(fitting(entries, filter, actionText)).toHaveLength(1);
  });

  it("tells a line of two pages once", () => {
    expect(joined(entries, { entries: [entry("cash.settle"), entry("cash.undo")] })).toHaveLength(4);
  });
});

describe("an import", () => {
  const doubt = { field: "line", code: "address_unsure", message: "", what_to_do: "", confirm: true };
  const fault = { ...doubt, code: "phone_invalid", confirm: false };
  const rows: ImportRow[] = [
    { row: 2, ok: true },
    { row: 3, ok: false, errors: [doubt] },
    { row: 4, ok: false, errors: [doubt, fault] },
  ];

  it("makes the good rows and the doubtful ones that somebody confirms", () => {
    const none = new Set<number>();
    expect(rows.map((row) => kindOf(row, none))).toEqual(["good", "doubtful", "bad"]);
    expect(wouldBeMade(rows, none)).toBe(1);
    expect(wouldBeMade(rows, new Set([3, 4]))).toBe(2);
    expect(doubtful(rows)).toEqual([3]);
    expect(shown(rows, true).map((row) => row.row)).toEqual([3, 4]);
  });

  it("goes through its steps, and waits for somebody at ready", () => {
    expect(stepOf("geocoding")).toBe(1);
    expect(stepOf("applying")).toBe(stepOf("ready"));
    expect(stepOf("failed")).toBe(-1);
    expect(moving("applying")).toBe(true);
    expect([moving("ready"), moving("done"), moving("failed")]).toEqual([false, false, false]);
  });

  it("refuses what is no CSV before it is sent", () => {
    expect(fileFault({ name: "day.csv", type: "", size: 10 })).toBeNull();
    expect(fileFault({ name: "day", type: "text/csv", size: 10 })).toBeNull();
    expect(fileFault({ name: "day.xlsx", type: "application/vnd.ms-excel", size: 10 })).toBe("not_csv");
    expect(fileFault({ name: "day.csv", type: "text/csv", size: 0 })).toBe("empty");
    expect(fileFault({ name: "day.csv", type: "text/csv", size: 2_000_001 })).toBe("too_large");
  });
});

describe("the system's standing", () => {
  const up = { up: true };
  const good: Standing = {
    ok: true,
    say: "",
    at: "2026-11-22T12:00:00Z",
    kafka: up,
    redis: up,
    postgres: up,
    parts: [{ role: "portal", part: "portal", ready: true }],
    lag: [{ role: "stages", members: 1, records: 0, seconds: 0 }],
    marks: [{ role: "stages", late: [] }],
    put_aside: [],
  };

  it("tells the worst first", () => {
    const letter = { topic: "t", reason: "unreadable", parked: false, count: 2 };
    const late = { marks: [{ role: "stages", late: [3] }] };
    expect(headlineOf(good)).toBe("good");
    expect(headlineOf({ ...good, put_aside: [{ ...letter, parked: true }] })).toBe("parked");
    expect(headlineOf({ ...good, put_aside: [letter] })).toBe("letters");
    expect(headlineOf({ ...good, lag: null })).toBe("unknown");
    expect(headlineOf({ ...good, ...late, put_aside: [letter] })).toBe("behind");
    expect(headlineOf({ ...good, ...late, parts: [{ role: "x", part: "x", ready: false }] })).toBe("down");
    expect(headlineOf({ ...good, parts: [], redis: { up: false } })).toBe("away");
    expect([toneOf("away"), toneOf("behind"), toneOf("parked")]).toEqual(["bad", "warn", "good"]);
  });

  it("names who is away or behind; the lists pause no page", () => {
    expect(away({ ...good, kafka: { up: false }, postgres: { up: false } })).toEqual(["Kafka", "PostgreSQL"]);
    const slow = {
      ...good,
      lag: [{ role: "lists", members: 1, records: 9, seconds: 8 }],
      marks: [{ role: "lists", late: [1] }],
    };
    expect(behind(slow)).toEqual(["lists"]);
    expect(paused(slow)).toBe(false);
    expect(paused({ ...good, marks: [{ role: "couriers", late: [1] }] })).toBe(true);
  });

  it("counts reasons over topics, most first", () => {
    const put = [
      { topic: "a", reason: "too_old", parked: true, count: 1 },
      { topic: "a", reason: "no_time", parked: true, count: 2 },
      { topic: "b", reason: "too_old", parked: true, count: 3 },
      { topic: "b", reason: "unreadable", parked: false, count: 9 },
    ];
    expect(byReason(put, true)).toEqual([
      { reason: "too_old", count: 4 },
      { reason: "no_time", count: 2 },
    ]);
  });
});

describe("a QR code", () => {
  it("is one path with a quiet zone of four modules around it", () => {
    const { path, size } = qrPath("https://track.example.org/courier#Jk3v0T5yQ2m8ZrX1aBcDeF");
    expect((size - 17 - 8) % 4).toBe(0);
    const xs = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map((m) => m.slice(1).map(Number));
    expect(xs.length).toBeGreaterThan(100);
    for (const [x = 0, y = 0, w = 0] of xs) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(4);
      expect(Math.max(x + w, y + 1)).toBeLessThanOrEqual(size - 4);
    }
    // The finder in the corner: a dark row of seven, then a dark module, five light ones and a dark one.
    expect(path).toContain("M4 4h7v1h-7z");
    expect(path).toContain("M4 5h1v1h-1z");
    expect(path).toContain("M10 5h1v1h-1z");
  });
});
