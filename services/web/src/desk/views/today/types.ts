/** What the portal answers about today; fields without a value are absent. Times are RFC 3339. */

import type { FeatureCollection, Point } from "geojson";
import type { MoneyOf, WindowOf } from "../../ui/facts";

export interface NextStop {
  stop: string;
  line?: string;
  name?: string;
  window?: WindowOf;
  /** The earliest, by the planned drive. */
  arrives_at?: string;
  shipments: readonly string[];
}

export interface CourierToday {
  courier_id: string;
  name: string;
  phone?: string;
  vehicle?: string;
  on_duty: boolean;
  /** When his phone was last heard of, position or not. */
  seen_at?: string;
  /** The time of the position. */
  at?: string;
  lon?: number;
  lat?: number;
  battery_pct?: number;
  route?: string;
  set_out_at?: string;
  next_stop?: NextStop;
  stops_left: number;
  stops_done: number;
  /** Stops that are late, or will be. */
  late: number;
  /** Taken and not yet handed in, a sum each currency. */
  cash: readonly MoneyOf[];
}

export interface TodayDocument {
  now: string;
  couriers: readonly CourierToday[];
  /** Shipments to be delivered that no courier has. */
  unassigned: number;
}

export interface FleetProperties {
  courier: string;
  name: string;
  on_duty: boolean;
  at_ms: number;
  seen_ms: number;
  stale: boolean;
  bearing_deg?: number;
  speed_mps?: number;
  battery_pct?: number;
}

export type Fleet = FeatureCollection<Point, FleetProperties>;

export interface PlanShipment {
  shipment: string;
  order_number?: string;
  shop: string;
  /** The status code, such as `OutForDelivery_001`. */
  status?: string;
  tag?: string;
  done: boolean;
  name?: string;
  line?: string;
  cash?: MoneyOf;
  cash_taken?: MoneyOf;
}

export interface PlanStop {
  stop: string;
  lon: number;
  lat: number;
  window?: WindowOf;
  arrives_at?: string;
  late: boolean;
  done: boolean;
  shipments: readonly PlanShipment[];
}

export interface PlanRoute {
  route: string;
  set_out_at?: string;
  stops: readonly PlanStop[];
}

export interface Plan {
  courier_id: string;
  version: number;
  on_duty: boolean;
  routes: readonly PlanRoute[];
}

/** What became of a move. */
export interface Moved {
  courier: string;
  command: string;
  /** `pending`: written down, not decided yet. */
  status: "pending" | "accepted";
  route?: string;
  version?: number;
}

/** A row of `GET /v1/shipments?unassigned=true`. */
export interface PoolShipment {
  shipment: string;
  order_number: string;
  shop: string;
  status: string;
  name?: string;
  line?: string;
  city?: string;
  window?: WindowOf;
  late: boolean;
  cash?: MoneyOf;
}

export interface PoolPage {
  shipments: readonly PoolShipment[];
  next?: string;
  total?: number;
}
