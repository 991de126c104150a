/** What the desk does to plans, each with a way back or a question before it. */

import { fill } from "../../../i18n/text";
import { ApiError, api } from "../../api";
import { shell } from "../../i18n/messages";
import { plural } from "../../i18n/texts";
import { sentenceOf } from "../../ui/error_note";
import { toast, withdrawUndo } from "../../ui/toast";
import { type MoveAction, wayBack } from "./drag";
import { openOf } from "./model";
import { TEXTS } from "./texts";
import type { Moved, Plan } from "./types";

/** What an action needs of the board. */
export interface Board {
  /** How a courier is called. */
  nameOf: (courier: string) => string;
  /** Read everything again. */
  refresh: () => void;
}

/** Long enough for the answer to say what was decided. */
const WAIT = { Prefer: "wait=2" };

function send(action: MoveAction): Promise<Moved> {
  const { do: _, ...body } = action;
  return api.call<Moved>("POST", "/v1/desk/move", { body, headers: WAIT });
}

/** Move shipments that stand in `from` (null: nobody's). Says what happened, and offers the way back. */
export async function move(action: MoveAction, from: Plan | null, board: Board): Promise<void> {
  const t = TEXTS();
  const n = action.shipments.length;
  withdrawUndo();
  try {
    const { status } = await send(action);
    const done =
      action.to === null
        ? plural(t.takenOff, n)
        : fill(plural(t.moved, n), { name: board.nameOf(action.to) });
    toast({
      message: status === "pending" ? t.pending : done,
      tone: "good",
      undo: async () => {
        try {
          for (const back of wayBack(from, action.shipments)) await send(back);
        } finally {
          board.refresh();
        }
      },
    });
  } catch (error) {
    said(error);
  } finally {
    board.refresh();
  }
}

/** A route's open stops in another order. */
export interface Reorder {
  courier: string;
  route: string;
  /** Of the plan that it changes. */
  version: number;
  stops: readonly string[];
  /** The order to go back to. */
  base: readonly string[];
}

/** Put a route's open stops in this order; whether it was taken. */
export async function order(wanted: Reorder, board: Board): Promise<boolean> {
  const { route, stops, base, version } = wanted;
  const courier = `/v1/desk/couriers/${encodeURIComponent(wanted.courier)}`;
  const path = `${courier}/routes/${encodeURIComponent(route)}/order`;
  try {
    await api.call("PUT", path, { body: { stops, version }, headers: WAIT });
    toast({
      message: TEXTS().ordered,
      tone: "good",
      undo: async () => {
        try {
          const now = await api.get<Plan>(`${courier}/plan`);
          const ids = openOf(now, route);
          // What has been done meanwhile is left out, and what has come goes to the end.
          const back = [...base.filter((id) => ids.includes(id)), ...ids.filter((id) => !base.includes(id))];
          await api.call("PUT", path, { body: { stops: back, version: now.version }, headers: WAIT });
        } finally {
          board.refresh();
        }
      },
    });
    return true;
  } catch (error) {
    said(error);
    return false;
  } finally {
    board.refresh();
  }
}

/** Throws nothing: says what happened. */
export async function closeRoute(courier: string, route: string, board: Board): Promise<void> {
  withdrawUndo();
  const path = `/v1/routes/${encodeURIComponent(courier)}/${encodeURIComponent(route)}/close`;
  try {
    await api.call("POST", path, { headers: WAIT });
    toast({ message: fill(TEXTS().closed, { route }), tone: "good" });
  } catch (error) {
    said(error);
  } finally {
    board.refresh();
  }
}

/** What went wrong, and whether it may have been done all the same. */
function said(error: unknown): void {
  const { errors } = shell();
  const kind = error instanceof ApiError ? error.kind : "other";
  const refused = error instanceof ApiError && kind === "conflict" && error.detail !== "";
  const what = refused
    ? fill(TEXTS().refused, { reason: error.detail.replace(/\.$/, "") })
    : sentenceOf(error);
  const unknown = kind === "offline" || kind === "unavailable" || kind === "other";
  toast({ message: `${what} ${unknown ? errors.perhaps : errors.notDone}`, tone: "bad" });
}
