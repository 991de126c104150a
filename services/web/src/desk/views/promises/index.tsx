/** Keeping account of promises: how windows held, how wide they were, and whose. */

import { Fragment, type JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./promises.css";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { address, navigate } from "../../router";
import { now_ms } from "../../store";
import { ErrorNote } from "../../ui/error_note";
import { Loading } from "../../ui/facts";
import { Narrowed } from "../../ui/narrowed";
import { Segments } from "../../ui/segments";
import { Lines } from "./lines";
import {
  BYS,
  type By,
  DAYS,
  linesOf,
  pathOf,
  queryOf,
  type Report,
  verdictOf,
  type Wanted,
  wantedOf,
} from "./model";
import { nameOf, number, percent, some } from "./numbers";
import { Calibration, Sharpness } from "./plots";
import { t } from "./texts";

const EVERY_MS = 5 * 60_000;

export default function Promises(): JSX.Element {
  const text = t();
  const wanted = wantedOf(address.value.query);
  const read = useResource<Report>(pathOf(wanted, now_ms.value), { every_ms: EVERY_MS });
  const report = read.data;
  const want = (change: Partial<Wanted>) =>
    navigate(`/desk/promises${queryOf({ ...wanted, ...change })}`, { replace: true });
  return (
    <div class="stack" data-testid="promises">
      <header class="view-head">
        <div class="narrow-gap">
          <h1>{text.title}</h1>
          <p class="muted">{text.detail}</p>
        </div>
      </header>
      <Narrowed text={text} name="promises" days={DAYS} wanted={wanted} want={want} />
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {report === undefined && read.error === null && <Loading />}
      {report !== undefined && report.attempts === 0 && (
        <div class="pane empty" data-testid="promises-none">
          <p>
            <b>{text.none}</b>
          </p>
          <p>{text.noneDetail}</p>
        </div>
      )}
      {report !== undefined && report.attempts > 0 && <Account report={report} />}
    </div>
  );
}

function Account({ report }: { report: Report }): JSX.Element {
  const text = t();
  const [by, setBy] = useState<By>("courier");
  const lines = linesOf(report, by);
  const few = [...report.by_horizon, ...lines].some((line) => verdictOf(line, report.stated) === "few");
  return (
    <>
      <p>
        {[plural(text.attempts, report.attempts), plural(text.delivered, report.delivered)].join(", ")}.
        {report.bounded && ` ${text.newest}`}
      </p>
      <Figures report={report} />
      <div class="plots">
        <Calibration report={report} />
        <Sharpness report={report} />
      </div>
      {few && (
        <p class="note" data-tone="warn" data-testid="few">
          {text.fewNote}
        </p>
      )}
      <section class="stack" aria-labelledby="by-horizon">
        <h2 id="by-horizon">{text.byHorizon}</h2>
        <Lines
          title={text.byHorizon}
          head={text.beforeHead}
          lines={report.by_horizon}
          stated={report.stated}
          name={(line) => fill(text.before, { n: line.key })}
          testid="by-horizon"
        />
      </section>
      <section class="stack" aria-labelledby="by-others">
        <h2 id="by-others">{text.by[by]}</h2>
        <Segments
          label={text.byLabel}
          value={by}
          options={BYS.map((one) => ({ value: one, label: text.by[one] }))}
          onChange={setBy}
          testid="promises-by"
        />
        <Lines
          title={text.by[by]}
          head={text.heads[by]}
          lines={lines}
          stated={report.stated}
          name={(line) => nameOf(line, by)}
          testid="by-others"
        />
      </section>
      {report.overall.looks > 0 && <Wider report={report} />}
    </>
  );
}

function Figures({ report }: { report: Report }): JSX.Element {
  const text = t();
  const { overall, revisions } = report;
  const what = fill(text.heldWhat, { stated: percent(report.stated) });
  const revised = fill(text.revisedWhat, { p50: number(revisions.p50), p90: number(revisions.p90) });
  return (
    <div class="promise-figures">
      <Figure title={text.held} value={some(overall, overall.hits)} what={what} />
      <Figure title={text.cameRate} value={some(overall, overall.came)} what={text.cameWhat} />
      <Figure title={text.unknownRate} value={some(overall, overall.unknown)} what={text.unknownWhat} />
      <Figure title={text.revised} value={number(revisions.mean, 1)} what={revised} />
    </div>
  );
}

function Figure(props: { title: string; value: string; what: string }): JSX.Element {
  return (
    <section class="pane promise-figure">
      <h2>{props.title}</h2>
      <p class="value">{props.value}</p>
      <p class="sub">{props.what}</p>
    </section>
  );
}

function Wider({ report }: { report: Report }): JSX.Element {
  const text = t();
  return (
    <details class="pane">
      <summary>{text.wider}</summary>
      <dl class="pairs">
        {report.curve.map((point) => (
          <Fragment key={point.scale}>
            <dt>{fill(text.times, { n: number(point.scale, 2) })}</dt>
            <dd class="numbers">
              {percent(point.rate, 1)} {text.wouldHold}
            </dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
