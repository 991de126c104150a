/** When the courier comes, as the page tells it: the window, how it has changed, and what is not known. Pure. */

import type { Arrival, Snapshot, Window } from "../contracts";
import type { Formats } from "../i18n/format";
import { capital, fill, type Text } from "../i18n/text";
import { type Phase, phaseOf } from "./phase";
import { type State, serverNow } from "./state";
import { ofSlot, type Phrase, phrase } from "./window";

/**
 * `told`: a window of the courier's round. `agreed`: the shop's slot, before there is a round. `overdue`: what
 * was said has passed, and nothing newer came. `last`: the same, but newer news may not have reached us.
 * `unknown`: it is said that it is not known; `open`: nothing was said yet.
 */
export type Certainty = "told" | "agreed" | "overdue" | "last" | "unknown" | "open";

export interface Coming {
  is: Certainty;
  /** What the headline is, where it is a time alone; may be empty. */
  lead: string;
  /** With `lead` and `notes` it changes only when something has happened: safe to announce. */
  headline: string;
  /** The part of the headline that is not broken between lines; may be empty. */
  whole: string;
  notes: readonly string[];
  /** May tick: "in 4–12 min". */
  soon: string;
  /** The delivery's zone, and the reader's own time, where they differ. */
  zone: string;
  /** The shop's slot, told beside a window of the round; it may be missed. */
  agreed: { text: string; missed: boolean } | null;
  /** What a calendar may keep; null when that would be stale. */
  slot: Phrase | null;
}

/** An earlier window, or that it was not known, with when and why it was told. */
export interface Change {
  at_ms: number;
  when: string;
  told: string;
  why: string;
}

const OPEN: readonly Phase[] = [
  "waiting",
  "area",
  "exact",
  "resting",
  "protected",
  "no_fix",
  "stale",
  "paused",
  "reconnecting",
];

/** While we are not sure to have the newest, nothing is called late. */
const UNSURE: readonly Phase[] = ["paused", "reconnecting"];

/** While he is seen, and next, he is expected "any moment" for so long after the window. */
const ANY_MOMENT_MS = 15 * 60_000;

/** Minutes are counted down from here on. */
const SOON_MS = 30 * 60_000;

const MINUTE_MS = 60_000;

/** What is told at `now_ms` of this device's clock; null at the door, and after the end. */
export function comingOf(state: State, now_ms: number, text: Text, formats: Formats): Coming | null {
  const { view } = state;
  const phase = phaseOf(state, now_ms);
  if (view === null || !OPEN.includes(phase)) return null;
  const server_ms = serverNow(state, now_ms);
  const told =
    ofRound(view, phase, server_ms, text, formats) ?? ofShop(view, phase, server_ms, text, formats);
  return told ?? { ...NONE, is: "open", headline: text.arrival.open, notes: [text.arrival.openNote] };
}

const NONE = { lead: "", whole: "", notes: [], soon: "", zone: "", agreed: null, slot: null };

function ofRound(
  view: Snapshot,
  phase: Phase,
  server_ms: number,
  text: Text,
  formats: Formats,
): Coming | null {
  const { arrival } = view.shipment;
  if (arrival === undefined) return null;
  const agreed = beside(view, server_ms, text, formats);
  if (arrival.window === null) {
    const notes = [
      whyUnknown(view, arrival, server_ms, text, formats),
      lastTold(view, server_ms, text, formats),
    ];
    return { ...NONE, is: "unknown", headline: text.arrival.unknown, notes: notes.filter(given), agreed };
  }
  const said = phrase(arrival.window, arrival.grain, server_ms, text, formats);
  if (server_ms >= arrival.window.to_ms)
    return { ...passed(view, phase, said, server_ms, text, formats), agreed };
  const moved = (view.shipment.was ?? []).length > 0 && arrival.why !== "first";
  return {
    is: "told",
    lead: "",
    headline: fill(text.arrival.coming, { when: said.when }),
    whole: said.whole,
    notes: moved ? [text.arrival.why[arrival.why]] : [],
    soon: arrival.grain === "minutes" && !UNSURE.includes(phase) ? soon(said.window, server_ms, text) : "",
    zone: zoneNote(said, text, formats),
    agreed,
    slot: said,
  };
}

function ofShop(
  view: Snapshot,
  phase: Phase,
  server_ms: number,
  text: Text,
  formats: Formats,
): Coming | null {
  const { window } = view.shipment;
  if (window === undefined) return null;
  const said = phrase(window, ofSlot(window), server_ms, text, formats);
  const told = { ...NONE, ...headed(text.arrival.agreed, said), zone: zoneNote(said, text, formats) };
  if (server_ms < window.to_ms) return { ...told, is: "agreed", slot: said };
  if (UNSURE.includes(phase)) return { ...told, is: "last" };
  const notes = [labelled(text.arrival.agreed, said.when), text.arrival.newTime];
  return { ...NONE, is: "overdue", headline: text.arrival.overdueAgreed, notes, zone: told.zone };
}

