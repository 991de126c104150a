/** A day, a clock that is moved by hand, and a shelf in a real IndexedDB (of memory). */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { WorkStore } from "../../src/courier/db";
import { Outbox, type OutboxState, type OutboxWorld, type Sending } from "../../src/courier/outbox";
import type { Act, Day, DayShipment, DayStop, Deed, ReportType } from "../../src/courier/types";

export const NOON_MS = Date.parse("2026-11-20T12:00:00Z");

export class Hands implements OutboxWorld {
  at_ms = NOON_MS;
  #timers: { at_ms: number; run: () => void }[] = [];
  #ids = 0;

  now_ms = () => this.at_ms;
  random = () => 1;
  id = () => `id-${++this.#ids}`;
  later = (ms: number, run: () => void) => {
    const timer = { at_ms: this.at_ms + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** Let time pass, and all that it brings about. */
  async pass(ms: number): Promise<void> {
    const end_ms = this.at_ms + ms;
    for (;;) {
      await quiet();
      const due = this.#timers.filter((timer) => timer.at_ms <= end_ms).sort((a, b) => a.at_ms - b.at_ms)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.at_ms = Math.max(this.at_ms, due.at_ms);
      due.run();
    }
    this.at_ms = end_ms;
    await quiet();
  }
}

/** IndexedDB answers in later tasks. */
async function quiet(): Promise<void> {
  for (let n = 0; n < 12; n++) await new Promise((resolve) => setImmediate(resolve));
}

export interface Rig {
  world: Hands;
  shelf: WorkStore;
  outbox: Outbox;
  sent: Act[];
  /** What the next sendings come to; afterwards everything is taken. */
  answers: Sending[];
  states: OutboxState[];
}

export function freshStorage(): void {
  globalThis.indexedDB = new IDBFactory();
}

/** An outbox as after a start of the page: on what the storage holds. */
export async function rigged(world = new Hands(), leads = true): Promise<Rig> {
  const shelf = await WorkStore.open("eleni");
  const sent: Act[] = [];
  const answers: Sending[] = [];
  const states: OutboxState[] = [];
  const outbox = new Outbox(
    shelf,
    async (act) => {
      sent.push(act);
      return answers.shift() ?? { is: "sent" };
    },
    world,
    (state) => states.push(state),
  );
  await outbox.load();
  outbox.lead(leads);
  return { world, shelf, outbox, sent, answers, states };
}

export function report(shipment: string, type: ReportType = "delivered", pictures: string[] = []): Deed {
  return { kind: "report", payload: { shipment, type, pictures, proofs: [] } };
}

export function names(acts: readonly Act[]): string[] {
  return acts.map((act) =>
    act.kind === "report" ? `${act.payload.type} ${act.payload.shipment}` : act.kind,
  );
}

export function shipment(id: string, more: Partial<DayShipment> = {}): DayShipment {
  return {
    shipment: id,
    shop: "Kyma",
    order_number: `N-${id}`,
    status: "OutForDelivery_001",
    tag: "OutForDelivery",
    status_at: "2026-11-20T09:00:00Z",
    attempt: 1,
    parcels: 1,
    zone: "Europe/Helsinki",
    done: false,
    ...more,
  };
}

export function stop(id: string, ...shipments: DayShipment[]): DayStop {
  return { stop: id, lon: 24.94, lat: 60.17, done: shipments.every((each) => each.done), shipments };
}

export function day(...stops: DayStop[]): Day {
  return {
    courier_id: "eleni",
    on_duty: true,
    version: 3,
    routes: [{ route: "r-1", set_out_at: "2026-11-20T09:00:00Z", stops }],
  };
}
