/** How the system stands: in a sentence first, then part by part. It refreshes itself. */

import type { ComponentChildren, JSX } from "preact";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./status.css";
import { Check, Warning } from "../../../ui/icons";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { formats, language, now_ms } from "../../store";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, Old, Time } from "../../ui/facts";
import {
  away,
  behind,
  byReason,
  down,
  EVERY_MS,
  headlineOf,
  OLD_MS,
  type Put,
  paused,
  type Standing,
  stores,
  toneOf,
} from "./model";
import { t } from "./texts";

export default function Status(): JSX.Element {
  const text = t();
  const read = useResource<Standing>("/v1/status", { every_ms: EVERY_MS });
  const now = read.data;
  if (now === undefined) {
    return (
      <div class="stack">
        <h1>{text.title}</h1>
        {read.error ? <ErrorNote error={read.error} onRetry={read.reload} /> : <Loading />}
      </div>
    );
  }
  const old = now_ms.value - read.at_ms > OLD_MS;
  return (
    <div class="stack" data-testid="status">
      <header class="view-head status-head">
        <h1>{text.title}</h1>
        <p class="muted">
          {fill(text.checked, { ago: formats.value.ago(read.at_ms, now_ms.value) ?? text.now })}
        </p>
      </header>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {old && <Old at_ms={read.at_ms} />}
      <Headline now={now} />
      <div class="status-panes">
        <Parts now={now} />
        <div class="stack">
          <Lags now={now} />
          <PutAside now={now} />
        </div>
      </div>
    </div>
  );
}

function Headline({ now }: { now: Standing }): JSX.Element {
  const text = t();
  const headline = headlineOf(now);
  const tone = toneOf(headline);
  const names = { away, down, behind }[headline as "away" | "down" | "behind"]?.(now).join(", ") ?? "";
  // Without PostgreSQL alone, recipients' pages go on.
  const detail = headline === "away" && names === "PostgreSQL" ? "awayLists" : headline;
  return (
    <section class="pane status-headline" data-tone={tone} data-testid="headline" data-headline={headline}>
      <span class="status-mark" aria-hidden="true">
        {tone === "good" ? <Check /> : <Warning />}
      </span>
      <div role="status" class="narrow-gap">
        <h2>{fill(text.headlines[headline], { names })}</h2>
        <p>{text.details[detail]}</p>
        <p class="muted">
          {paused(now) ? text.paused : text.notPaused}
          {now.sockets != null && ` ${plural(text.sockets, now.sockets)}.`}
        </p>
        {now.canary && <Canary canary={now.canary} />}
      </div>
    </section>
  );
}

function Canary({ canary }: { canary: NonNullable<Standing["canary"]> }): JSX.Element {
  const text = t();
  const time = formats.value.moment(Date.parse(canary.at), now_ms.value);
  return canary.delay_ms == null ? (
    <p class="status-lost">{fill(text.canaryLost, { time, why: canary.detail || "—" })}</p>
  ) : (
    <p class="muted">{fill(text.canary, { time, delay: seconds(canary.delay_ms / 1000) })}</p>
  );
}

function seconds(s: number): string {
  const n = new Intl.NumberFormat(language.value, {
    maximumFractionDigits: s < 1 ? 2 : s < 10 ? 1 : 0,
  }).format(s);
  return fill(t().seconds_, { n });
}

function Parts({ now }: { now: Standing }): JSX.Element {
  const text = t();
  const roles: Readonly<Record<string, string>> = text.roles;
  return (
    <Grid title={text.parts} heads={[text.part, text.does, ""]}>
      {stores(now).map(([name, store]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td class="sub">{store.up ? "" : (store.detail ?? "")}</td>
          <td>
            <Chip tone={store.up ? "good" : "bad"}>{store.up ? text.here : text.notReady}</Chip>
          </td>
        </tr>
      ))}
      {now.parts.map((part) => (
        <tr key={part.part} data-part={part.part}>
          <th scope="row">{part.part}</th>
          <td class="sub">
            {roles[part.role]}
            {!part.ready && part.detail && (
              <>
                <br />
                {part.detail}
              </>
            )}
          </td>
          <td>
            <span class="status-ready">
              <Chip tone={part.ready ? "good" : "bad"}>{part.ready ? text.ready : text.notReady}</Chip>
              {part.since && (
                <span class="sub">
                  <Since at={part.since} />
                </span>
              )}
            </span>
          </td>
        </tr>
      ))}
    </Grid>
  );
}

function Since({ at }: { at: string }): JSX.Element {
  const [before, after] = t().since.split("{time}");
  return (
    <>
      {before}
      <Time at={at} />
      {after}
    </>
  );
}

function Lags({ now }: { now: Standing }): JSX.Element {
  const text = t();
  const late = behind(now);
  if (now.lag == null) {
    return (
      <section class="pane">
        <h2>{text.lag}</h2>
        <p class="muted">{text.lagUnknown}</p>
      </section>
    );
  }
  return (
    <Grid title={text.lag} heads={[text.worker, text.members, text.records, text.seconds]} numbers>
      {now.lag.map((lag) => (
        <tr key={lag.role} data-tone={late.includes(lag.role) ? "warn" : undefined}>
          <th scope="row">{lag.role}</th>
          <td>{formats.value.number(lag.members)}</td>
          <td>{formats.value.number(lag.records)}</td>
          <td>{seconds(lag.seconds)}</td>
        </tr>
      ))}
    </Grid>
  );
}

function PutAside({ now }: { now: Standing }): JSX.Element {
  const text = t();
  const put = now.put_aside;
  return (
    <section class="pane" data-testid="put-aside">
      <h2>{text.put}</h2>
      {put == null && <p class="muted">{text.lagUnknown}</p>}
      {put?.length === 0 && <p class="muted">{text.putNone}</p>}
      {put != null && put.length > 0 && (
        <div class="stack">
          <Reasons title={text.letters} put={put} parked={false} />
          <Reasons title={text.parked} put={put} parked={true} />
        </div>
      )}
    </section>
  );
}

function Reasons(props: { title: string; put: readonly Put[]; parked: boolean }): JSX.Element | null {
  const reasons: Readonly<Record<string, string>> = t().reasons;
  const found = byReason(props.put, props.parked);
  if (found.length === 0) return null;
  return (
    <div class="narrow-gap">
      <h3>{props.title}</h3>
      <ul class="status-reasons">
        {found.map(({ reason, count }) => (
          <li key={reason}>
            <b class="numbers">{formats.value.number(count)}</b>
            <span>
              {reasons[reason] ?? reason} {reasons[reason] && <code class="sub">{reason}</code>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Grid(props: {
  title: string;
  heads: readonly string[];
  numbers?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="pane">
      <h2>{props.title}</h2>
      <table class="status-grid" data-numbers={props.numbers || undefined}>
        <caption class="unseen">{props.title}</caption>
        <thead>
          <tr>
            {props.heads.map((head, i) =>
              head === "" ? (
                <td key={`${head}${i}`} />
              ) : (
                <th key={head} scope="col">
                  {head}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}
