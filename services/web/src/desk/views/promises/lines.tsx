/** Lines of the report as a table, with what may be said of them. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Chip, type Tone } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { type Line, type Verdict, verdictOf } from "./model";
import { minutes, number, percent, some } from "./numbers";
import { t } from "./texts";

const TONES: Readonly<Record<Verdict, Tone>> = {
  none: "plain",
  few: "warn",
  below: "bad",
  above: "plain",
  holds: "good",
};

export function Lines(props: {
  title: string;
  head: string;
  lines: readonly Line[];
  stated: number;
  name: (line: Line) => string;
  testid: string;
}): JSX.Element {
  const text = t();
  const columns: readonly Column<Line>[] = [
    { key: "name", title: props.head, cell: props.name },
    { key: "attempts", title: text.attemptsHead, cell: (line) => number(line.attempts), align: "end" },
    { key: "hit", title: text.hit, cell: (line) => <Rate line={line} stated={props.stated} /> },
    { key: "width", title: text.width, cell: (line) => <Width line={line} /> },
    { key: "came", title: text.came, cell: (line) => some(line, line.came), align: "end", minor: true },
    { key: "unknown", title: text.unknown, cell: (line) => some(line, line.unknown), align: "end" },
    {
      key: "undelivered",
      title: text.undelivered,
      cell: (line) => some(line, line.undelivered),
      align: "end",
    },
  ];
  return (
    <Table<Line>
      caption={props.title}
      columns={columns}
      rows={props.lines}
      rowKey={(line) => line.key}
      testid={props.testid}
    />
  );
}

function Rate({ line, stated }: { line: Line; stated: number }): JSX.Element {
  const text = t();
  const verdict = verdictOf(line, stated);
  if (verdict === "none") return <span class="muted">–</span>;
  return (
    <span class="rate" data-few={verdict === "few" || undefined}>
      <span>
        <b>{percent(line.rate, 1)}</b> <Chip tone={TONES[verdict]}>{text.verdicts[verdict]}</Chip>
      </span>
      <span class="sub">
        {fill(text.interval, { low: percent(line.least, 1), high: percent(line.most, 1) })}
      </span>
    </span>
  );
}

function Width({ line }: { line: Line }): JSX.Element {
  if (line.width_p50_min === undefined) return <span class="muted">–</span>;
  return (
    <span class="rate">
      <b>{minutes(line.width_p50_min)}</b>
      <span class="sub">
        {fill(t().widths, { p10: minutes(line.width_p10_min), p90: minutes(line.width_p90_min) })}
      </span>
    </span>
  );
}
