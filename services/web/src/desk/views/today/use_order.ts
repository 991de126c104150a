/** A new order of a route's stops: shown at once, sent when nobody has changed it for a moment, never lost. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Resource } from "../../resource";
import { withdrawUndo } from "../../ui/toast";
import * as actions from "./actions";
import { reordered, same } from "./drag";
import { openOf } from "./model";
import type { Plan } from "./types";

/** A new order that no plan that was read has yet. */
export interface Wanted {
  courier: string;
  route: string;
  /** Of the plan that it was made from. */
  version: number;
  /** The open stops as they stood on the page when it was made. */
  base: readonly string[];
  stops: readonly string[];
  sent: boolean;
}

/** Several steps by key are one change. */
const QUIET_MS = 700;

/** Whether it belongs to this plan: to the one that it was made from, or to one whose stops stand as they stood
 * on the page (a change of ours before it has come back; what was done meanwhile counts for nothing). */
export function fits(wanted: Wanted, plan: Plan): boolean {
  if (wanted.courier !== plan.courier_id) return false;
  if (wanted.version === plan.version) return true;
  const left = openOf(plan, wanted.route);
  return (
    left.length > 0 &&
    same(
      wanted.base.filter((stop) => left.includes(stop)),
      left,
    )
  );
}

/** The plan as it is shown. */
export function shown(plan: Plan, wanted: Wanted | null): Plan {
  if (wanted === null || !fits(wanted, plan)) return plan;
  const routes = plan.routes.map((one) => (one.route === wanted.route ? reordered(one, wanted.stops) : one));
  return { ...plan, routes };
}

/** What is wanted when this order is asked for. What is not sent yet becomes one change with it. */
export function wish(before: Wanted | null, plan: Plan, route: string, stops: readonly string[]): Wanted {
  const mine = before !== null && before.route === route && fits(before, plan) ? before : null;
  if (mine !== null && !mine.sent) return { ...mine, stops };
  const base = mine?.stops ?? openOf(plan, route);
  return { courier: plan.courier_id, route, version: plan.version, base, stops, sent: false };
}

export interface Ordering {
  /** The plan as it is shown. */
  plan: Plan | undefined;
  put: (route: string, stops: readonly string[]) => void;
  /** Send now what is not sent: the plan is left. */
  flush: () => void;
}

export function useOrder(plan: Resource<Plan>, board: actions.Board): Ordering {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (next: Wanted) => {
    if (same(next.stops, next.base)) return setWanted(null);
    // It stays on the page until a plan is read that has it.
    setWanted({ ...next, sent: true });
    setBusy(true);
    const now = plan.data;
    // Where somebody else has changed the plan meanwhile, the server says so.
    const version = now !== undefined && fits(next, now) ? now.version : next.version;
    const taken = await actions.order({ ...next, version }, board);
    if (!taken) setWanted((last) => (last?.sent ? null : last));
    setBusy(false);
  };
  const flush = () => {
    if (wanted !== null && !wanted.sent) void send(wanted);
  };
  const now = useRef({ send, flush });
  now.current = { send, flush };

  // While a change of ours is under way, or the plan is being read anew, the version to change is not known.
  const waits = busy || plan.loading;
  useEffect(() => {
    if (wanted === null || wanted.sent || waits) return;
    const timer = setTimeout(() => void now.current.send(wanted), QUIET_MS);
    return () => clearTimeout(timer);
  }, [wanted, waits]);
  useEffect(() => () => now.current.flush(), []);

  const put = (route: string, stops: readonly string[]) => {
    if (plan.data === undefined) return;
    withdrawUndo();
    setWanted(wish(wanted, plan.data, route, stops));
  };
  const current = useMemo(() => plan.data && shown(plan.data, wanted), [plan.data, wanted]);
  return { plan: current, put, flush };
}
