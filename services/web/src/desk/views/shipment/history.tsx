/** All that has happened, the newest first: when in the delivery's zone, by whom, what was said and shown. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { capital, fill } from "../../../i18n/text";
import { useResource } from "../../resource";
import { formatsIn, language, now_ms } from "../../store";
import { Money, statusName } from "../../ui/facts";
import { type Entry, newestFirst, type Proof, proofsOf, type ShipmentRecord } from "./model";
import { t } from "./texts";

export function History({ record }: { record: ShipmentRecord }): JSX.Element {
  const text = t();
  const pictured = record.history.some((entry) => (entry.proofs?.length ?? 0) > 0);
  const read = useResource<{ proofs: readonly Proof[] } | readonly Proof[]>(
    pictured ? `/v1/shipments/${encodeURIComponent(record.shipment.shipment)}/proofs` : null,
  );
  const proofs = read.data === undefined ? [] : "proofs" in read.data ? read.data.proofs : read.data;
  const zone = record.shipment.zone ?? "UTC";
  const f = useMemo(() => formatsIn(zone), [zone, language.value]);
  const named = f.zone(now_ms.value);
  const entries = newestFirst(record.history);
  return (
    <section class="pane" aria-labelledby="history-title">
      <h2 id="history-title">{text.history}</h2>
      {entries.length === 0 && <p class="muted">{text.historyNone}</p>}
      <ol class="history" data-testid="history">
        {entries.map((entry) => (
          <li key={`${entry.seq}${entry.at}${entry.status}`}>
            <p class="history-what">
              <b>{statusName(entry.status)}</b>
              <time dateTime={entry.at}>{capital(f.dated(Date.parse(entry.at), now_ms.value))}</time>
            </p>
            <Details entry={entry} />
            <Pictures proofs={proofsOf(entry, proofs)} />
          </li>
        ))}
      </ol>
      {pictured && read.error && <p class="sub">{text.picturesGone}</p>}
      {named !== null && <p class="sub">{fill(text.zone, { zone: named })}</p>}
    </section>
  );
}

function Details({ entry }: { entry: Entry }): JSX.Element {
  const text = t();
  const attempt = entry.attempt ?? 0;
  const courier = entry.courier_name ?? entry.courier;
  const parts = [
    entry.place,
    attempt > 1 ? fill(text.attempt, { n: String(attempt) }) : null,
    courier ? fill(text.carriedBy, { who: courier }) : null,
    entry.taken_by ? fill(text.takenBy, { who: entry.taken_by }) : null,
  ].filter(Boolean);
  return (
    <>
      {parts.length > 0 && <p class="sub">{parts.join(" · ")}</p>}
      {entry.cash && (
        <p class="sub">
          {text.taken}: <Money of={entry.cash} />
        </p>
      )}
      {entry.note && <p class="said">{entry.note}</p>}
    </>
  );
}

function Pictures({ proofs }: { proofs: readonly Proof[] }): JSX.Element | null {
  const shown = proofs.filter((proof) => proof.url);
  if (shown.length === 0) return null;
  return (
    <ul class="pictures" aria-label={t().pictures}>
      {shown.map((proof) => (
        <li key={proof.url}>
          <a href={proof.url ?? ""} target="_blank" rel="noopener noreferrer">
            <img src={proof.url ?? ""} alt={t().picture} loading="lazy" data-kind={proof.kind ?? "photo"} />
          </a>
        </li>
      ))}
    </ul>
  );
}
