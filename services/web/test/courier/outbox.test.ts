import { beforeEach, describe, expect, it } from "vitest";
import { SETTLE_MS, UNDO_MS } from "../../src/courier/outbox";
import { freshStorage, Hands, names, report, rigged } from "./kit";

beforeEach(freshStorage);

describe("undo", () => {
  it("nothing is sent before ten seconds have passed", async () => {
    const { outbox, world, sent } = await rigged();
    await outbox.add([report("a")], UNDO_MS);
    await world.pass(UNDO_MS - 1);
    expect(sent).toEqual([]);
    await world.pass(1);
    expect(names(sent)).toEqual(["delivered a"]);
  });

  it("takes back everything that one tap did, and leaves no picture behind", async () => {
    const { outbox, world, sent, shelf } = await rigged();
    const picture = { id: "p", type: "image/jpeg", bytes: new ArrayBuffer(8), kind: "photo" as const };
    const deeds = [report("a", "delivered", ["p"]), report("b", "delivered", ["p"])];
    const group = await outbox.add(deeds, UNDO_MS, [picture]);
    expect(await shelf.picture("p")).not.toBeNull();
    await world.pass(9_000);
    expect(await outbox.undo(group)).toBe(true);
    await world.pass(60_000);
    expect(sent).toEqual([]);
    expect(await shelf.acts()).toEqual([]);
    expect(await shelf.picture("p")).toBeNull();
  });

  it("is too late once it has been sent", async () => {
    const { outbox, world, sent } = await rigged();
    const group = await outbox.add([report("a")], UNDO_MS);
    await world.pass(UNDO_MS);
    expect(await outbox.undo(group)).toBe(false);
    expect(sent).toHaveLength(1);
  });

  it("ends when the next thing is done: going off duty waits for nothing", async () => {
    const { outbox, world, sent } = await rigged();
    await outbox.add([report("a")], UNDO_MS);
    await world.pass(2_000);
    await outbox.add([{ kind: "duty", payload: { on: false } }], 0);
    await world.pass(0);
    expect(names(sent)).toEqual(["delivered a", "duty"]);
  });

  it("ends when the page is left", async () => {
    const { outbox, world, sent } = await rigged();
    await outbox.add([report("a")], UNDO_MS);
    await outbox.commit();
    await world.pass(0);
    expect(names(sent)).toEqual(["delivered a"]);
  });
});

describe("order", () => {
  it("is kept while the first one fails, and nothing overtakes", async () => {
    const { outbox, world, sent, answers } = await rigged();
    answers.push({ is: "later", why: "network" }, { is: "later", why: "server" });
    await outbox.add([{ kind: "set_out", payload: { route: "r-1" } }], 0);
    await outbox.add([report("a")], 0);
    await outbox.add([report("b")], 0);
    await world.pass(60_000);
    expect(names(sent)).toEqual(["set_out", "set_out", "set_out", "delivered a", "delivered b"]);
    expect(new Set(sent.slice(0, 3).map((act) => act.id)).size).toBe(1);
  });

  it("times are of when it happened, not of when it was sent", async () => {
    const { outbox, world, sent, answers } = await rigged();
    answers.push({ is: "later", why: "network", after_ms: 300_000 });
    const done_ms = world.at_ms;
    await outbox.add([report("a")], 0);
    await world.pass(400_000);
    expect(sent.map((act) => act.at_ms)).toEqual([done_ms, done_ms]);
  });

  it("a newer order of the same route takes the place of one that was not sent", async () => {
    const { outbox, world, sent } = await rigged();
    const order = (stops: string[]) => ({ kind: "order" as const, payload: { route: "r-1", stops } });
    await outbox.add([order(["b", "a"])], 3_000);
    await world.pass(1_000);
    await outbox.add([order(["c", "b", "a"])], 3_000);
    await world.pass(10_000);
    expect(sent.map((act) => act.kind === "order" && act.payload.stops)).toEqual([["c", "b", "a"]]);
  });
});

