/** What of the couriers' day is shown, and in which order: trouble first. Pure. */

import type { FeatureCollection, Point } from "geojson";
import { instant, type MoneyOf } from "../../ui/facts";
import type { CourierToday, Fleet, Plan, PlanRoute, PlanStop, TodayDocument } from "./types";

/** A phone on duty that says nothing for so long has stopped: what is shown of it is then grey. */
export const STALE_MS = 120_000;
/** A phone that may not last the round. */
export const LOW_BATTERY_PCT = 15;
/** Slower than this he stands, and where his phone points means nothing. */
const MOVING_MPS = 1;
/** What was read so long ago is called old. */
export const OLD_MS = 15_000;

export type Heard = "fresh" | "stale" | "never";
/** Where he is in his day. */
export type Stage = "out" | "ready" | "idle" | "done" | "off";
export type Trouble = "late" | "silent" | "battery";

export interface Card {
  courier: CourierToday;
  heard: Heard;
  seen_ms: number | null;
  stage: Stage;
  troubles: readonly Trouble[];
}

export function cardOf(courier: CourierToday, now_ms: number): Card {
  const seen = courier.seen_at === undefined ? Number.NaN : instant(courier.seen_at);
  const seen_ms = Number.isNaN(seen) ? null : seen;
  const heard = seen_ms === null ? "never" : now_ms - seen_ms > STALE_MS ? "stale" : "fresh";
  const troubles: Trouble[] = [];
  if (courier.late > 0) troubles.push("late");
  if (courier.on_duty && heard !== "fresh") troubles.push("silent");
  if (courier.on_duty && (courier.battery_pct ?? 100) <= LOW_BATTERY_PCT) troubles.push("battery");
  return { courier, heard, seen_ms, stage: stageOf(courier), troubles };
}

function stageOf(courier: CourierToday): Stage {
  if (courier.stops_left > 0) return courier.set_out_at === undefined ? "ready" : "out";
  if (courier.stops_done > 0) return "done";
  return courier.on_duty ? "idle" : "off";
}

export type Order = "trouble" | "name" | "left";

const STAGES: readonly Stage[] = ["out", "ready", "idle", "done", "off"];

/** The couriers' places by name, then by id: comparing names in a language is slow, and they hardly change. */
export function ranksOf(couriers: readonly Named[], locale: string): ReadonlyMap<string, number> {
  const names = new Intl.Collator(locale, { numeric: true });
  const sorted = [...couriers].sort(
    (a, b) => names.compare(a.name, b.name) || (a.courier_id < b.courier_id ? -1 : 1),
  );
  return new Map(sorted.map((one, i) => [one.courier_id, i]));
}

export type Named = Pick<CourierToday, "courier_id" | "name">;

/** How the cards compare; equal ones by their ranks, so that nothing jumps about. */
export function compare(order: Order, ranks: ReadonlyMap<string, number>): (a: Card, b: Card) => number {
  const rank = (card: Card) => ranks.get(card.courier.courier_id) ?? 0;
  const byName = (a: Card, b: Card) => rank(a) - rank(b);
  const weight = (card: Card) =>
    (card.troubles.includes("late") ? 2 : 0) + (card.troubles.length > 0 ? 1 : 0);
  const stage = (card: Card) => STAGES.indexOf(card.stage);
  return (a, b) => {
    if (order === "left") return b.courier.stops_left - a.courier.stops_left || byName(a, b);
    if (order === "name") return byName(a, b);
    return weight(b) - weight(a) || stage(a) - stage(b) || byName(a, b);
  };
}

/** Whether a courier is meant by what somebody typed: each word is in his name, telephone, vehicle or id. */
export function isMeant(courier: CourierToday, search: string): boolean {
  if (search.trim() === "") return true;
  const said = saidOf(courier);
  return plain(search)
    .split(/\s+/)
    .every((word) => said.includes(word));
}

const SAID = new WeakMap<CourierToday, string>();

