/** What became of a notice, in words. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { plural } from "../../i18n/texts";
import { Chip, Time } from "../../ui/facts";
import { type Entry, overtakenBy, toneOf } from "./model";
import { t } from "./texts";

/** A reason's words; a code that this page does not know yet stands as it is. */
export function reasonOf(code: string): string {
  const text = t();
  const kind = overtakenBy(code);
  if (kind !== null) return fill(text.overtaken, { kind: text.kinds[kind] });
  return Object.hasOwn(text.reasons, code) ? text.reasons[code as keyof typeof text.reasons] : code;
}

export function StateChip({ entry }: { entry: Pick<Entry, "state"> }): JSX.Element {
  return <Chip tone={toneOf(entry)}>{t().states[entry.state] ?? entry.state}</Chip>;
}

/** Channel, reason, tries and what comes next, as one line. */
export function Detail({ entry }: { entry: Entry }): JSX.Element {
  const text = t();
  const said = [
    entry.channel === "webhook"
      ? (entry.webhook ?? null)
      : entry.channel
        ? text.channels[entry.channel]
        : null,
    entry.reason ? reasonOf(entry.reason) : null,
    entry.code ? entry.code : null,
    (entry.tries ?? 0) > 1 ? plural(text.tries, entry.tries ?? 0) : null,
  ].filter((part) => part !== null);
  return (
    <span class="sub">
      {said.join(" · ")}
      {entry.next_try && entry.state === "deferred" && (
        <>
          {said.length > 0 && " · "}
          {text.next} <Time at={entry.next_try} how="dated" />
        </>
      )}
    </span>
  );
}
