/** What the page says: one table a language. A missing or surplus text fails the type check. */

import type { Arrival, Language, SUBSTATUSES } from "../contracts";

export type Code = (typeof SUBSTATUSES)[number];

/** A text for each plural form the language has (CLDR), with `{n}` for the number. */
export type Forms<P extends Intl.LDMLPluralRule> = Readonly<Record<P, string>>;

/** The plural forms a language has for whole numbers; the others are refused by the type check. */
export interface PluralForms {
  en: "one" | "other";
  el: "one" | "other";
  ru: "one" | "few" | "many" | "other";
}

/** A status: `name` in the list of stages, `sentence` while it is the current one, `next` what follows. */
export interface StatusText {
  name: string;
  sentence: string;
  next?: string;
}

/** A state of the page: its sentence and, below it, what it means for the reader. */
export interface StateText {
  sentence: string;
  detail: string;
}

export interface Messages<L extends Language> {
  plural: {
    parcels: Forms<PluralForms[L]>;
    stopsLeft: Forms<PluralForms[L]>;
    exactFrom: Forms<PluralForms[L]>;
    /** From now on: `{from}` to `{n}` minutes, and at most `{n}`. */
    inMinutes: Forms<PluralForms[L]>;
    within: Forms<PluralForms[L]>;
  };
  shop: {
    from: string;
    order: string;
    parcels: string;
    cash: string;
    cashNone: string;
    cashPaid: string;
    call: string;
    write: string;
    hours: string;
    to: string;
  };
  /** The states of the page that are not simply a status. */
  states: {
    opening: StateText;
    waiting: { detail: string };
    area: StateText & { whenNext: string; always: string };
    exact: { sentence: string };
    next: StateText;
    resting: StateText;
    protected: StateText;
    noFix: StateText;
    stale: StateText & { area: string; unseen: string };
    paused: StateText;
    reconnecting: StateText & { empty: string };
    arrived: StateText & { cash: string };
    delivered: { detail: string };
    failed: { detail: string };
    exception: { detail: string };
    pickup: { detail: string };
    expired: { detail: string };
    gone: StateText;
  };
  /** Every status code; `other` for one this page does not know yet. */
  status: Readonly<Record<Code, StatusText>> & { other: StatusText };
  facts: {
    youAreNext: string;
    updated: string;
    updatedNow: string;
    changed: string;
    changedNow: string;
    polling: string;
    offline: string;
    distance: string;
    distanceArea: string;
    driver: string;
    zone: string;
  };
  /** When he comes. `{when}` is a day, or a span, or both. */
  arrival: {
    coming: string;
    agreed: string;
    missed: string;
    between: string;
    /** Over midnight; and after it, when only the end is news. */
    overnight: string;
    by: string;
    dated: string;
    /** The days of the week from Sunday on, and a date with one of them. */
    on: readonly [string, string, string, string, string, string, string];
    date: string;
    anyMinute: string;
    overdue: string;
    overdueMoment: string;
    overdueAgreed: string;
    said: string;
    last: string;
    newTime: string;
    unknown: string;
    silentSince: string;
    again: string;
    open: string;
    openNote: string;
    /** Why a window is another than the one before. */
    why: Readonly<Record<Arrival["why"], string>>;
    was: string;
    wasUnknown: string;
    notKnown: string;
    changes: string;
    zone: string;
    calendar: { add: string; summary: string; told: string; mayChange: string; file: string };
  };
  stages: { title: string; attempt: string; none: string };
  /** Pictures and signatures taken at the door. */
  proofs: {
    photo: string;
    photoOther: string;
    signature: string;
    /** `{what}` and `{when}`: a picture's name, also for those who don't see it. */
    at: string;
    larger: string;
    close: string;
    loading: string;
    gone: string;
    failed: string;
    retry: string;
  };
  map: {
    title: string;
    loading: string;
    none: string;
    noneDetail: string;
    retry: string;
    driver: string;
    driverStale: string;
    home: string;
    area: string;
    plain: string;
    zoomIn: string;
    zoomOut: string;
    fit: string;
    attribution: string;
    ctrlScroll: string;
    cmdScroll: string;
    twoFingers: string;
  };
  page: {
    language: string;
    skip: string;
    privacy: string;
    title: string;
  };
  demo: {
    title: string;
    intro: string;
    open: string;
    order: string;
    courier: string;
    updated: string;
    waiting: string;
    lost: string;
    far: string;
    near: string;
    arriving: string;
    simulated: string;
  };
}