function saidOf(courier: CourierToday): string {
  let said = SAID.get(courier);
  if (said === undefined) {
    said = plain([courier.name, courier.courier_id, courier.phone, courier.vehicle].join(" "));
    SAID.set(courier, said);
  }
  return said;
}

/** Without case and accents: Ελένη is found by ελενη. */
function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export interface Summary {
  onDuty: number;
  late: number;
  silent: number;
  left: number;
  cash: readonly MoneyOf[];
}

export function summaryOf(cards: readonly Card[]): Summary {
  return {
    onDuty: cards.filter((card) => card.courier.on_duty).length,
    late: cards.reduce((sum, card) => sum + card.courier.late, 0),
    silent: cards.filter((card) => card.troubles.includes("silent")).length,
    left: cards.reduce((sum, card) => sum + card.courier.stops_left, 0),
    cash: sums(cards.flatMap((card) => card.courier.cash)),
  };
}

/** A sum each currency, exact to the cent, by the currency's name; without zeros. */
export function sums(all: readonly MoneyOf[]): MoneyOf[] {
  const cents = new Map<string, number>();
  for (const { amount, currency } of all) {
    cents.set(currency, (cents.get(currency) ?? 0) + Math.round(Number(amount) * 100));
  }
  return [...cents]
    .filter(([, sum]) => sum !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => ({ amount: (sum / 100).toFixed(2), currency }));
}

/** The server's clock now, by an answer and when it came: a wrong clock here makes nobody look silent. */
export function serverNow(today: Pick<TodayDocument, "now">, read_ms: number, device_ms: number): number {
  const said = instant(today.now);
  return Number.isNaN(said) ? device_ms : said + Math.max(0, device_ms - read_ms);
}

/** The place of a courier on the map; null when it has none. */
export function placeOf(fleet: Fleet | undefined, courier: string): { lon: number; lat: number } | null {
  const found = fleet?.features.find((feature) => feature.properties.courier === courier);
  if (found === undefined) return null;
  const [lon = 0, lat = 0] = found.geometry.coordinates;
  return { lon, lat };
}

export type Look = "fresh" | "stale" | "off";

/** How a courier is drawn. */
export interface MarkProperties {
  courier: string;
  name: string;
  look: Look;
  late: boolean;
  bearing_deg?: number;
}

export type Marks = FeatureCollection<Point, MarkProperties>;

/** The fleet as the map draws it, named as in the list: who has been silent for too long is grey, also when no newer answer comes. */
export function marksOf(fleet: Fleet, cards: ReadonlyMap<string, Card>, now_ms: number): Marks {
  return {
    type: "FeatureCollection",
    features: fleet.features.map(({ geometry, properties: p }) => {
      const card = cards.get(p.courier);
      const stale = p.stale || now_ms - p.seen_ms > STALE_MS;
      const look = !p.on_duty ? "off" : stale ? "stale" : "fresh";
      const moving = look === "fresh" && p.bearing_deg !== undefined && (p.speed_mps ?? 0) > MOVING_MPS;
      return {
        type: "Feature",
        geometry,
        properties: {
          courier: p.courier,
          name: card?.courier.name ?? p.name,
          look,
          late: (card?.courier.late ?? 0) > 0,
          ...(moving && p.bearing_deg !== undefined ? { bearing_deg: p.bearing_deg } : {}),
        },
      };
    }),
  };
}

/** The stop he is on his way to: the first that is not done. */
export function nextOf(route: PlanRoute): PlanStop | undefined {
  return route.stops.find((stop) => !stop.done);
}

/** What is still to be done on a route, in order. */
export function leftOf(route: PlanRoute): readonly PlanStop[] {
  return route.stops.filter((stop) => !stop.done);
}

/** The stops left of a route, by their ids; none where the plan does not have the route. */
export function openOf(plan: Plan, route: string): readonly string[] {
  const found = plan.routes.find((one) => one.route === route);
  return found === undefined ? [] : leftOf(found).map((stop) => stop.stop);
}
