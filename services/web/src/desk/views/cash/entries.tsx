/** Every hand-in and every payment to a shop, the newest first, those taken back too. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { useCouriers, useShops } from "../../names";
import { useResource } from "../../resource";
import { formats } from "../../store";
import { Button } from "../../ui/button";
import { Chip, MoneyList, Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { toastError } from "../../ui/toast";
import type { CashEntry } from "./model";
import { t } from "./texts";

interface Page {
  entries: readonly CashEntry[];
  next?: string | null;
}

export function Entries(): JSX.Element {
  const text = t();
  const read = useResource<Page>("/v1/cash/entries");
  const [older, setOlder] = useState<Page>({ entries: [] });
  const shops = useShops().data?.merchants ?? [];
  const couriers = useCouriers().data?.couriers ?? [];
  const next = older.entries.length > 0 ? older.next : read.data?.next;
  const more = async () => {
    try {
      const page = await api.get<Page>(`/v1/cash/entries?after=${encodeURIComponent(next ?? "")}`);
      setOlder({ entries: [...older.entries, ...page.entries], next: page.next ?? null });
    } catch (error) {
      toastError(error);
    }
  };
  const named = (entry: CashEntry) =>
    (entry.kind === "hand_in"
      ? couriers.find((one) => one.courier_id === entry.party)?.name
      : shops.find((one) => one.merchant === entry.party)?.name) ?? entry.party;
  return (
    <>
      <Table<CashEntry>
        caption={text.states.entries}
        columns={columns(named)}
        rows={read.data && [...read.data.entries, ...older.entries]}
        rowKey={(entry) => entry.entry}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        tone={(entry) => (entry.undone_at ? "muted" : undefined)}
        testid="entries"
        empty={<p>{text.none.entries}</p>}
      />
      {next && (
        <p class="cash-foot">
          <Button onClick={more}>{text.more}</Button>
        </p>
      )}
    </>
  );
}

function columns(named: (entry: CashEntry) => string): readonly Column<CashEntry>[] {
  const text = t();
  return [
    {
      key: "what",
      title: text.what,
      cell: (entry) => (
        <span>
          {fill(text.kinds[entry.kind], { name: named(entry) })}{" "}
          {entry.undone_at && <Chip>{text.undoneMark}</Chip>}
        </span>
      ),
    },
    { key: "sum", title: text.sum, align: "end", cell: (entry) => <MoneyList of={entry.sums} /> },
    {
      key: "count",
      title: text.count,
      align: "end",
      cell: (entry) => <span class="numbers">{formats.value.number(entry.shipments.length)}</span>,
    },
    { key: "at", title: text.at, cell: (entry) => <Time at={entry.at} how="dated" /> },
    { key: "by", title: text.who, cell: (entry) => entry.by_name },
    {
      key: "csv",
      title: "",
      align: "end",
      cell: (entry) =>
        entry.kind === "settlement" && (
          <a href={`/v1/cash/entries/${encodeURIComponent(entry.entry)}/csv`} download>
            CSV
          </a>
        ),
    },
  ];
}
