/** What became of a shop's webhooks, try by try. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api";
import { useResource } from "../../resource";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import type { Delivery } from "../notices/model";
import { t as words } from "../notices/texts";
import { Detail, StateChip } from "../notices/words";
import { t } from "./notices_texts";

interface Page {
  deliveries: readonly Delivery[];
  next?: string | null;
}

export function Deliveries({ merchant, mayChange }: { merchant: string; mayChange: boolean }): JSX.Element {
  const text = t();
  const path = `/v1/merchants/${encodeURIComponent(merchant)}/deliveries`;
  const read = useResource<Page>(path);
  const [older, setOlder] = useState<Page | null>(null);
  const next = (older ?? read.data)?.next ?? null;
  const more = async () => {
    try {
      const page = await api.get<Page>(`${path}?before=${encodeURIComponent(next ?? "")}`);
      setOlder({ ...page, deliveries: [...(older?.deliveries ?? []), ...page.deliveries] });
    } catch (error) {
      toastError(error);
    }
  };
  const redeliver = async (one: Delivery) => {
    const shipment = encodeURIComponent(one.shipment);
    try {
      await api.call(
        "POST",
        `/v1/shipments/${shipment}/notices/${encodeURIComponent(one.notice ?? "")}/redeliver`,
      );
      toast({ message: words().redelivered, tone: "good" });
      read.reload();
    } catch (error) {
      toastError(error);
    }
  };
  const rows = read.data && [...read.data.deliveries, ...(older?.deliveries ?? [])];
  // Of a notice only its newest try can be done again.
  const newest = new Set<Delivery>();
  const seen = new Set<string>();
  for (const one of rows ?? []) {
    if (!seen.has(one.notice ?? "")) newest.add(one);
    seen.add(one.notice ?? "");
  }
  return (
    <section class="pane" aria-labelledby="hooks-title" data-testid="deliveries">
      <h2 id="hooks-title">{text.hooks}</h2>
      {read.error !== null && rows === undefined && <ErrorNote error={read.error} onRetry={read.reload} />}
      {rows?.length === 0 && <p class="muted">{text.hooksNone}</p>}
      {rows !== undefined && rows.length > 0 && (
        <Table<Delivery>
          caption={text.hooks}
          columns={columns(mayChange ? redeliver : null, newest)}
          rows={rows}
          rowKey={(one) => `${one.notice} ${one.at} ${one.state}`}
        />
      )}
      {next !== null && <Button onClick={more}>{text.older}</Button>}
    </section>
  );
}

function columns(
  redeliver: ((one: Delivery) => Promise<void>) | null,
  newest: ReadonlySet<Delivery>,
): readonly Column<Delivery>[] {
  const text = t();
  return [
    {
      key: "what",
      title: text.what,
      cell: (one) => (
        <span class="narrow-gap">
          {one.event && <b>{one.event}</b>}
          <a href={`/desk/shipments/${encodeURIComponent(one.shipment)}`}>{one.shipment}</a>
        </span>
      ),
    },
    {
      key: "state",
      title: text.state,
      cell: (one) => (
        <span class="narrow-gap">
          <span>
            <StateChip entry={one} />
          </span>
          <Detail entry={one} />
        </span>
      ),
    },
    { key: "when", title: text.when, cell: (one) => <Time at={one.at} how="dated" /> },
    {
      key: "do",
      title: "",
      align: "end",
      cell: (one) =>
        redeliver !== null &&
        newest.has(one) &&
        one.state !== "deferred" && (
          <Button small testid="redeliver" onClick={() => redeliver(one)}>
            {words().redeliver}
          </Button>
        ),
    },
  ];
}
