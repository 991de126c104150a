/** What the phone keeps: who it is, the day, acts with their pictures, positions. Closing the tab loses nothing. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Act, Day, Enrolment, Refusal } from "./types";

export const IDENTITY_DB = "dromos-courier";
const VERSION = 1;

interface Identity extends DBSchema {
  kept: { key: string; value: unknown };
}

interface Work extends DBSchema {
  kept: { key: string; value: unknown };
  acts: { key: string; value: Act };
  refused: { key: string; value: Refusal };
  pictures: { key: string; value: Picture };
  fixes: { key: number; value: KeptFix; indexes: { at_ms: number } };
}

/** Bytes rather than a Blob: some phones lose the file behind a stored Blob. */
export interface Picture {
  id: string;
  type: string;
  bytes: ArrayBuffer;
  kind: "photo" | "signature";
}

/** A position as it is posted, with `key` as its place in the queue. */
export interface KeptFix {
  key?: number;
  at_ms: number;
  body: Record<string, number | string>;
}

export interface KeptDay {
  day: Day;
  etag: string | null;
  fetched_ms: number;
}

/** Who this phone is. One for all couriers who ever used it. */
export class IdentityStore {
  private constructor(private readonly db: IDBPDatabase<Identity>) {}

  static async open(): Promise<IdentityStore> {
    const db = await openDB<Identity>(IDENTITY_DB, VERSION, {
      upgrade(db) {
        db.createObjectStore("kept");
      },
    });
    return new IdentityStore(db);
  }

  async enrolment(): Promise<Enrolment | null> {
    return ((await this.db.get("kept", "enrolment")) as Enrolment | undefined) ?? null;
  }

  /** In place of whoever it was before: of another courier only what was never sent stays. */
  async keep(enrolment: Enrolment): Promise<void> {
    const before = await this.enrolment();
    await this.db.put("kept", enrolment, "enrolment");
    if (before === null || before.courier_id === enrolment.courier_id) return;
    const his = await WorkStore.open(before.courier_id);
    await his.letGo();
    his.close();
  }

  close(): void {
    this.db.close();
  }
}

/** One courier's day and what he did: another who takes over the phone sees and sends nothing of it. */
export class WorkStore {
  private constructor(private readonly db: IDBPDatabase<Work>) {}

  static async open(courier: string): Promise<WorkStore> {
    const db = await openDB<Work>(`${IDENTITY_DB}:${courier}`, VERSION, {
      upgrade(db) {
        db.createObjectStore("kept");
        db.createObjectStore("acts", { keyPath: "id" });
        db.createObjectStore("refused", { keyPath: "id" });
        db.createObjectStore("pictures", { keyPath: "id" });
        db.createObjectStore("fixes", { keyPath: "key", autoIncrement: true }).createIndex("at_ms", "at_ms");
      },
      // A later version of the page in another tab wants to change the stores.
      blocking: (_before, _after, event) => (event.target as IDBDatabase).close(),
    });
    return new WorkStore(db);
  }

  close(): void {
    this.db.close();
  }

  /** The day as it was read last; one read before `since_ms` is over, and is deleted. */
  async day(since_ms: number): Promise<KeptDay | null> {
    const kept = ((await this.db.get("kept", "day")) as KeptDay | undefined) ?? null;
    if (kept === null || kept.fetched_ms >= since_ms) return kept;
    await this.keepDay(null);
    return null;
  }

  async keepDay(day: KeptDay | null): Promise<void> {
    await (day === null ? this.db.delete("kept", "day") : this.db.put("kept", day, "day"));
  }

  async setting<T>(name: string): Promise<T | undefined> {
    return (await this.db.get("kept", name)) as T | undefined;
  }

  async keepSetting(name: string, value: unknown): Promise<void> {
    await this.db.put("kept", value, name);
  }

