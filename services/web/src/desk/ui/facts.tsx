/** Small things that stand everywhere: times, money, a status, whether data is old. */

import type { ComponentChildren, JSX } from "preact";
import type { Tag } from "../../contracts";
import type { Code } from "../../i18n/messages";
import { fill, statusText } from "../../i18n/text";
import { shell } from "../i18n/messages";
import { formats, now_ms, text } from "../store";

/** Milliseconds since 1970 of an RFC 3339 time or of such a number; NaN for what is none. */
export function instant(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

/** A moment in the delivery's zone, 24 h, with its day when that is not today; exact on hovering. */
export function Time(props: {
  at: string | number;
  how?: "moment" | "ago" | "dated" | "day";
}): JSX.Element | null {
  const at_ms = instant(props.at);
  if (Number.isNaN(at_ms)) return null;
  const f = formats.value;
  const exact = f.dated(at_ms, now_ms.value);
  const shown = {
    moment: () => f.moment(at_ms, now_ms.value),
    ago: () => f.ago(at_ms, now_ms.value) ?? shell().ui.now,
    dated: () => exact,
    day: () => f.day(at_ms, now_ms.value),
  }[props.how ?? "moment"]();
  return (
    <time dateTime={new Date(at_ms).toISOString()} title={exact}>
      {shown}
    </time>
  );
}

/** A window as the API has it. */
export interface WindowOf {
  from: string;
  to: string;
}

export function WindowTime({ window }: { window: WindowOf }): JSX.Element {
  const of = { from_ms: instant(window.from), to_ms: instant(window.to) };
  return <span class="numbers">{formats.value.window(of, now_ms.value)}</span>;
}

export interface MoneyOf {
  amount: string;
  currency: string;
}

export function Money({ of }: { of: MoneyOf }): JSX.Element {
  return <span class="numbers">{formats.value.money(of)}</span>;
}

/** A sum in each currency; nothing for none. */
export function MoneyList({ of }: { of: readonly MoneyOf[] }): JSX.Element {
  return <span class="numbers">{of.map((one) => formats.value.money(one)).join(" + ")}</span>;
}

export type Tone = "good" | "warn" | "bad" | "plain" | "accent";

export function Chip(props: { tone?: Tone; children: ComponentChildren; testid?: string }): JSX.Element {
  return (
    <span class="chip" data-tone={props.tone ?? "plain"} data-testid={props.testid}>
      {props.children}
    </span>
  );
}

const TONES: Readonly<Record<Tag, Tone>> = {
  Pending: "plain",
  InfoReceived: "plain",
  InTransit: "plain",
  OutForDelivery: "accent",
  AttemptFail: "warn",
  Delivered: "good",
  AvailableForPickup: "warn",
  Exception: "bad",
  Expired: "bad",
};

/** A status's name: the recipient's, but for what there is said to him in person. */
export function statusName(code: string): string {
  const { status } = shell();
  const own: Partial<Record<Code, string>> = {
    OutForDelivery_003: status.contacted,
    Delivered_002: status.collected,
    Delivered_004: status.paid,
    Exception_003: status.refused,
    Exception_007: status.address,
  };
  return own[code as Code] ?? statusText(text.value, code).name;
}

export function Status({ code }: { code: string }): JSX.Element {
  const tag = code.split("_")[0] as Tag;
  return <Chip tone={TONES[tag] ?? "plain"}>{statusName(code)}</Chip>;
}

/** Says since when what is shown has not been brought up to date. */
export function Old({ at_ms }: { at_ms: number }): JSX.Element {
  return (
    <p class="note" data-tone="warn" role="status" data-testid="old">
      {fill(shell().ui.old, { time: formats.value.moment(at_ms, now_ms.value) })}
    </p>
  );
}

export function Loading(): JSX.Element {
  return (
    <p class="loading" role="status">
      {shell().frame.loading}
    </p>
  );
}
