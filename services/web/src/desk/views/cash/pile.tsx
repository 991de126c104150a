/** One courier's cash, or one shop's: its parcels, ticked and handed on. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { download } from "../../../ui/download";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { may } from "../../session";
import { formats } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { Loading, Money, MoneyList, Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { toastError } from "../../ui/toast";
import {
  byOf,
  type CashEntry,
  type CashPage,
  type CashRow,
  type CashState,
  difference,
  type Pile,
  statement,
  ticked,
  toQuery,
} from "./model";
import { t } from "./texts";
import { offerUndo } from "./undo";

interface Props {
  pile: Pile;
  state: CashState;
  open: boolean;
  onChanged: () => void;
}

export function CashPile({ pile, state, open, onChanged }: Props): JSX.Element {
  const text = t();
  const [shown, setShown] = useState(open);
  return (
    <section class="pane cash-pile" data-testid="pile" data-key={pile.key}>
      <h2>
        <button type="button" class="cash-pile-head" aria-expanded={shown} onClick={() => setShown(!shown)}>
          <span>{pile.name}</span>
          <span class="sub">{plural(text.parcels, pile.shipments)}</span>
          <b data-testid="pile-sum">
            <MoneyList of={pile.sums} />
          </b>
        </button>
      </h2>
      {shown && <Rows pile={pile} state={state} onChanged={onChanged} />}
    </section>
  );
}

function Rows({ pile, state, onChanged }: Omit<Props, "open">): JSX.Element {
  const text = t();
  const by = byOf(state);
  // Read again when its sums say that something has changed.
  const read = useResource<CashPage>(toQuery(by, pile.key, state));
  const changed = `${pile.shipments} ${pile.sums.map((sum) => sum.amount).join()}`;
  const [before, setBefore] = useState(changed);
  useEffect(() => {
    if (before === changed) return;
    setBefore(changed);
    read.reload();
  }, [changed]);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const page = read.data;
  if (page === undefined)
    return read.error ? <ErrorNote error={read.error} onRetry={read.reload} /> : <Loading />;
  const { rows } = page;
  // All are ticked but those taken out: who hands in gives what he has.
  const chosen = new Set(rows.map((row) => row.shipment).filter((id) => !left.has(id)));
  const acts = may("staff") && state !== "settled";
  const sum = ticked(rows, chosen);
  const hand = async () => {
    const shown = sum.map((one) => formats.value.money(one)).join(" + ");
    const [title, detail, path, who] =
      state === "collected"
        ? [text.handInTitle, text.handInDetail, "/v1/cash/hand-in", { courier_id: pile.key }]
        : [text.settleTitle, text.settleDetail, "/v1/cash/settle", { merchant: pile.key }];
    const words = { name: pile.name, sum: shown };
    const action = fill(state === "collected" ? text.handIn : text.settle, words);
    if (!(await confirm({ title: fill(title, words), text: detail, action }))) return;
    try {
      const entry = await api.call<CashEntry>("POST", path, {
        body: { ...who, shipments: [...chosen] },
      });
      offerUndo(entry, fill(state === "collected" ? text.handedIn : text.settled, words));
      // What is gone is not offered again while the rest is read.
      read.put({ ...page, rows: rows.filter((row) => !chosen.has(row.shipment)) });
      setLeft(new Set());
    } catch (error) {
      toastError(error);
    }
    read.reload();
    onChanged();
  };
  const exported = () => {
    const head = [
      text.order,
      text.shipment,
      text.courier,
      text.amount,
      text.currency,
      text.collected,
      text.handedInAt,
    ];
    download(`${text.file}-${pile.key}.csv`, statement(head, rows));
  };
  return (
    <>
      <Table<CashRow>
        caption={fill(text.all, { name: pile.name })}
        columns={columns(state)}
        rows={rows}
        rowKey={(row) => row.shipment}
        rowName={(row) => row.order_number}
        href={(row) => `/desk/shipments/${encodeURIComponent(row.shipment)}`}
        error={read.error}
        onRetry={read.reload}
        {...(acts
          ? {
              selected: chosen,
              onSelect: (next: ReadonlySet<string>) =>
                setLeft(new Set(rows.map((row) => row.shipment).filter((id) => !next.has(id)))),
            }
          : {})}
      />
      {page.next && <p class="sub">{fill(text.newest, { n: formats.value.number(rows.length) })}</p>}
      <div class="cash-foot">
        {by === "merchant" && (
          <Button small onClick={exported} testid="export">
            {text.export}
          </Button>
        )}
        {acts && (
          <>
            <span class="muted" role="status">
              {plural(text.chosen, chosen.size)}
            </span>
            <Button kind="main" disabled={chosen.size === 0} onClick={hand} testid="hand">
              {chosen.size === 0
                ? text.noChoice
                : fill(state === "collected" ? text.handIn : text.settle, {
                    sum: sum.map((one) => formats.value.money(one)).join(" + "),
                  })}
            </Button>
          </>
        )}
      </div>
    </>
  );
}

function columns(state: CashState): readonly Column<CashRow>[] {
  const text = t();
  const other: Column<CashRow> =
    state === "collected"
      ? { key: "shop", title: text.shop, cell: (row) => row.shop }
      : {
          key: "courier",
          title: text.courier,
          cell: (row) => row.courier_name ?? row.courier ?? <span class="sub">{text.nobody}</span>,
        };
  const [title, at] = {
    collected: [text.collected, (row: CashRow) => row.taken_at],
    handed_in: [text.handedInAt, (row: CashRow) => row.handed_in_at ?? row.taken_at],
    settled: [text.settledAt, (row: CashRow) => row.settled_at ?? row.taken_at],
  }[state] as [string, (row: CashRow) => string];
  return [
    { key: "order", title: text.order, cell: (row) => row.order_number },
    other,
    { key: "at", title, cell: (row) => <Time at={at(row)} how="dated" /> },
    {
      key: "amount",
      title: text.amount,
      align: "end",
      cell: (row) => (
        <span class="narrow-gap">
          <Money of={row.amount} />
          {row.due && difference(row) !== null && (
            <span class="cash-other">{fill(text.due, { sum: formats.value.money(row.due) })}</span>
          )}
        </span>
      ),
    },
  ];
}