describe("back-off", () => {
  it("grows, and not beyond half a minute", async () => {
    const { outbox, world, answers, sent } = await rigged();
    for (let n = 0; n < 12; n++) answers.push({ is: "later", why: "server" });
    await outbox.add([report("a")], 0);
    const tries: number[] = [];
    for (let s = 0; s < 400; s++) {
      const before = sent.length;
      await world.pass(1_000);
      for (let n = before; n < sent.length; n++) tries.push(s);
    }
    expect(sent).toHaveLength(13);
    const gaps = tries.slice(1).map((at, n) => at - (tries[n] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31);
    expect(gaps.at(-1)).toBeGreaterThan(25);
  });

  it("waits as long as the server asks", async () => {
    const { outbox, world, answers, sent } = await rigged();
    answers.push({ is: "later", why: "server", after_ms: 20_000 });
    await outbox.add([report("a")], 0);
    await world.pass(19_000);
    expect(sent).toHaveLength(1);
    await world.pass(2_000);
    expect(sent).toHaveLength(2);
  });

  it("ends when the network is back", async () => {
    const { outbox, world, answers, sent } = await rigged();
    answers.push({ is: "later", why: "network", after_ms: 100_000 });
    await outbox.add([report("a")], 0);
    await world.pass(1_000);
    expect(outbox.state.waiting).toBe("network");
    outbox.nudge();
    await world.pass(0);
    expect(sent).toHaveLength(2);
    expect(outbox.state.waiting).toBeNull();
  });
});

describe("what is refused", () => {
  it("is not tried again, holds back nothing, and is kept to be seen", async () => {
    const { outbox, world, answers, sent, shelf } = await rigged();
    answers.push({ is: "refused", code: "already_ended", detail: "The shipment has ended." });
    await outbox.add([report("a")], 0);
    await outbox.add([report("b")], 0);
    await world.pass(60_000);
    expect(names(sent)).toEqual(["delivered a", "delivered b"]);
    expect(outbox.state.refusals).toMatchObject([{ code: "already_ended", what: "act" }]);
    expect(names(outbox.state.acts)).toEqual(["delivered b"]);
    const [refusal] = await shelf.refusals();
    await outbox.dismiss(refusal?.id ?? "");
    expect(await shelf.refusals()).toEqual([]);
  });

  it("because the phone is not connected any more: everything stays", async () => {
    const { outbox, world, answers, sent, shelf } = await rigged();
    answers.push({ is: "gone" });
    await outbox.add([report("a")], 0);
    await world.pass(60_000);
    expect(sent).toHaveLength(1);
    expect(names(await shelf.acts())).toEqual(["delivered a"]);
  });
});

describe("a restart", () => {
  it("loses nothing: what was not sent is sent, under the same ids and in the same order", async () => {
    const first = await rigged();
    first.answers.push({ is: "later", why: "network", after_ms: 3_600_000 });
    await first.outbox.add([report("a")], 0);
    await first.outbox.add([report("b", "closed")], 0);
    await first.world.pass(1_000);
    await first.outbox.add([report("c")], UNDO_MS);
    first.outbox.stop();
    first.shelf.close();

    const world = new Hands();
    world.at_ms = first.world.at_ms + 3_000;
    const second = await rigged(world);
    await world.pass(30_000);
    expect(names(second.sent)).toEqual(["delivered a", "closed b", "delivered c"]);
    expect(second.sent[0]?.id).toBe(first.sent[0]?.id);
  });

  it("keeps what can still be undone", async () => {
    const first = await rigged();
    const group = await first.outbox.add([report("a")], UNDO_MS);
    first.outbox.stop();
    const world = new Hands();
    world.at_ms += 4_000;
    const second = await rigged(world);
    expect(await second.outbox.undo(group)).toBe(true);
    await world.pass(60_000);
    expect(second.sent).toEqual([]);
  });

  it("a tab that does not lead sends nothing", async () => {
    const { outbox, world, sent } = await rigged(new Hands(), false);
    await outbox.add([report("a")], 0);
    await world.pass(60_000);
    expect(sent).toEqual([]);
    outbox.lead(true);
    await world.pass(0);
    expect(sent).toHaveLength(1);
  });
});

it("what was sent stands until a day that is young enough is here", async () => {
  const { outbox, world, shelf } = await rigged();
  await outbox.add([report("a")], 0);
  await world.pass(0);
  const sent_ms = outbox.state.acts[0]?.sent_ms ?? Number.NaN;
  await outbox.settle(sent_ms + SETTLE_MS - 1);
  expect(outbox.state.acts).toHaveLength(1);
  await outbox.settle(sent_ms + SETTLE_MS);
  expect(outbox.state.acts).toEqual([]);
  expect(await shelf.acts()).toEqual([]);
});
