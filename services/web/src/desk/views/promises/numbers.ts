/** Shares, minutes and keys as the reader writes them. */

import { fill } from "../../../i18n/text";
import { language } from "../../store";
import { type By, type Line, share } from "./model";
import { t } from "./texts";

export function percent(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: digits }).format(
    value,
  );
}

/** A part of the looks; where nothing could be looked at nothing was kept, and nothing broken. */
export function some(line: Line, part: number): string {
  return line.looks === 0 ? "–" : percent(share(part, line), 1);
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

export function minutes(value: number | undefined): string {
  return value === undefined ? "–" : fill(t().minutes, { n: number(value) });
}

/** H3 cells are fifteen hexadecimal digits: without a postcode that is all that is told of a place. */
export function nameOf(line: Line, by: By): string {
  if (by === "hour") return fill(t().hour, { n: line.key });
  if (by === "area" && /^8[0-9a-f]{14}$/.test(line.key)) return fill(t().cell, { n: line.key.slice(2, 9) });
  return line.name ?? line.key;
}
