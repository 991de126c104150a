import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { formats } from "../../store";
import { Button } from "../../ui/button";
import { Chip } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { cellOf, doubtful, type ImportDocument, type ImportRow, kindOf, PAGE, shown } from "./model";
import { t } from "./texts";

interface Props {
  found: ImportDocument;
  rows: readonly ImportRow[];
  confirmed: ReadonlySet<number>;
  /** null: nothing can be confirmed now. */
  onConfirm: ((confirmed: ReadonlySet<number>) => void) | null;
}

/** Each row with what was understood of it, and what to do about one that is wrong. */
export function Rows({ found, rows, confirmed, onConfirm }: Props): JSX.Element {
  const text = t();
  const [onlyErrors, setOnlyErrors] = useState(found.counts.bad + found.counts.confirm > 0);
  const [most, setMost] = useState(PAGE);
  const all = shown(rows, onlyErrors);
  const unsure = doubtful(rows);
  return (
    <section class="stack" aria-labelledby="rows-title">
      <div class="pane-head">
        <h2 id="rows-title">{fill(text.whole, { n: formats.value.number(found.counts.total) })}</h2>
        <span class="row">
          {onConfirm !== null && unsure.length > 1 && (
            <Button small onClick={() => onConfirm(new Set(unsure))} testid="confirm-all">
              {text.confirmAll}
            </Button>
          )}
          <label class="toggle">
            <input
              type="checkbox"
              checked={onlyErrors}
              data-testid="only-errors"
              onChange={(event) => {
                setOnlyErrors(event.currentTarget.checked);
                setMost(PAGE);
              }}
            />
            {text.onlyErrors}
          </label>
        </span>
      </div>
      <Table<ImportRow>
        caption={text.columns}
        columns={columns(confirmed, onConfirm)}
        rows={all.slice(0, most)}
        rowKey={(row) => String(row.row)}
        tone={(row) => {
          const kind = kindOf(row, confirmed);
          return kind === "bad" ? "bad" : kind === "doubtful" ? "warn" : undefined;
        }}
        testid="import-rows"
        empty={<p>{text.noErrors}</p>}
      />
      {all.length > most && (
        <p class="import-more">
          <Button onClick={() => setMost(most + 5 * PAGE)}>{text.more}</Button>
        </p>
      )}
    </section>
  );
}

function columns(
  confirmed: ReadonlySet<number>,
  onConfirm: Props["onConfirm"],
): readonly Column<ImportRow>[] {
  const text = t();
  const plain = (key: "order_number" | "name" | "phone" | "cash"): Column<ImportRow> => ({
    key,
    title: capital(text.meanings[key]),
    cell: (row) => cellOf(row, key),
  });
  return [
    {
      key: "row",
      title: text.row,
      cell: (row) => <b class="numbers">{row.row}</b>,
    },
    plain("order_number"),
    plain("name"),
    {
      key: "address",
      title: capital(text.meanings.line),
      cell: (row) => (
        <span class="narrow-gap">
          <span>{[cellOf(row, "line"), cellOf(row, "city")].filter(Boolean).join(", ")}</span>
          {row.lon == null && !row.ok && <span class="sub">{text.notFound}</span>}
        </span>
      ),
    },
    plain("phone"),
    plain("cash"),
    {
      key: "errors",
      title: "",
      cell: (row) => <Errors row={row} confirmed={confirmed} onConfirm={onConfirm} />,
    },
  ];
}

function Errors(props: {
  row: ImportRow;
  confirmed: ReadonlySet<number>;
  onConfirm: Props["onConfirm"];
}): JSX.Element | null {
  const text = t();
  const { row, confirmed, onConfirm } = props;
  if (row.shipment)
    return <a href={`/desk/shipments/${encodeURIComponent(row.shipment)}`}>{text.steps.done}</a>;
  const errors = row.errors ?? [];
  if (errors.length === 0) return <Chip tone="good">✓</Chip>;
  const unsure = errors.every((error) => error.confirm === true);
  const toggle = () => {
    const next = new Set(confirmed);
    if (!next.delete(row.row)) next.add(row.row);
    onConfirm?.(next);
  };
  return (
    <div class="row-errors">
      {errors.map((error) => (
        <p key={`${error.field}${error.code}`}>
          <b data-tone={error.confirm ? "warn" : "bad"}>{error.message}</b> {error.what_to_do}
        </p>
      ))}
      {unsure && onConfirm !== null && (
        <label class="toggle">
          <input
            type="checkbox"
            checked={confirmed.has(row.row)}
            onChange={toggle}
            data-testid="confirm-row"
          />
          {text.confirm}
        </label>
      )}
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
