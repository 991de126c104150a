/** What a shop's recipients are told: the form, and the body it becomes. Pure. */

import { KINDS, type Kind } from "../notices/model";

export type PersonalChannel = "email" | "sms";

/** `GET /v1/merchants/{id}/notices`. */
export interface NoticePolicy {
  channels: readonly PersonalChannel[];
  off: readonly Kind[];
  email_only: readonly Kind[];
  quiet_from_h: number;
  quiet_to_h: number;
  daily_cap: number;
  ask_after_s: number;
  survey_after_s: number;
  sms_capitals: boolean;
  /** Per cent of the shipments. */
  hold_out_pct: number;
}

/** In what order channels are used. */
export const ORDERS = ["email,sms", "sms,email", "email", "sms", ""] as const;
export type Order = (typeof ORDERS)[number];

/** How a kind is told. */
export type Told = "all" | "email_only" | "off";

/** Kinds that a shop decides about; the others are asked for, or hold several. */
export const CHOSEN: readonly Kind[] = KINDS.filter(
  (kind) => !["lost_link", "reply", "digest"].includes(kind),
);

export interface PolicyForm {
  order: Order;
  told: Readonly<Record<string, Told>>;
  /** Hours and days, as typed. */
  quiet_from_h: string;
  quiet_to_h: string;
  daily_cap: string;
  ask_after_h: string;
  survey_after_d: string;
  hold_out_pct: string;
  sms_capitals: boolean;
}

export type NumberField =
  | "quiet_from_h"
  | "quiet_to_h"
  | "daily_cap"
  | "ask_after_h"
  | "survey_after_d"
  | "hold_out_pct";

export const BOUNDS: Readonly<Record<NumberField, readonly [number, number]>> = {
  quiet_from_h: [0, 24],
  quiet_to_h: [0, 24],
  daily_cap: [1, 50],
  ask_after_h: [0, 14 * 24],
  survey_after_d: [0, 30],
  hold_out_pct: [0, 50],
};

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export function formOf(policy: NoticePolicy): PolicyForm {
  const told = (kind: Kind): Told =>
    policy.off.includes(kind) ? "off" : policy.email_only.includes(kind) ? "email_only" : "all";
  const order = policy.channels.join(",");
  return {
    order: ORDERS.find((one) => one === order) ?? "email,sms",
    told: Object.fromEntries(KINDS.map((kind) => [kind, told(kind)])),
    quiet_from_h: String(policy.quiet_from_h),
    quiet_to_h: String(policy.quiet_to_h),
    daily_cap: String(policy.daily_cap),
    ask_after_h: shown(policy.ask_after_s, HOUR_S),
    survey_after_d: shown(policy.survey_after_s, DAY_S),
    hold_out_pct: String(policy.hold_out_pct),
    sms_capitals: policy.sms_capitals,
  };
}

/** Whole units as such; what another program has set between them with its part. */
function shown(seconds: number, unit_s: number): string {
  return String(Math.round((seconds / unit_s) * 100) / 100);
}

export function faultsOf(form: PolicyForm): ReadonlySet<NumberField> {
  const bad = (field: NumberField) => {
    const [least, most] = BOUNDS[field];
    const whole = field === "ask_after_h" || field === "survey_after_d" ? /^\d+([.,]\d+)?$/ : /^\d+$/;
    const value = numberOf(form[field]);
    return !whole.test(form[field].trim()) || value < least || value > most;
  };
  return new Set((Object.keys(BOUNDS) as NumberField[]).filter(bad));
}

function numberOf(text: string): number {
  return Number(text.trim().replace(",", "."));
}

/** The body of `PUT /v1/merchants/{id}/notices`; the form has no fault. What it has no field for stays. */
export function bodyOf(form: PolicyForm, before: NoticePolicy): NoticePolicy {
  const kinds = (told: Told) => KINDS.filter((kind) => form.told[kind] === told);
  return {
    ...before,
    channels: form.order === "" ? [] : (form.order.split(",") as PersonalChannel[]),
    off: kinds("off"),
    email_only: kinds("email_only"),
    quiet_from_h: numberOf(form.quiet_from_h),
    quiet_to_h: numberOf(form.quiet_to_h),
    daily_cap: numberOf(form.daily_cap),
    ask_after_s: Math.round(numberOf(form.ask_after_h) * HOUR_S),
    survey_after_s: Math.round(numberOf(form.survey_after_d) * DAY_S),
    hold_out_pct: numberOf(form.hold_out_pct),
    sms_capitals: form.sms_capitals,
  };
}

/** `GET /v1/merchants/{id}/notices/preview`. */
export interface Shown {
  subject: string;
  sms: string;
  segments: { encoding: "gsm-7" | "ucs-2"; units: number; count: number };
  mail: string;
}

export function previewPath(merchant: string, kind: Kind, language: string, capitals: boolean): string {
  const asked = new URLSearchParams({ kind, language, capitals: String(capitals) });
  return `/v1/merchants/${encodeURIComponent(merchant)}/notices/preview?${asked}`;
}
