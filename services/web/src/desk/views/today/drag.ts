/** What a drop means. Pure: no pointer, no page. */

import { leftOf } from "./model";
import type { Plan, PlanRoute } from "./types";

/** What is carried: a stop with all that is handed over there, or one shipment of it or of the pool. */
export interface Carried {
  kind: "stop" | "shipment";
  /** Whose plan it is from; null: the pool. */
  courier: string | null;
  route?: string;
  stop?: string;
  shipments: readonly string[];
}

/** Where it is let go. `after`: in the lower half of a stop. */
export type Target =
  | { kind: "stop"; courier: string; route: string; stop: string; after: boolean }
  | { kind: "courier"; courier: string }
  | { kind: "pool" };

export interface MoveAction {
  do: "move";
  shipments: readonly string[];
  /** null: off any courier. */
  to: string | null;
  route?: string;
  /** The stop before which they come; absent: at the end. */
  before_stop?: string;
}

export interface OrderAction {
  do: "order";
  courier: string;
  route: string;
  /** All stops that are not done, in their new order. */
  stops: readonly string[];
}

export type Action = MoveAction | OrderAction;

/** What letting go there does; null: nothing. `plan` is the one that is shown, whose stops are the targets. */
export function actionOf(carried: Carried, target: Target, plan: Plan | null): Action | null {
  if (target.kind === "pool") {
    return carried.courier === null ? null : { do: "move", shipments: carried.shipments, to: null };
  }
  if (target.kind === "courier") {
    if (target.courier === carried.courier) return null;
    return { do: "move", shipments: carried.shipments, to: target.courier };
  }
  const route = plan?.routes.find((one) => one.route === target.route);
  if (route === undefined || plan?.courier_id !== target.courier) return null;
  const left = leftOf(route).map((stop) => stop.stop);
  const at = left.indexOf(target.stop);
  if (at < 0) return null;
  const before = target.after ? left[at + 1] : target.stop;
  const within = carried.courier === target.courier && carried.route === target.route;
  if (within && carried.kind === "stop" && carried.stop !== undefined) {
    const stops = placed(left, carried.stop, before);
    return same(stops, left) ? null : { do: "order", courier: target.courier, route: target.route, stops };
  }
  if (within && target.stop === carried.stop) return null;
  return {
    do: "move",
    shipments: carried.shipments,
    to: target.courier,
    route: target.route,
    ...(before === undefined ? {} : { before_stop: before }),
  };
}

/** The order with `stop` before `before`, at the end without one. */
export function placed(
  order: readonly string[],
  stop: string,
  before: string | undefined,
): readonly string[] {
  if (before === stop) return order;
  const rest = order.filter((one) => one !== stop);
  const at = before === undefined ? rest.length : rest.indexOf(before);
  return at < 0 ? order : [...rest.slice(0, at), stop, ...rest.slice(at)];
}

/** The order with `stop` moved by so many places; the same one when it can't go further. */
export function nudged(order: readonly string[], stop: string, by: number): readonly string[] {
  const from = order.indexOf(stop);
  const to = Math.min(order.length - 1, Math.max(0, from + by));
  if (from < 0 || to === from) return order;
  const rest = order.filter((one) => one !== stop);
  return [...rest.slice(0, to), stop, ...rest.slice(to)];
}

/** What brings shipments back to where they stand in `plan` (as it was before they were moved). */
export function wayBack(plan: Plan | null, shipments: readonly string[]): MoveAction[] {
  if (plan === null) return [{ do: "move", shipments, to: null }];
  const back: MoveAction[] = [];
  for (const route of plan.routes) {
    const left = leftOf(route);
    // From the last to the first, so that what each came before is there again when its turn comes.
    for (const [i, stop] of [...left.entries()].reverse()) {
      const mine = stop.shipments
        .filter((one) => shipments.includes(one.shipment))
        .map((one) => one.shipment);
      if (mine.length === 0) continue;
      const before = left
        .slice(i + 1)
        .find((next) => next.shipments.some((s) => !shipments.includes(s.shipment)));
      const last = back.at(-1);
      const following = before?.stop;
      back.push({
        do: "move",
        shipments: mine,
        to: plan.courier_id,
        route: route.route,
        ...(following === undefined ? {} : { before_stop: following }),
      });
      if (last !== undefined && last.before_stop === following && last.route === route.route) {
        // Both come before the same stop: one command keeps them in their order.
        back.splice(-2, 2, { ...last, shipments: [...mine, ...last.shipments] });
      }
    }
  }
  return back;
}

/** The route with its open stops in this order; done ones stay in front. */
export function reordered(route: PlanRoute, order: readonly string[]): PlanRoute {
  const done = route.stops.filter((stop) => stop.done);
  const left = leftOf(route);
  const known = order.flatMap((id) => left.find((stop) => stop.stop === id) ?? []);
  const rest = left.filter((stop) => !order.includes(stop.stop));
  return { ...route, stops: [...done, ...known, ...rest] };
}

/** Whether two orders are one. */
export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
