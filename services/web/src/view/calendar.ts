/** The delivery as a file that calendars read: iCalendar, RFC 5545. Pure. */

import type { Snapshot } from "../contracts";
import type { Formats } from "../i18n/format";
import { spaced } from "../i18n/phone";
import { fill, type Text } from "../i18n/text";
import type { Phrase } from "./window";

export interface Entry {
  /** Of the shipment: a file made later takes the place of the one before. */
  uid: string;
  /** Grows with each change. */
  sequence: number;
  stamp_ms: number;
  /** An interval, or days (20261124; `to` excluded). */
  when: { from_ms: number; to_ms: number } | { from: string; to: string };
  summary: string;
  description: string;
  location?: string;
}

const LINE_OCTETS = 75;

/** A calendar with this one entry, as text. */
export function icalendar(entry: Entry): string {
  const { when } = entry;
  const [from, to] =
    "from_ms" in when
      ? [`DTSTART:${utc(when.from_ms)}`, `DTEND:${utc(when.to_ms)}`]
      : [`DTSTART;VALUE=DATE:${when.from}`, `DTEND;VALUE=DATE:${when.to}`];
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Dromos//Delivery//EN",
    "BEGIN:VEVENT",
    `UID:${escaped(entry.uid)}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${utc(entry.stamp_ms)}`,
    from,
    to,
    `SUMMARY:${escaped(entry.summary)}`,
    `DESCRIPTION:${escaped(entry.description)}`,
    ...(entry.location === undefined ? [] : [`LOCATION:${escaped(entry.location)}`]),
    "TRANSP:TRANSPARENT", // the reader is free meanwhile
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** The entry of this window. The link stays out of it: calendars are shared, the link is the reader's alone. */
export function entryOf(
  view: Snapshot,
  slot: Phrase,
  host: string,
  server_ms: number,
  text: Text,
  formats: Formats,
): Entry {
  const { shop, shipment, home } = view;
  const { calendar } = text.arrival;
  const { from_ms, to_ms } = slot.window;
  const days = {
    from: formats.ymd(from_ms),
    to: formats.ymd(Math.max(from_ms, to_ms - 1), 1),
  };
  const phone = shop.contact?.phone;
  const told_ms = shipment.arrival?.at_ms ?? server_ms;
  const moment = `${formats.date(told_ms)}, ${formats.time(told_ms)}`; // "today" is read on another day
  const description = [
    fill(calendar.told, { moment }),
    calendar.mayChange,
    ...(phone === undefined ? [] : [`${text.shop.call}: ${spaced(phone)}`]),
  ];
  return {
    uid: uidOf(view, host),
    sequence: shipment.seq,
    stamp_ms: server_ms,
    when: slot.grain === "day" ? days : { from_ms, to_ms },
    summary: fill(calendar.summary, { shop: shop.name, order: shipment.order_number }),
    description: description.join("\n"),
    ...(home === undefined ? {} : { location: home.address }),
  };
}

/** The same for every link to the shipment, and in every language; says nothing about whom it is for. */
function uidOf({ shop, shipment }: Snapshot, host: string): string {
  const stages = [...(shipment.stages ?? [])].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  const begun_ms = stages[0]?.at_ms ?? 0; // tells parcels of one order apart
  return `${fingerprint(`${shop.name}\n${shipment.order_number}\n${begun_ms}`)}@${host}`;
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits: nothing here is secret, and SubtleCrypto is missing on plain HTTP. */
function fingerprint(text: string): string {
  let hash = FNV_OFFSET;
  for (const octet of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * FNV_PRIME);
  }
  return hash.toString(16).padStart(16, "0");
}

/** Form 2 of section 3.3.5, to the second. */
function utc(at_ms: number): string {
  return `${new Date(at_ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** Section 3.3.11; other control characters are not allowed in it at all. */
function escaped(text: string): string {
  return (
    text
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
      .replace(/[\\;,]/g, "\\$&")
      .replace(/\n/g, "\\n")
  );
}

/** Section 3.1: at most 75 octets a line, each further one begun by a space; no character is cut in two. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let octets = 0;
  let out = "";
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > LINE_OCTETS) {
      out += "\r\n ";
      octets = 1;
    }
    out += character;
    octets += size;
  }
  return out;
}
