import { beforeEach, describe, expect, it } from "vitest";
import { IdentityStore, type Picture, WorkStore } from "../../src/courier/db";
import type { Act, Enrolment } from "../../src/courier/types";
import { day, freshStorage, NOON_MS, report, shipment, stop } from "./kit";

const HOUR_MS = 3_600_000;
const ELENI: Enrolment = {
  device_id: "phone-1",
  courier_id: "eleni",
  secret: "a".repeat(22),
  ingest_url: "/gps/",
};

const kept = (fetched_ms: number) => ({
  day: day(stop("p-1", shipment("s-1", { name: "Maria Papadopoulou", phone: "+306900000002" }))),
  etag: '"1"',
  fetched_ms,
});
const photo = (id: string): Picture => ({
  id,
  kind: "photo",
  type: "image/jpeg",
  bytes: new ArrayBuffer(8),
});
const act = (id: string, seq: number, sent_ms?: number): Act => ({
  ...report(`s-${seq}`, "delivered", [`of-${id}`]),
  id,
  seq,
  group: id,
  at_ms: NOON_MS,
  not_before_ms: 0,
  tries: 1,
  ...(sent_ms === undefined ? {} : { sent_ms }),
});

/** A phone in the middle of a day: a day, one act sent and one not, one refused, a position that waits. */
async function worked(): Promise<WorkStore> {
  const work = await WorkStore.open("eleni");
  await work.keepDay(kept(NOON_MS));
  await work.putActs([act("sent", 1, NOON_MS), act("unsent", 2)], [photo("of-sent"), photo("of-unsent")]);
  const refused_ms = NOON_MS;
  await work.putRefusal({ id: "r", act: act("r", 3), what: "act", code: "c", detail: "", refused_ms });
  await work.addFix({ at_ms: NOON_MS, body: { lon: 24.9, lat: 60.1 } });
  return work;
}

async function onlyWhatWasNeverSent(work: WorkStore): Promise<void> {
  expect(await work.day(0)).toBeNull();
  expect((await work.acts()).map((each) => each.id)).toEqual(["unsent"]);
  expect(await work.picture("of-sent")).toBeNull();
  expect((await work.picture("of-unsent"))?.kind).toBe("photo");
  expect(await work.refusals()).toEqual([]);
  expect(await work.fixCount()).toBe(0);
}

describe("what stays on the phone", () => {
  beforeEach(freshStorage);

  it("a day that is over is deleted when it is looked for, with or without network", async () => {
    const work = await WorkStore.open("eleni");
    await work.keepDay(kept(NOON_MS));
    expect((await work.day(NOON_MS - 20 * HOUR_MS))?.fetched_ms).toBe(NOON_MS);
    expect(await work.day(NOON_MS + 1)).toBeNull();
    expect(await work.day(0)).toBeNull();
  });

  it("of a phone that is connected no more: what was never sent", async () => {
    const work = await worked();
    await work.letGo();
    await onlyWhatWasNeverSent(work);
  });

  it("when another courier takes the phone over: of the first what was never sent", async () => {
    (await worked()).close();
    const identity = await IdentityStore.open();
    await identity.keep(ELENI);
    const mine = await WorkStore.open("eleni");
    expect((await mine.day(0))?.fetched_ms, "a new code for himself changes nothing").toBe(NOON_MS);
    mine.close();
    await identity.keep({ ...ELENI, courier_id: "nikos" });
    expect((await identity.enrolment())?.courier_id).toBe("nikos");
    await onlyWhatWasNeverSent(await WorkStore.open("eleni"));
  });
});
