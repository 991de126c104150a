/** NPS, CSI and the share of those for whom all is right: each with its count and its interval. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { plural } from "../../i18n/texts";
import { language } from "../../store";
import { Chip } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { anyFew, type Group, type Measure, type Report, rateOf } from "./model";
import { t } from "./texts";

function number(value: number | undefined, digits = 0): string {
  return value === undefined
    ? ""
    : new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}

function interval(of: Measure): string {
  return of.value === undefined ? "" : fill(t().interval, { low: number(of.low), high: number(of.high) });
}

export function Figures({ report }: { report: Report }): JSX.Element {
  const text = t();
  const { all } = report;
  const rate = rateOf(report);
  return (
    <>
      <div class="figures" data-testid="figures">
        <Figure title={text.nps} what={text.npsWhat} of={all.nps} />
        <Figure
          title={text.csi}
          what={text.csiWhat}
          of={all.csi}
          unit=" %"
          {...(all.csi.mean === undefined ? {} : { more: fill(text.mean, { n: number(all.csi.mean, 2) }) })}
        />
        <Figure title={text.right} what={text.rightWhat} of={all.all_right} unit=" %" />
      </div>
      <p class="muted" data-testid="reach">
        {rate === null
          ? text.reachNone
          : fill(text.reach, {
              answered: number(report.answered),
              delivered: number(report.delivered),
              rate: number(rate),
            })}
      </p>
      {anyFew([all, ...report.groups]) && (
        <p class="note" data-tone="warn" data-testid="few">
          {text.fewNote}
        </p>
      )}
    </>
  );
}

function Figure(props: {
  title: string;
  what: string;
  of: Measure;
  unit?: string;
  more?: string;
}): JSX.Element {
  const text = t();
  const { of } = props;
  return (
    <section class="pane figure" data-few={(of.few && of.answers > 0) || undefined}>
      <h2>{props.title}</h2>
      <p class="value">{of.value === undefined ? "–" : `${number(of.value)}${props.unit ?? ""}`}</p>
      <p class="row">
        <span>{of.answers === 0 ? text.noAnswers : plural(text.counted, of.answers)}</span>
        {of.few && of.answers > 0 && <Chip tone="warn">{text.few}</Chip>}
      </p>
      {of.value !== undefined && <p class="sub">{[interval(of), props.more].filter(Boolean).join(" · ")}</p>}
      <p class="sub">{props.what}</p>
    </section>
  );
}

function Cell({ of, unit = "" }: { of: Measure; unit?: string }): JSX.Element {
  const text = t();
  if (of.value === undefined) return <span class="muted">–</span>;
  return (
    <span class="measure" data-few={of.few || undefined}>
      <span>
        <b>{`${number(of.value)}${unit}`}</b>{" "}
        <span class="sub">
          ({plural(text.counted, of.answers)}
          {of.few && `, ${text.few}`})
        </span>
      </span>
      <span class="sub">{interval(of)}</span>
    </span>
  );
}

export function Groups({ report, day }: { report: Report; day: (key: string) => string }): JSX.Element {
  const text = t();
  const name = (group: Group) => (report.by === "day" ? day(group.key) : group.name || text.nobody);
  const columns: readonly Column<Group>[] = [
    { key: "name", title: text[report.by], cell: name },
    { key: "nps", title: text.nps, cell: (group) => <Cell of={group.nps} /> },
    { key: "csi", title: text.csi, cell: (group) => <Cell of={group.csi} unit=" %" /> },
    { key: "right", title: text.right, cell: (group) => <Cell of={group.all_right} unit=" %" /> },
  ];
  return (
    <Table<Group>
      caption={text.by[report.by]}
      columns={columns}
      rows={report.groups}
      rowKey={(group) => group.key}
      empty={<p>{text.none}</p>}
      testid="groups"
    />
  );
}
