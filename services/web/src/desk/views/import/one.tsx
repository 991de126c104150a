/** One import: what was understood, what is wrong with which row, the routes it leads to, and applying it. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./import.css";
import { Back } from "../../../ui/icons";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useCouriers, useShops } from "../../names";
import { navigate } from "../../router";
import { may } from "../../session";
import { formats, language, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { Loading } from "../../ui/facts";
import { toast, toastError } from "../../ui/toast";
import type { ViewProps } from "../../views";
import { type ImportDocument, moving, wouldBeMade } from "./model";
import { Routes } from "./routes";
import { Rows } from "./rows";
import { Sharing, type Wish } from "./sharing";
import { Steps } from "./steps";
import { t } from "./texts";

const EVERY_MS = 700;

export default function ImportOne({ params }: ViewProps): JSX.Element {
  const text = t();
  const path = `/v1/imports/${encodeURIComponent(params.id ?? "")}`;
  const { found, error, reload } = useImport(path);
  return (
    <div class="stack" data-testid="import" data-state={found?.state}>
      <a class="back" href="/desk/import">
        <Back />
        {text.title}
      </a>
      {error !== null && <ErrorNote error={error} onRetry={reload} />}
      {found === null && error === null && <Loading />}
      {found !== null && <Found found={found} path={path} reload={reload} />}
    </div>
  );
}

/** Asks again while it goes on by itself: with its rows once there is something to do about them. */
function useImport(path: string) {
  const [found, setFound] = useState<ImportDocument | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState(0);
  const tongue = language.value;
  useEffect(() => {
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const options = { signal: over.signal, headers: { "Accept-Language": tongue } };
    const ask = async () => {
      try {
        let next = await api.get<ImportDocument>(`${path}?rows=none`, options);
        if (!moving(next.state)) next = await api.get<ImportDocument>(path, options);
        if (over.signal.aborted) return;
        setError(null);
        setFound((before) => (moving(next.state) && before !== null ? { ...before, ...next } : next));
        if (moving(next.state)) timer = setTimeout(ask, EVERY_MS);
      } catch (failed) {
        if (over.signal.aborted) return;
        setError(failed);
        timer = setTimeout(ask, 5 * EVERY_MS);
      }
    };
    void ask();
    return () => {
      over.abort();
      clearTimeout(timer);
    };
  }, [path, tongue, asked]);
  return { found, error, reload: () => setAsked((n) => n + 1) };
}

interface Props {
  found: ImportDocument;
  path: string;
  reload: () => void;
}

function Found({ found, path, reload }: Props): JSX.Element {
  const text = t();
  const [confirmed, setConfirmed] = useState<ReadonlySet<number>>(new Set());
  const [wish, setWish] = useState<Wish>({ who: "everyone", chosen: new Set() });
  const couriers = (useCouriers().data?.couriers ?? []).filter((one) => one.active !== false);
  const shops = useShops().data?.merchants ?? [];
  const rows = found.rows ?? [];
  const n = wouldBeMade(rows, confirmed);
  const apply = async () => {
    const sure = await confirm({
      title: plural(text.applyTitle, n),
      text: text.applyDetail,
      action: plural(text.apply, n),
    });
    if (!sure) return;
    const body = {
      confirm: [...confirmed],
      ...(wish.who === "everyone" ? {} : { couriers: wish.who === "nobody" ? [] : [...wish.chosen] }),
    };
    try {
      await api.call("POST", `${path}/apply`, { body });
    } catch (error) {
      toastError(error);
    }
    reload();
  };
  const throwAway = async () => {
    try {
      await api.call("DELETE", path);
      if (found.state !== "done") toast({ message: text.thrownAway });
      navigate("/desk/import");
    } catch (error) {
      toastError(error);
    }
  };
  const shop = shops.find((one) => one.merchant === found.merchant)?.name ?? found.merchant;
  return (
    <>
      <header class="view-head import-head">
        <h1>{text.title}</h1>
        <span class="muted">{fill(text.forShop, { shop })}</span>
        {may("staff") && !moving(found.state) && (
          <>
            <Button kind="quiet" onClick={throwAway} testid="throw-away">
              {found.state === "done" ? text.removeList : text.throwAway}
            </Button>
            {found.state === "ready" && (
              <Button kind="main" disabled={n === 0} onClick={apply} testid="apply">
                {plural(text.apply, n)}
              </Button>
            )}
          </>
        )}
      </header>
      <section class="pane stack">
        <Steps found={found} />
        {found.state === "failed" && (
          <div class="note" data-tone="bad" role="alert" data-testid="import-failed">
            <span>
              <b>{found.fault?.message ?? found.error ?? text.failed}</b> {found.fault?.what_to_do}{" "}
              {text.failedDetail}
            </span>
          </div>
        )}
        {found.state === "done" && (
          <p class="note" data-tone="good" data-testid="import-done">
            <b>{plural(text.done, found.counts.registered)}</b>
            <span class="row">
              <a href="/desk/shipments">{text.toShipments}</a>
              <a href="/desk">{text.toToday}</a>
            </span>
          </p>
        )}
        {found.counts.total > 0 && <Counted found={found} />}
        <p class="sub">
          {fill(text.expires, { time: formats.value.moment(Date.parse(found.expires_at), now_ms.value) })}
        </p>
      </section>
      {(found.columns?.length ?? 0) > 0 && <Columns found={found} />}
      {found.state === "ready" && may("staff") && (
        <Sharing wish={wish} couriers={couriers} onChange={setWish} />
      )}
      {(found.routes?.length ?? 0) > 0 && <Routes routes={found.routes ?? []} />}
      {rows.length > 0 && (
        <Rows
          found={found}
          rows={rows}
          confirmed={confirmed}
          onConfirm={found.state === "ready" && may("staff") ? setConfirmed : null}
        />
      )}
    </>
  );
}

function Counted({ found }: { found: ImportDocument }): JSX.Element {
  const text = t();
  const { good, confirm: unsure, bad } = found.counts;
  return (
    <ul class="import-counts" data-testid="import-counts">
      <li data-tone="good">{plural(text.good, good)}</li>
      {unsure > 0 && <li data-tone="warn">{plural(text.doubtful, unsure)}</li>}
      {bad > 0 && <li data-tone="bad">{plural(text.bad, bad)}</li>}
    </ul>
  );
}

function Columns({ found }: { found: ImportDocument }): JSX.Element {
  const text = t();
  const meanings: Readonly<Record<string, string>> = text.meanings;
  return (
    <details class="pane import-columns" open={found.columns?.some((column) => !column.meaning)}>
      <summary>
        <h2>{text.columns}</h2>
      </summary>
      <dl class="pairs">
        {found.columns?.map((column, i) => (
          <>
            <dt key={`${column.column}${i}`}>{column.column || "—"}</dt>
            <dd>
              {column.meaning ? (
                <b>{meanings[column.meaning] ?? column.meaning}</b>
              ) : (
                <span class="muted">{text.notUsed}</span>
              )}
              {column.by === "content" && <span class="sub"> {text.byContent}</span>}
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}
