/** A file of parcels is dropped here; what becomes of it has an address of its own. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./import.css";
import { api } from "../../api";
import { useShops } from "../../names";
import { useResource } from "../../resource";
import { navigate } from "../../router";
import { language } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, Time } from "../../ui/facts";
import { Choice } from "../../ui/field";
import { Import as ImportIcon } from "../../ui/icons";
import { type FileFault, fileFault, type ImportSummary, stepOf } from "./model";
import { stateName } from "./steps";
import { t } from "./texts";

export default function ImportView(): JSX.Element {
  const text = t();
  const shops = useShops();
  const known = shops.data?.merchants ?? [];
  const earlier = useResource<{ imports: readonly ImportSummary[] }>("/v1/imports", { every_ms: 15_000 });
  const [chosen, setChosen] = useState("");
  const merchant = chosen || (known[0]?.merchant ?? "");
  return (
    <div class="stack">
      <header class="view-head import-head">
        <h1>{text.title}</h1>
        <p class="muted">{text.detail}</p>
      </header>
      {shops.error !== null && <ErrorNote error={shops.error} onRetry={shops.reload} />}
      {shops.data === undefined && shops.error === null && <Loading />}
      {shops.data !== undefined && known.length === 0 && (
        <p class="note" data-tone="warn">
          <a href="/desk/shops/new">{text.noShop}</a>
        </p>
      )}
      {known.length > 0 && (
        <section class="pane form">
          <Choice
            label={text.shop}
            value={merchant}
            options={known.map((shop) => ({ value: shop.merchant, label: shop.name }))}
            onChange={setChosen}
            testid="import-shop"
          />
          <DropZone merchant={merchant} />
          <p class="hint">
            {text.format}{" "}
            <a href={`/v1/imports/template.csv?lang=${language.value}`} download data-testid="template">
              {text.template}
            </a>
          </p>
        </section>
      )}
      {earlier.data !== undefined && earlier.data.imports.length > 0 && (
        <section class="pane" aria-labelledby="earlier-title">
          <h2 id="earlier-title">{text.earlier}</h2>
          <ul class="imports">
            {earlier.data.imports.map((one) => (
              <li key={one.import_id} class="row">
                <a href={`/desk/import/${one.import_id}`}>
                  <Time at={one.created_at} how="dated" />
                </a>
                <span class="muted">
                  {fill(text.forShop, {
                    shop: known.find((shop) => shop.merchant === one.merchant)?.name ?? one.merchant,
                  })}
                </span>
                <Chip tone={one.state === "failed" ? "bad" : stepOf(one.state) === 4 ? "good" : "accent"}>
                  {stateName(one.state)}
                </Chip>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function DropZone({ merchant }: { merchant: string }): JSX.Element {
  const text = t();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<FileFault | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = async (file: File | undefined) => {
    if (file === undefined || sending) return;
    setError(null);
    const wrong = fileFault(file);
    setFault(wrong);
    if (wrong !== null) return;
    setSending(true);
    const body = new FormData();
    body.set("file", file);
    body.set("merchant", merchant);
    body.set("dry_run", "true");
    try {
      const made = await api.call<{ import_id: string }>("POST", "/v1/imports", { body });
      navigate(`/desk/import/${made.import_id}`);
    } catch (failed) {
      setError(failed);
      setSending(false);
    }
    if (input.current !== null) input.current.value = "";
  };
  return (
    <div class="narrow-gap">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keys */}
      <div
        class="drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void send(event.dataTransfer?.files[0]);
        }}
      >
        <ImportIcon />
        <p>
          <b>{text.drop}</b> {text.or}
        </p>
        <Button kind="main" busy={sending} onClick={() => input.current?.click()}>
          {sending ? text.sending : text.choose}
        </Button>
        <input
          ref={input}
          type="file"
          class="unseen"
          tabIndex={-1}
          accept=".csv,.tsv,.txt,text/csv"
          aria-label={text.choose}
          data-testid="import-file"
          onChange={(event) => send(event.currentTarget.files?.[0])}
        />
      </div>
      {fault !== null && (
        <p class="note" data-tone="bad" role="alert">
          {text.faults[fault]}
        </p>
      )}
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}
