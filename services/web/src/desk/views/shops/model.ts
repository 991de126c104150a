/** A shop: what may be entered, and what its recipients would see. Pure. */

import type { Language, Snapshot } from "../../../contracts";
import { e164, ID } from "../couriers/model";

export type Mode = "live" | "strict" | "open";
export const MODES: readonly Mode[] = ["live", "strict", "open"];

export interface Policy {
  mode: Mode;
  exact_from_stops: number;
  area_min_addresses: number;
  area_tick_s: number;
  zone_radius_m: number;
  zone_shift_m: number;
  show_driver: boolean;
}

export type PolicyNumber = Exclude<keyof Policy, "mode" | "show_driver">;

/** As the API holds to it. */
const LOGO = /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?\/[!#-;=?-~]*$/;

/** The bounds of each number, as the API holds to them. */
export const BOUNDS: Readonly<Record<PolicyNumber, readonly [min: number, max: number]>> = {
  exact_from_stops: [0, 50],
  area_min_addresses: [1, 1000],
  area_tick_s: [5, 600],
  zone_radius_m: [30, 500],
  zone_shift_m: [0, 200],
};

/** The numbers that mean something in a mode. */
export const NUMBERS: Readonly<Record<Mode, readonly PolicyNumber[]>> = {
  live: ["exact_from_stops", "area_min_addresses", "area_tick_s"],
  strict: ["exact_from_stops", "area_min_addresses", "area_tick_s", "zone_radius_m", "zone_shift_m"],
  open: [],
};

export const POLICY: Policy = {
  mode: "live",
  exact_from_stops: 5,
  area_min_addresses: 20,
  area_tick_s: 30,
  zone_radius_m: 100,
  zone_shift_m: 50,
  show_driver: false,
};

export interface Key {
  key_id: string;
  revoked: boolean;
}

/** A shop of `GET /v1/merchants`. */
export interface Merchant {
  merchant: string;
  tenant: string;
  name: string;
  contact: { phone?: string | null; email?: string | null; hours?: string | null };
  zone: string;
  language: Language;
  policy: Policy;
  colour?: string | null;
  logo_url?: string | null;
  keys?: readonly Key[];
  updated_at?: string;
  key?: string | null;
}

/** What stands in the fields; numbers as typed. */
export interface ShopForm {
  merchant: string;
  name: string;
  phone: string;
  email: string;
  hours: string;
  zone: string;
  language: Language;
  colour: string;
  logo: string;
  mode: Mode;
  show_driver: boolean;
  numbers: Readonly<Record<PolicyNumber, string>>;
}

export function formOf(shop: Merchant | null, zone: string, language: Language): ShopForm {
  const policy = shop?.policy ?? POLICY;
  return {
    merchant: shop?.merchant ?? "",
    name: shop?.name ?? "",
    phone: shop?.contact.phone ?? "",
    email: shop?.contact.email ?? "",
    hours: shop?.contact.hours ?? "",
    zone: shop?.zone ?? zone,
    language: shop?.language ?? language,
    colour: shop?.colour ?? "",
    logo: shop?.logo_url ?? "",
    mode: policy.mode,
    show_driver: policy.show_driver,
    numbers: {
      exact_from_stops: String(policy.exact_from_stops),
      area_min_addresses: String(policy.area_min_addresses),
      area_tick_s: String(policy.area_tick_s),
      zone_radius_m: String(policy.zone_radius_m),
      zone_shift_m: String(policy.zone_shift_m),
    },
  };
}

export type ShopFault =
  | "name_missing"
  | "bad_id"
  | "id_taken"
  | "bad_phone"
  | "bad_email"
  | "bad_zone"
  | "bad_colour"
  | "bad_logo"
  | "bounds";

export type ShopField = "merchant" | "name" | "phone" | "email" | "zone" | "colour" | "logo" | PolicyNumber;

export function faultsOf(
  form: ShopForm,
  taken: ReadonlySet<string>,
  zones: ReadonlySet<string>,
): Partial<Record<ShopField, ShopFault>> {
  const faults: Partial<Record<ShopField, ShopFault>> = {};
  if (form.name.trim() === "") faults.name = "name_missing";
  if (!ID.test(form.merchant)) faults.merchant = "bad_id";
  else if (taken.has(form.merchant)) faults.merchant = "id_taken";
  if (form.phone.trim() !== "" && e164(form.phone) === null) faults.phone = "bad_phone";
  if (form.email.trim() !== "" && !/^[^@\s]{1,64}@[^@\s]{1,255}$/.test(form.email.trim())) {
    faults.email = "bad_email";
  }
  if (!zones.has(form.zone)) faults.zone = "bad_zone";
  if (form.colour !== "" && !/^#[0-9a-f]{6}$/i.test(form.colour)) faults.colour = "bad_colour";
  if (form.logo.trim() !== "" && !LOGO.test(form.logo.trim())) faults.logo = "bad_logo";
  // Numbers of other modes are kept as they are, so they have to be good too.
  for (const name of Object.keys(BOUNDS) as PolicyNumber[]) {
    const [min, max] = BOUNDS[name];
    const value = Number(form.numbers[name]);
    if (!/^\d+$/.test(form.numbers[name].trim()) || value < min || value > max) faults[name] = "bounds";
  }
  return faults;
}

/** The body of `PUT /v1/merchants/{id}`; the form has no fault. */
export function bodyOf(form: ShopForm, tenant: string): Record<string, unknown> {
  const text = (value: string) => (value.trim() === "" ? undefined : value.trim());
  const numbers = Object.fromEntries(Object.entries(form.numbers).map(([k, v]) => [k, Number(v)]));
  return {
    tenant,
    name: form.name.trim(),
    contact: { phone: e164(form.phone) ?? undefined, email: text(form.email), hours: text(form.hours) },
    zone: form.zone,
    language: form.language,
    policy: { mode: form.mode, show_driver: form.show_driver, ...numbers },
    colour: text(form.colour),
    logo_url: text(form.logo),
  };
}

export type Scenery = "far" | "near" | "door";

/** What a recipient would be sent: a parcel on its way, so far along. Names and places are made up. */
export function sample(form: ShopForm, scenery: Scenery, now_ms: number): Snapshot {
  const stops_left = { far: 9, near: 2, door: 1 }[scenery];
  const exactFrom = Number(form.numbers.exact_from_stops);
  const shown = form.mode === "open" || stops_left <= (Number.isFinite(exactFrom) ? exactFrom : 5);
  const driver: Snapshot["driver"] =
    scenery === "door" && form.mode !== "open"
      ? { version: [1, 1], show: form.mode === "strict" ? "none" : "resting", stops_left }
      : { version: [1, 1], show: shown ? "exact" : "area", stops_left };
  const why =
    scenery === "door"
      ? ({ live: "at_another_stop", strict: "protected", open: undefined } as const)[form.mode]
      : undefined;
  const point = { type: "Point" as const, coordinates: [24.9505, 60.1712] };
  const cell = [
    [24.94, 60.168],
    [24.947, 60.168],
    [24.947, 60.173],
    [24.94, 60.173],
    [24.94, 60.168],
  ];
  const geometry = driver.show === "area" ? { type: "Polygon" as const, coordinates: [cell] } : point;
  const phone = e164(form.phone);
  return {
    type: "snapshot",
    now_ms,
    shop: {
      name: form.name.trim() === "" ? "…" : form.name.trim(),
      contact: {
        ...(phone === null ? {} : { phone }),
        ...(form.email.trim() === "" ? {} : { email: form.email.trim() }),
        ...(form.hours.trim() === "" ? {} : { hours: form.hours.trim() }),
      },
      ...(/^#[0-9a-f]{6}$/i.test(form.colour) ? { colour: form.colour } : {}),
    },
    shipment: {
      seq: 4,
      order_number: "A-1042",
      substatus: "OutForDelivery_001",
      status_ms: now_ms - 40 * 60_000,
      parcels: 1,
      cash: { amount: "24.90", currency: "EUR" },
      arrival: {
        at_ms: now_ms - 60_000,
        window: { from_ms: now_ms + 20 * 60_000, to_ms: now_ms + 35 * 60_000 },
        grain: "minutes",
        why: "first",
      },
      attempt: 1,
      out: true,
      stages: [
        { substatus: "InfoReceived_001", at_ms: now_ms - 20 * 3_600_000 },
        { substatus: "InTransit_002", at_ms: now_ms - 4 * 3_600_000 },
        { substatus: "OutForDelivery_001", at_ms: now_ms - 40 * 60_000, attempt: 1 },
      ],
    },
    driver: {
      ...driver,
      at_ms: now_ms - (driver.show === "resting" ? 90_000 : 2_000),
      exact_from_stops: Number.isFinite(exactFrom) ? exactFrom : 5,
      ...(why === undefined ? {} : { why }),
      ...(driver.show === "none"
        ? {}
        : { feature: { type: "Feature", geometry, properties: { at_ms: now_ms } } }),
      ...(form.show_driver ? { person: { first_name: "Eleni", vehicle: "white van" } } : {}),
    },
    home: { name: "Maria P.", address: "Aleksanterinkatu 15", lon: 24.9441, lat: 60.1689 },
    language: form.language,
    zone: form.zone,
  };
}