  /** The phone is not his any more: nothing of the recipients stays but in what was never sent. */
  async letGo(): Promise<void> {
    const acts = await this.acts();
    const work = this.db.transaction(["kept", "refused", "fixes"], "readwrite");
    void work.objectStore("kept").delete("day");
    void work.objectStore("refused").clear();
    void work.objectStore("fixes").clear();
    await work.done;
    await this.removeActs(acts.filter((act) => act.sent_ms !== undefined).map((act) => act.id));
    await this.sweepPictures();
  }

  /** In the order in which they were done. */
  async acts(): Promise<Act[]> {
    return (await this.db.getAll("acts")).sort((a, b) => a.seq - b.seq);
  }

  /** All or none; pictures with the acts that need them. */
  async putActs(acts: readonly Act[], pictures: readonly Picture[] = []): Promise<void> {
    const work = this.db.transaction(["acts", "pictures"], "readwrite");
    for (const picture of pictures) void work.objectStore("pictures").put(picture);
    for (const act of acts) void work.objectStore("acts").put(act);
    await work.done;
  }

  /** Acts and the pictures that only they had. */
  async removeActs(ids: readonly string[]): Promise<void> {
    const work = this.db.transaction(["acts", "pictures"], "readwrite");
    const acts = work.objectStore("acts");
    const before = await acts.getAll();
    const left = before.filter((act) => !ids.includes(act.id));
    const needed = new Set(left.flatMap(picturesOf));
    for (const act of before.filter((each) => ids.includes(each.id))) {
      void acts.delete(act.id);
      for (const id of picturesOf(act)) if (!needed.has(id)) void work.objectStore("pictures").delete(id);
    }
    await work.done;
  }

  async picture(id: string): Promise<Picture | null> {
    return (await this.db.get("pictures", id)) ?? null;
  }

  /** Pictures that no act needs: their act was sent, or never came to be. */
  async sweepPictures(): Promise<void> {
    const work = this.db.transaction(["acts", "pictures"], "readwrite");
    const needed = new Set((await work.objectStore("acts").getAll()).flatMap(picturesOf));
    for (const id of await work.objectStore("pictures").getAllKeys()) {
      if (!needed.has(id)) void work.objectStore("pictures").delete(id);
    }
    await work.done;
  }

  async refusals(): Promise<Refusal[]> {
    return (await this.db.getAll("refused")).sort((a, b) => a.refused_ms - b.refused_ms);
  }

  async putRefusal(refusal: Refusal): Promise<void> {
    await this.db.put("refused", refusal);
  }

  async removeRefusal(id: string): Promise<void> {
    await this.db.delete("refused", id);
  }

  async addFix(fix: KeptFix): Promise<void> {
    await this.db.add("fixes", fix);
  }

  async fixCount(): Promise<number> {
    return this.db.count("fixes");
  }

  /** The oldest `most - 1` and the newest: where he is now does not wait for where he was. */
  async someFixes(most: number): Promise<KeptFix[]> {
    const oldest = await this.db.getAllFromIndex("fixes", "at_ms", undefined, most);
    const last = await this.db.transaction("fixes").store.index("at_ms").openCursor(null, "prev");
    if (last === null || oldest.some((fix) => fix.key === last.value.key)) return oldest;
    return [last.value, ...oldest.slice(0, most - 1)];
  }

  async removeFixes(keys: readonly number[]): Promise<void> {
    const work = this.db.transaction("fixes", "readwrite");
    for (const key of keys) void work.store.delete(key);
    await work.done;
  }

  /** How many were too old to be of use to anybody. */
  async dropFixesBefore(at_ms: number): Promise<number> {
    const work = this.db.transaction("fixes", "readwrite");
    const old = await work.store.index("at_ms").getAllKeys(IDBKeyRange.upperBound(at_ms, true));
    for (const key of old) void work.store.delete(key);
    await work.done;
    return old.length;
  }
}

function picturesOf(act: Act): string[] {
  return act.kind === "report" ? act.payload.pictures : [];
}
