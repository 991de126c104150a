import { describe, expect, it } from "vitest";
import {
  byNotice,
  type Clock,
  Decisions,
  type Entry,
  overtakenBy,
  WINDOW_MS,
} from "../../src/desk/views/notices/model";
import { t } from "../../src/desk/views/notices/texts";
import {
  bodyOf,
  faultsOf,
  formOf,
  type NoticePolicy,
  previewPath,
} from "../../src/desk/views/shops/notices_model";

const entry = (changes: Partial<Entry>): Entry => ({
  kind: "announced",
  revision: 3,
  state: "sent",
  at: "2026-11-20T10:00:00Z",
  channel: "sms",
  notice: "n-1",
  ...changes,
});

describe("a shipment's notices", () => {
  it("stand by what they are about, each with what was decided before", () => {
    const told = byNotice([
      entry({ state: "delivered" }),
      entry({ kind: "late", revision: 4, notice: null, channel: null, state: "dropped" }),
      entry({ state: "sent" }),
      entry({ revision: 9 }),
    ]);
    expect(told.map((one) => [one.newest.kind, one.newest.state, one.before.length])).toEqual([
      ["announced", "delivered", 1],
      ["late", "dropped", 0],
      ["announced", "sent", 0],
    ]);
  });

  it("say which newer one has told it", () => {
    expect(overtakenBy("overtaken_by_delivered")).toBe("delivered");
    expect(overtakenBy("overtaken_by_something")).toBeNull();
    expect(overtakenBy("quiet_hours")).toBeNull();
  });

  it("have words for each kind and state", () => {
    for (const table of Object.values(t.tables)) {
      expect(Object.keys(table.kinds)).toHaveLength(16);
      expect(Object.keys(table.states)).toHaveLength(8);
    }
  });
});

function stopped() {
  let now_ms = 0;
  const waiting: { at_ms: number; work: () => void }[] = [];
  const clock: Clock = {
    now_ms: () => now_ms,
    after(ms, work) {
      const one = { at_ms: now_ms + ms, work };
      waiting.push(one);
      return () => void waiting.splice(waiting.indexOf(one), 1);
    },
  };
  const later = async (ms: number) => {
    now_ms += ms;
    for (const one of waiting.filter((w) => w.at_ms <= now_ms)) {
      waiting.splice(waiting.indexOf(one), 1);
      one.work();
    }
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, later };
}

describe("a decision", () => {
  it("is done after its window, once", async () => {
    const { clock, later } = stopped();
    const done: string[] = [];
    const decisions = new Decisions(clock, () => {});
    decisions.decide("n-1", "release", async () => void done.push("release"));
    await later(WINDOW_MS - 1);
    expect([done, decisions.of("n-1")]).toEqual([[], { decision: "release", left_s: 1 }]);
    await later(1);
    expect([done, decisions.of("n-1")]).toEqual([["release"], null]);
    await later(WINDOW_MS);
    expect(done).toEqual(["release"]);
  });

  it("can be taken back, and another takes its place", async () => {
    const { clock, later } = stopped();
    const done: string[] = [];
    const decisions = new Decisions(clock, () => {});
    decisions.decide("n-1", "release", async () => void done.push("release"));
    decisions.decide("n-1", "discard", async () => void done.push("discard"));
    decisions.decide("n-2", "release", async () => void done.push("other"));
    decisions.undo("n-2");
    await later(WINDOW_MS);
    expect(done).toEqual(["discard"]);
  });
});

const POLICY: NoticePolicy = {
  channels: ["email", "sms"],
  off: ["survey"],
  email_only: ["arriving", "delivered"],
  quiet_from_h: 21,
  quiet_to_h: 8,
  daily_cap: 8,
  ask_after_s: 86_400,
  survey_after_s: 259_200,
  hold_out_pct: 10,
  sms_capitals: false,
};

describe("what a shop tells", () => {
  it("goes into the form and out again as it was", () => {
    const kinds = (body: NoticePolicy) => ({ ...body, off: [...body.off].sort() });
    expect(kinds(bodyOf(formOf(POLICY), POLICY))).toEqual(kinds(POLICY));
    const odd = { ...POLICY, channels: [], ask_after_s: 5400, survey_after_s: 0 };
    expect(bodyOf(formOf(odd), odd)).toEqual(odd);
    const more = { ...POLICY, hold_out_pct: 10 };
    expect(bodyOf({ ...formOf(more), daily_cap: "3" }, more)).toMatchObject({
      daily_cap: 3,
      hold_out_pct: 10,
    });
  });

  it("has numbers within their bounds", () => {
    const form = formOf(POLICY);
    expect(faultsOf(form).size).toBe(0);
    const bad = {
      ...form,
      quiet_from_h: "25",
      daily_cap: "0",
      ask_after_h: "x",
      survey_after_d: "31",
      hold_out_pct: "51",
    };
    expect([...faultsOf(bad)]).toEqual([
      "quiet_from_h",
      "daily_cap",
      "ask_after_h",
      "survey_after_d",
      "hold_out_pct",
    ]);
    expect(faultsOf({ ...form, ask_after_h: "1,5", quiet_to_h: "24" }).size).toBe(0);
  });

  it("is looked at by an address of its own", () => {
    expect(previewPath("a/b", "late", "el", true)).toBe(
      "/v1/merchants/a%2Fb/notices/preview?kind=late&language=el&capitals=true",
    );
  });
});
