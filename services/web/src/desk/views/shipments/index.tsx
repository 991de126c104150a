/** Every shipment of the carrier: searched as one types, narrowed, page after page. */

import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import "../../ui/parts.css";
import "./shipments.css";
import { after } from "../../../ui/after";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useCouriers, useShops } from "../../names";
import { address, navigate } from "../../router";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { Chip, Money, Status, Time, WindowTime } from "../../ui/facts";
import { SearchBox } from "../../ui/search_box";
import { type Column, Table } from "../../ui/table";
import { FilterBar } from "./filters";
import { ANY, DEBOUNCE_MS, type Filters, fromAddress, narrowed, place, type Row, toSearch } from "./model";
import { type Found, NOTHING, Search } from "./search";
import { t } from "./texts";

const REFRESH_MS = 15_000;

export default function Shipments(): JSX.Element {
  const { query, state } = address.value;
  const filters = fromAddress(query, state);
  const [found, search] = useSearch(filters);
  const shops = useShops().data?.merchants ?? [];
  const couriers = useCouriers().data?.couriers ?? [];
  const text = t();
  const [filtersShown, setFiltersShown] = useState(false);
  const change = (next: Partial<Filters>) => {
    const to = { ...filters, ...next };
    navigate(`/desk/shipments${toSearch(to)}`, { replace: true, state: { ...state, q: to.q } });
  };
  const any = filters.q !== "" || narrowed(filters) > 0;
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        <p class="muted" role="status" data-testid="count">
          {found.loading ? text.searching : countOf(found)}
        </p>
        {may("staff") && (
          <a class="button" href="/desk/import">
            {text.import}
          </a>
        )}
      </header>
      <div class="filters">
        <SearchBox
          label={text.search}
          placeholder={text.searchHint}
          value={filters.q}
          onInput={(q) => change({ q })}
          onSubmit={() => search.retry()}
          testid="search"
        />
        <Button
          small
          expanded={filtersShown}
          testid="filters-toggle"
          onClick={() => setFiltersShown(!filtersShown)}
        >
          {narrowed(filters) > 0 ? `${text.filters} (${narrowed(filters)})` : text.filters}
        </Button>
        <FilterBar
          shown={filtersShown}
          filters={filters}
          couriers={couriers}
          shops={shops}
          onChange={change}
        />
        {any && (
          <Button kind="quiet" small onClick={() => change(ANY)} testid="clear-filters">
            {text.clear}
          </Button>
        )}
      </div>
      <Table<Row>
        caption={text.title}
        columns={columns()}
        rows={found.rows}
        rowKey={(row) => row.shipment}
        href={(row) => `/desk/shipments/${encodeURIComponent(row.shipment)}`}
        loading={found.loading}
        error={found.error}
        onRetry={() => search.retry()}
        tone={(row) => (row.late ? "warn" : undefined)}
        testid="shipments"
        empty={
          <>
            <p>
              <b>{any ? text.noMatch : text.none}</b>
            </p>
            <p>{any ? text.noMatchDetail : text.noneDetail}</p>
          </>
        }
      />
      {found.next !== null && (
        <p class="more-row">
          <Button onClick={() => search.more()} busy={found.adding} testid="more-rows">
            {text.more}
          </Button>
        </p>
      )}
    </>
  );
}

function countOf(found: Found): string {
  const text = t();
  if (found.rows === undefined) return "";
  if (found.total !== null) return plural(text.found, found.total);
  return plural(found.next === null ? text.found : text.foundSome, found.rows.length);
}

/** A search that follows the filters; typing is waited for, a choice is not. */
function useSearch(filters: Filters): [Found, Search] {
  const [found, setFound] = useState<Found>(NOTHING);
  const search = useMemo(
    () =>
      new Search(
        {
          get: (path, signal) => api.get(path, { signal }),
          after,
        },
        setFound,
      ),
    [],
  );
  const [typed, setTyped] = useState(filters.q);
  const all = JSON.stringify(filters);
  useEffect(() => {
    setTyped(filters.q);
    search.ask(filters, typed === filters.q ? 0 : DEBOUNCE_MS);
  }, [all]);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && search.refresh(), REFRESH_MS);
    return () => {
      clearInterval(timer);
      search.stop();
    };
  }, [search]);
  return [found, search];
}

function columns(): readonly Column<Row>[] {
  const text = t();
  return [
    {
      key: "order",
      title: text.order,
      cell: (row) => (
        <span class="narrow-gap">
          <b class="numbers">{row.order_number}</b>
          <span class="sub">{row.shop ?? row.merchant}</span>
        </span>
      ),
    },
    {
      key: "status",
      title: text.state,
      cell: (row) => (
        <span class="narrow-gap">
          <span>
            <Status code={row.status} /> {row.late && <Chip tone="warn">{text.lateMark}</Chip>}
          </span>
          <span class="sub">
            <Time at={row.status_at} />
          </span>
        </span>
      ),
    },
    {
      key: "recipient",
      title: text.recipient,
      cell: (row) =>
        row.name ? (
          <span class="narrow-gap">
            <span>{row.name}</span>
            {row.phone && <span class="sub numbers">{row.phone}</span>}
          </span>
        ) : (
          <span class="sub">{text.forgotten}</span>
        ),
    },
    { key: "address", title: text.address, cell: (row) => place(row) },
    {
      key: "courier",
      title: text.courier,
      cell: (row) =>
        row.courier ? (row.courier_name ?? row.courier) : <span class="sub">{text.unassigned}</span>,
    },
    {
      key: "window",
      title: text.window,
      minor: true,
      cell: (row) => row.window && <WindowTime window={row.window} />,
    },
    {
      key: "cash",
      title: text.cash,
      align: "end",
      cell: (row) =>
        row.cash_taken ? (
          <span title={text.taken}>
            <Money of={row.cash_taken} /> ✓<span class="unseen"> {text.taken}</span>
          </span>
        ) : (
          row.cash && <Money of={row.cash} />
        ),
    },
  ];
}
