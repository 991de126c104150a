/** What the courier's page says: one table a language. A missing or surplus text fails the type check. */

import type { Language } from "../../contracts";
import type { Forms, PluralForms } from "../../i18n/messages";
import type { NotDelivered, ProblemType } from "../types";

/** A page by itself: what is the matter, and what to do. */
interface Sign {
  title: string;
  detail: string;
}

/** An app: what it is called stays as it is; the steps are done one after the other. */
interface AppText {
  about: string;
  steps: readonly string[];
  open: string;
  byHand: string;
}

export interface Messages<L extends Language> {
  plural: {
    stops: Forms<PluralForms[L]>;
    parcels: Forms<PluralForms[L]>;
    unsent: Forms<PluralForms[L]>;
    fixes: Forms<PluralForms[L]>;
    refused: Forms<PluralForms[L]>;
    minutes: Forms<PluralForms[L]>;
  };
  page: {
    title: string;
    language: string;
    loading: string;
    noDay: Sign;
    back: string;
    close: string;
    menu: string;
  };
  enrol: {
    none: Sign;
    working: Sign;
    gone: Sign;
    later: Sign;
    noStore: Sign;
    ended: Sign & { kept: string };
    retry: string;
    kept: string;
  };
  duty: {
    on: string;
    off: string;
    since: string;
    offDetail: string;
    goOn: string;
    goOff: string;
  };
  sending: {
    sent: string;
    sentNow: string;
    first: string;
    offline: string;
    denied: string;
    deniedDetail: string;
    lost: string;
    lostDetail: string;
    none: string;
    noneDetail: string;
    server: string;
    refused: string;
    clock: string;
    otherTab: string;
    here: string;
    sleeps: string;
    noAwake: string;
    background: string;
    wasAway: string;
  };
  unsent: {
    title: string;
    network: string;
    server: string;
    onTheWay: string;
    held: string;
    detail: string;
    none: string;
    refusedTitle: string;
    refusedDetail: string;
    pictureLost: string;
    dismiss: string;
  };
  day: {
    next: string;
    after: string;
    done: string;
    empty: string;
    emptyDetail: string;
    finished: string;
    finishedDetail: string;
    stale: string;
    setOut: string;
    setOutDetail: string;
    changeOrder: string;
    cashToday: string;
    details: string;
    late: string;
    window: string;
    stop: string;
    waiting: string;
  };
  door: {
    handover: string;
    handovers: { locker: string; counter: string };
    floor: string;
    bell: string;
    note: string;
    order: string;
    cash: string;
    cashTaken: string;
    call: string;
    callShop: string;
    navigate: string;
    otherApp: string;
    noAddress: string;
    map: string;
    arrived: string;
    arrivedAt: string;
    delivered: string;
    notDelivered: string;
    problem: string;
    again: string;
    mapYou: string;
    mapDoor: string;
  };
  navigate: { title: string; phone: string; google: string; apple: string; detail: string };
  deliver: {
    title: string;
    which: string;
    whom: string;
    recipient: string;
    somebody: string;
    neighbour: string;
    name: string;
    nameMissing: string;
    neighbourName: string;
    cashLabel: string;
    cashDue: string;
    cashOther: string;
    cashWrong: string;
    photo: string;
    photoAgain: string;
    photoFailed: string;
    photoOf: string;
    remove: string;
    signature: string;
    signHere: string;
    signAgain: string;
    signed: string;
    submit: string;
    note: string;
  };
  fail: {
    title: string;
    which: string;
    why: string;
    reasons: Readonly<Record<NotDelivered, string>>;
    note: string;
    noteNeeded: string;
    choose: string;
    submit: string;
  };
  problem: {
    title: string;
    why: string;
    reasons: Readonly<Record<ProblemType, string>>;
    lostDetail: string;
    submit: string;
  };
  order: {
    title: string;
    detail: string;
    up: string;
    down: string;
    drag: string;
    moved: string;
    save: string;
  };
  undo: { undo: string; undone: string; tooLate: string };
  /** What he did, in the undo bar and the list of what is unsent. `{who}` is a name or an address. */
  acts: {
    on: string;
    off: string;
    setOut: string;
    order: string;
    arrived: string;
    delivered: string;
    notDelivered: string;
    problem: string;
  };
  outcome: { delivered: string; failed: string; problem: string; unsent: string };
  background: {
    title: string;
    plain: string;
    how: string;
    keep: string;
    offDuty: string;
    traccar: AppText;
    owntracks: AppText;
    values: { url: string; device: string; user: string; password: string };
    showQr: string;
    hideQr: string;
    qrTraccar: string;
    qrOwntracks: string;
    secret: string;
    show: string;
    batteryTitle: string;
    batteryDetail: string;
    brands: readonly { brand: string; steps: readonly string[] }[];
    install: string;
    installDetail: string;
    installButton: string;
    installIphone: string;
    check: string;
  };
}
