// Made from shared/contracts by `python -m shared.contracts.generate`: do not edit.
import type { Feature, LineString, Point, Polygon } from "geojson";

/** Languages of everything a person reads. */
export type Language = "el" | "ru" | "en";

/** How much of the driver is shown. */
export type Show = "exact" | "resting" | "area" | "none";

/**
 * Why nothing, or nothing fresher, is shown: he has not set out; this shipment's delivery is over; he stands
 * at another's stop; no fix yet; he is near another's door; no news from his phone; the system is behind.
 */
export type Why = "not_set_out" | "ended" | "at_another_stop" | "no_fix" | "protected" | "silent" | "paused";

/** `gone`: unknown, expired or revoked, never told apart. `restarting`: come back after `retry_ms`. */
export type ByeReason = "gone" | "restarting" | "too_many" | "bad_hello" | "too_slow";

/** A shipment's stage. */
export type Tag =
  | "Pending"
  | "InfoReceived"
  | "InTransit"
  | "OutForDelivery"
  | "AttemptFail"
  | "Delivered"
  | "AvailableForPickup"
  | "Exception"
  | "Expired";

/** A status code such as `Delivered_001`: its tag and a number. Codes may be added. */
export type Substatus = `${Tag}_${string}`;

/** The status codes of this version. */
export const SUBSTATUSES = [
  "Pending_001",
  "InfoReceived_001",
  "InTransit_001",
  "InTransit_002",
  "InTransit_003",
  "InTransit_007",
  "InTransit_009",
  "OutForDelivery_001",
  "OutForDelivery_003",
  "OutForDelivery_004",
  "AttemptFail_001",
  "AttemptFail_002",
  "AttemptFail_003",
  "Delivered_001",
  "Delivered_002",
  "Delivered_003",
  "Delivered_004",
  "Delivered_005",
  "AvailableForPickup_001",
  "Exception_001",
  "Exception_002",
  "Exception_003",
  "Exception_004",
  "Exception_005",
  "Exception_007",
  "Exception_010",
  "Exception_011",
  "Exception_012",
  "Exception_013",
  "Exception_017",
  "Exception_101",
  "Exception_102",
  "Exception_103",
  "Expired_001",
] as const satisfies readonly Substatus[];

/** A fix: a GeoJSON Feature with a Point. */
export type PointFeature = Feature<Point, FixProperties>;

/** An area: a GeoJSON Feature with a Polygon. */
export type AreaFeature = Feature<Polygon, AreaProperties>;

/** The rest of the way: a GeoJSON Feature with a LineString. */
export type LegFeature = Feature<LineString>;

/** A fix (Point) or an area (Polygon) as a GeoJSON Feature. */
export type ShownFeature = Feature<Point | Polygon, FixProperties>;

/** What a recipient may know of a fix: time, ground speed, course, 68 % radius; absent = unknown. */
export interface FixProperties {
  at_ms: number;
  speed_mps?: number;
  bearing_deg?: number;
  accuracy_m?: number;
}

/** The time of the fix that lies in the area. */
export interface AreaProperties {
  at_ms: number;
}

/** First message of the client, within 5 s: the ticket from the portal. */
export interface Hello {
  type: "hello";
  ticket: string;
}

/** How to reach a shop: telephone in E.164, e-mail, and opening hours as the shop writes them. */
export interface Contact {
  phone?: string;
  email?: string;
  hours?: string;
}

/** Whose parcel it is, and whom to call. */
export interface Shop {
  name: string;
  /** Absent: `{}`. */
  contact?: Contact;
  colour?: string;
}

/** An amount: decimal string and ISO 4217 currency, e.g. `12.50` `EUR`. */
export interface Money {
  amount: string;
  currency: string;
}

/** A time window, `from_ms` included, `to_ms` excluded. */
export interface Window {
  from_ms: number;
  to_ms: number;
}

/** A window as it was shown from `at_ms` on; None: it was said that it is not known. */
export interface Arrival {
  at_ms: number;
  window: Window | null;
  grain: "day" | "hours" | "minutes" | "window";
  why: "first" | "late" | "later" | "nearer" | "other_courier" | "replanned" | "silent" | "sooner";
}

/**
 * One stage passed, with its own time. `proofs` is how many pictures its report has named; where to see them,
 * `GET /v1/link/proofs` says, by `seq`.
 */
