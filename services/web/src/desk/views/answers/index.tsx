/** What recipients answer: figures with their counts, and the answers one by one. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./answers.css";
import { api } from "../../api";
import { useResource } from "../../resource";
import { address, navigate } from "../../router";
import { language } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Loading, Time } from "../../ui/facts";
import { Narrowed } from "../../ui/narrowed";
import { Segments } from "../../ui/segments";
import { type Column, Table } from "../../ui/table";
import { toastError } from "../../ui/toast";
import { Figures, Groups } from "./figures";
import {
  ALL,
  type AnswerPage,
  type AnswerRow,
  BYS,
  type By,
  DAYS,
  queryOf,
  type Report,
  type Wanted,
  wantedOf,
} from "./model";
import { t } from "./texts";
import { Mark, Words } from "./words";

const EVERY_MS = 60_000;

export default function Answers(): JSX.Element {
  const text = t();
  const wanted = wantedOf(address.value.query);
  const [by, setBy] = useState<By>("shop");
  const figures = { ...wanted, bad: false, words: false };
  const report = useResource<Report>(`/v1/answers/report${queryOf(figures, { by })}`, { every_ms: EVERY_MS });
  const want = (change: Partial<Wanted>) =>
    navigate(`/desk/answers${queryOf({ ...wanted, ...change })}`, { replace: true });
  return (
    <div class="stack">
      <header class="view-head">
        <div class="narrow-gap">
          <h1>{text.title}</h1>
          <p class="muted">{text.detail}</p>
        </div>
        <a class="button" href="/desk/cases">
          {text.cases}
        </a>
      </header>
      <Narrowed text={text} name="answers" days={DAYS} wanted={wanted} want={want} />
      {report.error !== null && <ErrorNote error={report.error} onRetry={report.reload} />}
      {report.data === undefined && report.error === null && <Loading />}
      {report.data !== undefined && (
        <>
          <Figures report={report.data} />
          <Segments
            label={text.byLabel}
            value={by}
            options={BYS.map((one) => ({ value: one, label: text.by[one] }))}
            onChange={setBy}
            testid="answers-by"
          />
          <Groups report={report.data} day={dayOf} />
        </>
      )}
      <List key={queryOf(wanted)} wanted={wanted} want={want} />
    </div>
  );
}

/** A calendar day as the reader writes it. */
function dayOf(key: string): string {
  const at = new Date(`${key}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return key;
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeZone: "UTC" }).format(at);
}

function List({ wanted, want }: { wanted: Wanted; want: (change: Partial<Wanted>) => void }): JSX.Element {
  const text = t();
  const read = useResource<AnswerPage>(`/v1/answers${queryOf(wanted)}`, { every_ms: EVERY_MS });
  const [older, setOlder] = useState<AnswerPage | null>(null);
  const known = new Set((read.data?.answers ?? []).map(keyOf));
  const rows = read.data && [
    ...read.data.answers,
    ...(older?.answers ?? []).filter((answer) => !known.has(keyOf(answer))),
  ];
  const next = (older ?? read.data)?.next;
  const more = async () => {
    try {
      const page = await api.get<AnswerPage>(`/v1/answers${queryOf(wanted, { after: next ?? "" })}`);
      setOlder({ ...page, answers: [...(older?.answers ?? []), ...page.answers] });
    } catch (error) {
      toastError(error);
    }
  };
  const narrowed = queryOf({ ...wanted, days: ALL.days }) !== "";
  return (
    <section class="stack" aria-labelledby="answers-list">
      <h2 id="answers-list">{text.list}</h2>
      <div class="filters">
        <label class="toggle">
          <input
            type="checkbox"
            checked={wanted.bad}
            data-testid="only-bad"
            onChange={(event) => want({ bad: event.currentTarget.checked })}
          />
          {text.onlyBad}
        </label>
        <label class="toggle">
          <input
            type="checkbox"
            checked={wanted.words}
            data-testid="only-words"
            onChange={(event) => want({ words: event.currentTarget.checked })}
          />
          {text.onlyWords}
        </label>
      </div>
      <Table<AnswerRow>
        caption={text.list}
        columns={columns()}
        rows={rows}
        rowKey={keyOf}
        href={(answer) => `/desk/shipments/${encodeURIComponent(answer.shipment)}`}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        empty={<p>{narrowed ? text.noneFits : text.none}</p>}
        testid="answers"
      />
      {next !== undefined && (
        <p>
          <Button onClick={more} testid="more-answers">
            {text.more}
          </Button>
        </p>
      )}
    </section>
  );
}

function keyOf(answer: AnswerRow): string {
  return `${answer.shipment} ${answer.question}`;
}

function columns(): readonly Column<AnswerRow>[] {
  const text = t();
  return [
    { key: "order", title: text.order, cell: (answer) => answer.order_number },
    { key: "question", title: text.question, cell: (answer) => <Mark answer={answer} /> },
    { key: "said", title: text.said, cell: (answer) => <Words words={answer.words} /> },
    { key: "name", title: text.recipient, cell: (answer) => answer.name ?? "", minor: true },
    { key: "shop", title: text.shop, cell: (answer) => answer.shop },
    {
      key: "courier",
      title: text.courier,
      cell: (answer) => answer.courier_name ?? answer.courier ?? "",
      minor: true,
    },
    { key: "at", title: text.when, cell: (answer) => <Time at={answer.at} how="dated" /> },
  ];
}
