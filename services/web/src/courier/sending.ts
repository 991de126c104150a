/** How one act is sent: its pictures first, then itself; and what an answer means for it. */

import type { Fetch } from "../link/api";
import { readDay, sendAct, uploadProof } from "./api";
import type { Picture } from "./db";
import { newOrder } from "./merge";
import type { Sending } from "./outbox";
import type { Act, Enrolment, Refusal } from "./types";

/** After so many tries the report goes without a picture that the server will not take. */
export const PICTURE_TRIES = 12;
/** How often an order is made anew because the office has changed the route meanwhile. */
const ORDER_TRIES = 3;

export interface Pictures {
  picture(id: string): Promise<Picture | null>;
}

export interface SendingWorld {
  fetch: Fetch;
  now_ms(): number;
}

export function senderOf(
  who: Enrolment,
  pictures: Pictures,
  world: SendingWorld,
): (act: Act) => Promise<Sending> {
  return async (act) => {
    const picture = act.kind === "report" ? act.payload.pictures[act.payload.proofs.length] : undefined;
    if (act.kind === "report" && picture !== undefined) return hand_in(act, picture);
    const answer = await sendAct(world.fetch, who, act);
    switch (answer.is) {
      case "ok": {
        // Ingest tells the decision in its answer, the portal by its status.
        const { outcome } = answer.value;
        if (outcome?.accepted !== false) return { is: "sent" };
        return { is: "refused", code: outcome.reason ?? "refused", detail: outcome.explanation ?? "" };
      }
      case "same":
        return { is: "sent" };
      case "gone":
        // Ingest may not know a new secret yet; whether the phone is connected, the portal says.
        return act.kind === "report" ? { is: "later", why: "server" } : { is: "gone" };
      case "later":
        return later(answer);
      case "refused":
        if (act.kind === "order" && answer.code === "plan_changed" && act.tries < ORDER_TRIES) {
          return reorder(act);
        }
        return { is: "refused", code: answer.code, detail: answer.detail };
    }
  };

  async function hand_in(act: Act & { kind: "report" }, id: string): Promise<Sending> {
    const picture = await pictures.picture(id);
    if (picture === null) return without(act, id, "lost", "");
    const answer = await uploadProof(world.fetch, who, act.payload.shipment, picture, `${act.id}.${id}`);
    switch (answer.is) {
      case "ok": {
        const proofs = [...act.payload.proofs, answer.value.proof];
        return { is: "again", act: { ...act, tries: 0, payload: { ...act.payload, proofs } } };
      }
      case "same":
        return { is: "later", why: "server" };
      case "gone":
        return { is: "gone" };
      case "later":
        if (answer.status !== 501 || act.tries < PICTURE_TRIES) return later(answer);
        return without(act, id, "501", "");
      case "refused":
        // Not found: the portal may not have read up yet whose shipment this is.
        if (answer.status === 404 && act.tries < PICTURE_TRIES) return { is: "later", why: "server" };
        return without(act, id, answer.code, answer.detail);
    }
  }

  /** The report is worth more than its picture: it goes without, and he is told. */
  function without(act: Act & { kind: "report" }, id: string, code: string, detail: string): Sending {
    const refusal: Refusal = {
      id: `${act.id}.${id}`,
      act,
      what: "picture",
      code,
      detail,
      refused_ms: world.now_ms(),
    };
    const left = act.payload.pictures.filter((each) => each !== id);
    return {
      is: "again",
      act: { ...act, tries: 0, payload: { ...act.payload, pictures: left } },
      refusal,
    };
  }

  /** His order of the stops that remain by now; what came new goes behind. */
  async function reorder(act: Act & { kind: "order" }): Promise<Sending> {
    const answer = await readDay(world.fetch, who.secret, null);
    if (answer.is === "gone") return { is: "gone" };
    if (answer.is === "later") return later(answer);
    if (answer.is !== "ok") return { is: "later", why: "server" };
    const stops = newOrder(answer.value, act.payload.route, act.payload.stops);
    // Nothing is left to put in order.
    if (stops.length < 2) return { is: "sent" };
    return {
      is: "again",
      act: { ...act, id: `${act.id}+`, tries: act.tries + 1, payload: { ...act.payload, stops } },
    };
  }
}

function later(answer: { is: "later"; why: "network" | "server"; after_ms?: number }): Sending {
  const { why, after_ms } = answer;
  return { is: "later", why, ...(after_ms === undefined ? {} : { after_ms }) };
}