export interface Stage {
  substatus: Substatus;
  at_ms: number;
  /** Absent: `0`. */
  attempt?: number;
  place?: string;
  /** Absent: `0`. */
  seq?: number;
  /** Absent: `0`. */
  proofs?: number;
}

/**
 * What the recipient has answered to a question. His words are not sent back: a link is sometimes passed on.
 */
export interface Answered {
  question: "all_right" | "csi" | "nps" | "remark";
  score?: number;
  /** Absent: `false`. */
  words?: boolean;
}

/**
 * The shipment as the page shows it, versioned by `seq`. `window` is what the shop has agreed on, `arrival`
 * when the courier comes as it is known now, `was` what was said before in this attempt, the oldest first.
 * `ratings` are the answers that stand.
 */
export interface Shipment {
  seq: number;
  order_number: string;
  substatus: Substatus;
  status_ms: number;
  /** Absent: `1`. */
  parcels?: number;
  cash?: Money;
  window?: Window;
  /** Absent: `0`. */
  attempt?: number;
  /** Absent: `false`. */
  out?: boolean;
  /** Absent: `false`. */
  ended?: boolean;
  arrival?: Arrival;
  /** Absent: `[]`. */
  was?: readonly Arrival[];
  /** Absent: `[]`. */
  stages?: readonly Stage[];
  /** Absent: `[]`. */
  ratings?: readonly Answered[];
}

/** What a recipient may be told of the courier, if the merchant says so. */
export interface Driver {
  first_name: string;
  vehicle?: string;
}

/**
 * What may be shown of the driver now, and why not more.
 *
 * `feature` is a GeoJSON Point Feature (`exact`, `resting`) or a Polygon Feature (`area`); `leg` a LineString
 * Feature, the rest of the way, once this stop is next. `at_ms` is the fix time of what is shown.
 * `stops_left` is the number of stops before this one (0: next); `exact_from_stops` is the policy's number,
 * for the sentence that says when he will be seen.
 */
export interface DriverState {
  version: readonly [number, number];
  show: Show;
  why?: Why;
  /** Absent: `0`. */
  at_ms?: number;
  stops_left?: number;
  /** Absent: `false`. */
  arrived?: boolean;
  /** Absent: `5`. */
  exact_from_stops?: number;
  feature?: ShownFeature;
  leg?: LegFeature;
  person?: Driver;
}

/** The recipient's own door and how his page addresses him. */
export interface Home {
  name: string;
  address: string;
  lon: number;
  lat: number;
}

/** All that the page shows. `zone` is the delivery's IANA time zone; `now_ms` the server's clock. */
export interface Snapshot {
  type: "snapshot";
  now_ms: number;
  shop: Shop;
  shipment: Shipment;
  driver: DriverState;
  home?: Home;
  /** Absent: `"en"`. */
  language?: Language;
  /** Absent: `"UTC"`. */
  zone?: string;
}

/**
 * A newer exact (or resting) position for everybody who may see it; the rest of the driver's state stays.
 * Serialised once for all its watchers.
 */
export interface PositionDelta {
  type: "position";
  version: readonly [number, number];
  at_ms: number;
  feature: PointFeature;
}

/** A newer area; the rest of the driver's state stays. */
export interface AreaDelta {
  type: "area";
  version: readonly [number, number];
  at_ms: number;
  feature: AreaFeature;
}

/** The shipment or what is visible of the driver has changed; both are replaced. */
export interface ShipmentDelta {
  type: "shipment";
  now_ms: number;
  shipment: Shipment;
  driver: DriverState;
}

/** The session ends. With `retry_ms` the client comes back after that long (jitter included). */
export interface Bye {
  type: "bye";
  reason: ByeReason;
  retry_ms?: number;
}

/** What the page sends. */
export type ClientFrame = Hello;

/** What the gateway sends, told apart by `type`. */
export type ServerFrame = Snapshot | PositionDelta | AreaDelta | ShipmentDelta | Bye;

/** What absent fields mean. */
export const DEFAULTS = {
  Shop: { contact: {} },
  Stage: { attempt: 0, seq: 0, proofs: 0 },
  Answered: { words: false },
  Shipment: { parcels: 1, attempt: 0, out: false, ended: false, was: [], stages: [], ratings: [] },
  DriverState: { at_ms: 0, arrived: false, exact_from_stops: 5 },
  Snapshot: { language: "en", zone: "UTC" },
} as const;
