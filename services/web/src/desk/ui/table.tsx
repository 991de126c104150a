import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { fill } from "../../i18n/text";
import { shell } from "../i18n/messages";
import { ErrorNote } from "./error_note";
import { Loading } from "./facts";
import { Sorted } from "./icons";

export interface Column<R> {
  key: string;
  title: string;
  cell: (row: R) => ComponentChildren;
  /** May be sorted by; who sorts is up to the view. */
  sortable?: boolean;
  align?: "end";
  /** Left out on a narrow screen. */
  minor?: boolean;
}

export interface Sort {
  key: string;
  down: boolean;
}

export interface TableProps<R> {
  /** What the table lists; for those who don't see it. */
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[] | undefined;
  rowKey: (row: R) => string;
  /** Where a row leads; Enter opens it. */
  href?: (row: R) => string;
  onOpen?: (row: R) => void;
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  /** Ids of chosen rows. */
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  /** How a row is called where it can be chosen. */
  rowName?: (row: R) => string;
  error?: unknown;
  loading?: boolean;
  onRetry?: () => void;
  empty?: ComponentChildren;
  tone?: (row: R) => "bad" | "warn" | "muted" | undefined;
  testid?: string;
}

/** Said although the elements mean it: laid out as cards, browsers forget that it is a table. */
const AS = {
  table: { role: "table" },
  rowgroup: { role: "rowgroup" },
  row: { role: "row" },
  cell: { role: "cell" },
} as const;

/**
 * Dense, its head always in sight, by keyboard: arrows, Home and End move between rows, Enter opens one. On a narrow
 * screen each row is a card.
 */
export function Table<R>(props: TableProps<R>): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const { columns, rows } = props;
  const openable = props.href !== undefined || props.onOpen !== undefined;
  const keys = (event: KeyboardEvent) => {
    const all = [...(body.current?.rows ?? [])];
    const at = all.indexOf((event.target as Element).closest("tr") as HTMLTableRowElement);
    const to = nextRow(event.key, at, all.length);
    if (to === null || (event.target as Element).matches("input:not([type=checkbox]), select, textarea"))
      return;
    event.preventDefault();
    focusOf(all[to])?.focus();
  };
  return (
    <div class="table-wrap" data-testid={props.testid}>
      {props.error !== undefined && props.error !== null && (
        <ErrorNote error={props.error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />
      )}
      <table class="table" {...AS.table} aria-busy={props.loading || undefined}>
        <caption class="unseen">{props.caption}</caption>
        <thead {...AS.rowgroup}>
          <tr {...AS.row}>
            {props.onSelect && (
              <th scope="col" class="check">
                <SelectAll {...props} />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={keys} {...AS.rowgroup}>
          {rows?.map((row) => (
            <Row key={props.rowKey(row)} row={row} table={props} openable={openable} />
          ))}
        </tbody>
      </table>
      {rows === undefined && props.loading && !props.error && <Loading />}
      {rows?.length === 0 && <div class="empty">{props.empty ?? <p>{shell().ui.empty}</p>}</div>}
    </div>
  );
}

/** The row a key leads to from the `at`th of `count`; null: the key is not for us. */
export function nextRow(key: string, at: number, count: number): number | null {
  if (count === 0 || at < 0) return null;
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

function focusOf(row: HTMLTableRowElement | undefined): HTMLElement | null {
  return (
    row?.querySelector<HTMLElement>("[data-row-focus]") ??
    row?.querySelector<HTMLElement>("a, button, input") ??
    null
  );
}

function Row<R>({ row, table, openable }: { row: R; table: TableProps<R>; openable: boolean }): JSX.Element {
  const key = table.rowKey(row);
  const { selected, onSelect } = table;
  const chosen = selected?.has(key) ?? false;
  const open = (event: MouseEvent) => {
    // The whole row can be clicked; what in it can be pressed keeps its own meaning, and text may be marked.
    if ((event.target as Element).closest("a, button, input, select, label")) return;
    if ((getSelection()?.toString() ?? "") !== "") return;
    if (table.onOpen) table.onOpen(row);
    else (event.currentTarget as Element).querySelector<HTMLElement>("a[data-row-focus]")?.click();
  };
  return (
    <tr
      {...AS.row}
      data-open={openable || undefined}
      data-tone={table.tone?.(row)}
      data-chosen={chosen || undefined}
      data-key={key}
      onClick={openable ? open : undefined}
    >
      {onSelect && (
        <td class="check" {...AS.cell}>
          <input
            type="checkbox"
            aria-label={fill(shell().ui.select, { row: table.rowName?.(row) ?? key })}
            checked={chosen}
            onChange={() => onSelect(toggled(selected ?? new Set(), key))}
          />
        </td>
      )}
      {table.columns.map((column, i) => (
        <td
          key={column.key}
          {...AS.cell}
          data-title={column.title}
          data-align={column.align}
          data-minor={column.minor || undefined}
          data-first={i === 0 || undefined}
        >
          {i === 0 && openable ? (
            <Opener row={row} table={table} cell={column.cell(row)} />
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function Opener<R>(props: { row: R; table: TableProps<R>; cell: ComponentChildren }): JSX.Element {
  const { row, table } = props;
  if (table.href) {
    return (
      <a href={table.href(row)} data-row-focus>
        {props.cell}
      </a>
    );
  }
  return (
    <button type="button" class="as-link" data-row-focus onClick={() => table.onOpen?.(row)}>
      {props.cell}
    </button>
  );
}

function Head<R>(props: {
  column: Column<R>;
  sort: Sort | null | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}): JSX.Element {
  const { column, sort, onSort } = props;
  const mine = sort?.key === column.key ? sort : null;
  return (
    <th
      scope="col"
      data-align={column.align}
      data-minor={column.minor || undefined}
      aria-sort={mine ? (mine.down ? "descending" : "ascending") : undefined}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          class="sort"
          title={fill(shell().ui.sortBy, { column: column.title })}
          onClick={() => onSort({ key: column.key, down: mine ? !mine.down : false })}
        >
          {column.title}
          {mine && <Sorted down={mine.down} />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function SelectAll<R>(props: TableProps<R>): JSX.Element {
  const keys = (props.rows ?? []).map(props.rowKey);
  const chosen = keys.filter((key) => props.selected?.has(key)).length;
  return (
    <input
      type="checkbox"
      aria-label={shell().ui.selectAll}
      checked={chosen > 0 && chosen === keys.length}
      ref={(box) => {
        if (box) box.indeterminate = chosen > 0 && chosen < keys.length;
      }}
      onChange={() => props.onSelect?.(chosen === keys.length ? new Set() : new Set(keys))}
    />
  );
}

/** The set with the key in it, or without it where it was. */
export function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
}