/** What was told has passed. */
function passed(
  view: Snapshot,
  phase: Phase,
  said: Phrase,
  server_ms: number,
  text: Text,
  formats: Formats,
): Coming {
  const { arrival: words } = text;
  const zone = zoneNote(said, text, formats);
  if (UNSURE.includes(phase)) return { ...NONE, is: "last", ...headed(words.last, said), zone };
  const near = view.driver.stops_left === 0 && ["exact", "area", "protected"].includes(phase);
  const moment = near && server_ms - said.window.to_ms <= ANY_MOMENT_MS;
  return {
    ...NONE,
    is: "overdue",
    headline: moment ? words.overdueMoment : words.overdue,
    notes: [fill(words.said, { when: said.when }), words.newTime],
    zone,
  };
}

/** What was told in this attempt, the newest first; the window of now is the first of them. */
export function changesOf(
  view: Snapshot,
  server_ms: number,
  text: Text,
  formats: Formats,
): readonly Change[] {
  const { arrival, was = [] } = view.shipment;
  if (arrival === undefined || was.length === 0) return [];
  return [...was, arrival].reverse().map((one) => ({
    at_ms: one.at_ms,
    when: formats.moment(one.at_ms, server_ms),
    told: toldOnce(one, server_ms, text, formats),
    why: text.arrival.why[one.why],
  }));
}

/** What was said before this window, for the summary of the changes. */
export function wasOf(view: Snapshot, server_ms: number, text: Text, formats: Formats): string {
  const before = view.shipment.was?.at(-1);
  if (before === undefined || before.window === null) return text.arrival.wasUnknown;
  return fill(text.arrival.was, { when: toldOnce(before, server_ms, text, formats) });
}

function toldOnce(one: Arrival, server_ms: number, text: Text, formats: Formats): string {
  if (one.window === null) return text.arrival.notKnown;
  return phrase(one.window, one.grain, server_ms, text, formats).when;
}

function lastWindow(view: Snapshot): Arrival | undefined {
  return (view.shipment.was ?? []).findLast((one) => one.window !== null);
}

/** Why it is not known; since when he is silent, if a place of his is shown. */
function whyUnknown(
  view: Snapshot,
  arrival: Arrival,
  server_ms: number,
  text: Text,
  formats: Formats,
): string {
  const { arrival: words } = text;
  const { driver } = view;
  if (arrival.why !== "silent") return words.why[arrival.why];
  const heard_ms = driver.show === "none" || driver.feature === undefined ? 0 : (driver.at_ms ?? 0);
  if (heard_ms > arrival.at_ms) return words.again;
  if (heard_ms === 0) return words.why.silent;
  return fill(words.silentSince, { time: formats.moment(heard_ms, server_ms) });
}

function lastTold(view: Snapshot, server_ms: number, text: Text, formats: Formats): string {
  const before = lastWindow(view);
  if (before === undefined) return text.arrival.newTime;
  return labelled(text.arrival.last, toldOnce(before, server_ms, text, formats));
}

function beside(view: Snapshot, server_ms: number, text: Text, formats: Formats): Coming["agreed"] {
  const { window, arrival } = view.shipment;
  if (window === undefined) return null;
  const { when } = phrase(window, ofSlot(window), server_ms, text, formats);
  const expected_ms = arrival?.window?.from_ms ?? server_ms;
  return {
    text: `${text.arrival.agreed}: ${when}`,
    missed: Math.max(expected_ms, server_ms) >= window.to_ms,
  };
}

function headed(lead: string, said: Phrase): Pick<Coming, "lead" | "headline" | "whole"> {
  return { lead, headline: capital(said.when), whole: said.whole };
}

/** Minutes from now to the bounds; a bound that has passed is left out. */
function soon({ from_ms, to_ms }: Window, server_ms: number, text: Text): string {
  if (to_ms - server_ms > SOON_MS) return "";
  const to = Math.ceil((to_ms - server_ms) / MINUTE_MS);
  const from = Math.floor((from_ms - server_ms) / MINUTE_MS);
  if (to <= 1) return text.arrival.anyMinute;
  return from < 1 ? text.count("within", to) : fill(text.count("inMinutes", to), { from: String(from) });
}

function zoneNote(said: Phrase, text: Text, formats: Formats): string {
  const zone = formats.zone(said.window.from_ms);
  if (zone === null) return "";
  const own = said.grain === "day" ? null : formats.own(said.window);
  return own === null ? fill(text.facts.zone, { zone }) : fill(text.arrival.zone, { zone, own });
}

function labelled(label: string, when: string): string {
  return fill("{label}: {when}.", { label, when });
}

function given(note: string): boolean {
  return note !== "";
}
