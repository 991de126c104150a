/** Contacts per 100 shipments: with the link opened and not, against the hold-out group, by shop over time. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./contacts.css";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { language } from "../../store";
import { Segments } from "../../ui/segments";
import { type Column, Table } from "../../ui/table";
import { t as talk } from "../talk/texts";
import { t } from "./texts";

export interface Rate {
  shipments: number;
  contacts: number;
  per_100?: number | null;
  low?: number | null;
  high?: number | null;
}

interface Group extends Rate {
  shop: string;
  merchant: string;
  begins: string;
}

interface Report {
  all: Rate;
  opened: Rate;
  unopened: Rate;
  held_out: Rate;
  compared: Rate;
  about: Readonly<Record<string, number>>;
  ways: Readonly<Record<string, number>>;
  groups: readonly Group[];
}

type Period = "day" | "week" | "month";
const DAYS = ["30", "90", "365"] as const;
type Days = (typeof DAYS)[number];

export default function Contacts(): JSX.Element {
  const text = t();
  const [days, setDays] = useState<Days>("90");
  const [by, setBy] = useState<Period>("week");
  const read = useResource<Report>(`/v1/contacts/report?days=${days}&by=${by}`);
  const report = read.data;
  const shared = { loading: read.loading, error: read.error, onRetry: read.reload };
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        <p class="muted">{text.detail}</p>
      </header>
      <div class="filters">
        <Segments<Days>
          label={text.days}
          value={days}
          options={DAYS.map((value) => ({ value, label: plural(text.inDays, Number(value)) }))}
          onChange={setDays}
          testid="contacts-days"
        />
        <Segments<Period>
          label={text.period}
          value={by}
          options={(["day", "week", "month"] as const).map((value) => ({
            value,
            label: text.periods[value],
          }))}
          onChange={setBy}
        />
        <a href="/desk/strays">{text.strays}</a>
      </div>
      <Table<{ name: string; rate: Rate }>
        caption={text.title}
        columns={[
          { key: "of", title: text.group, cell: (row) => <b>{row.name}</b> },
          ...rates<{ name: string; rate: Rate }>((row) => row.rate),
        ]}
        rows={report && comparisons(report)}
        rowKey={(row) => row.name}
        testid="contacts"
        {...shared}
      />
      {report && (
        <p class="muted contacts-note">{report.held_out.shipments > 0 ? text.caution : text.noHoldOut}</p>
      )}
      {report && report.all.contacts > 0 && <Sums report={report} />}
      <h2 class="contacts-over">{text.over}</h2>
      <Table<Group>
        caption={text.over}
        columns={[
          { key: "begins", title: text.begins, cell: (row) => dayOf(row.begins) },
          { key: "shop", title: text.shop, cell: (row) => row.shop },
          ...rates<Group>((row) => row),
        ]}
        rows={report?.groups}
        rowKey={(row) => `${row.begins} ${row.merchant}`}
        empty={<p>{text.none}</p>}
        testid="contacts-over"
        {...shared}
      />
    </>
  );
}

function comparisons(report: Report): { name: string; rate: Rate }[] {
  const text = t();
  const rows = [
    { name: text.all, rate: report.all },
    { name: text.opened, rate: report.opened },
    { name: text.unopened, rate: report.unopened },
  ];
  if (report.held_out.shipments > 0) {
    rows.push({ name: text.heldOut, rate: report.held_out }, { name: text.compared, rate: report.compared });
  }
  return rows;
}

function rates<R>(of: (row: R) => Rate): readonly Column<R>[] {
  const text = t();
  return [
    { key: "shipments", title: text.shipments, align: "end", cell: (row) => number(of(row).shipments, 0) },
    { key: "contacts", title: text.contacts, align: "end", cell: (row) => number(of(row).contacts, 0) },
    { key: "per_100", title: text.per100, align: "end", cell: (row) => number(of(row).per_100, 1) },
    {
      key: "interval",
      title: text.interval,
      align: "end",
      cell: (row) => {
        const { low, high } = of(row);
        return low === undefined || low === null ? "–" : `${number(low, 1)} – ${number(high, 1)}`;
      },
    },
  ];
}

function Sums({ report }: { report: Report }): JSX.Element {
  const text = t();
  const { about, ways } = talk();
  const said = (counts: Readonly<Record<string, number>>, names: Readonly<Record<string, string>>) =>
    Object.entries(counts)
      .map(([code, n]) => `${names[code] ?? code} ${number(n, 0)}`)
      .join(" · ");
  return (
    <dl class="pairs">
      <dt>{text.whys}</dt>
      <dd>{said(report.about, about)}</dd>
      <dt>{text.hows}</dt>
      <dd>{said(report.ways, ways)}</dd>
    </dl>
  );
}

function number(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return "–";
  const format = new Intl.NumberFormat(language.value, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value);
}

function dayOf(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(Date.UTC(year, month - 1, date));
}
