/** The windows that the recipient was shown, the newest first, and whether they held. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { fill } from "../../../i18n/text";
import "../promises/promises.css";
import { useResource } from "../../resource";
import { formatsIn, language, now_ms } from "../../store";
import { Chip, instant, type Tone } from "../../ui/facts";
import type { ShownWindow } from "../promises/model";
import { t } from "../promises/texts";

const EVERY_MS = 30_000;
const TONES: Readonly<Record<ShownWindow["outcome"], Tone>> = {
  open: "plain",
  hit: "good",
  came: "warn",
  miss: "bad",
  unknown: "bad",
};

export function Windows({ shipment, zone }: { shipment: string; zone: string }): JSX.Element | null {
  const text = t();
  const read = useResource<{ windows: readonly ShownWindow[] }>(
    `/v1/shipments/${encodeURIComponent(shipment)}/promises`,
    { every_ms: EVERY_MS },
  );
  const f = useMemo(() => formatsIn(zone), [zone, language.value]);
  if (read.data === undefined) return null;
  const why: Readonly<Record<string, string>> = text.why;
  const windows = [...read.data.windows].reverse();
  return (
    <section class="pane" aria-labelledby="windows-title" data-testid="shown-windows">
      <div class="pane-head">
        <h2 id="windows-title">{text.windows}</h2>
        <a href="/desk/promises">{text.all}</a>
      </div>
      {windows.length === 0 && <p class="muted">{text.windowsNone}</p>}
      <ol class="shown-windows">
        {windows.map((one) => (
          <li key={`${one.shown_at}${one.attempt}`} data-outcome={one.outcome}>
            <span class="row">
              <b class="numbers">
                {one.window
                  ? f.window(
                      { from_ms: instant(one.window.from), to_ms: instant(one.window.to) },
                      now_ms.value,
                    )
                  : text.noWindow}
              </b>
              <Chip tone={TONES[one.outcome]}>{text.outcomes[one.outcome]}</Chip>
            </span>
            <span class="sub">
              {fill(text.shownAt, { time: f.moment(instant(one.shown_at), now_ms.value) })}
              {` · ${why[one.why] ?? one.why}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
