/** Recipients who are not content, each until somebody closes his case with a word. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "../answers/answers.css";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Loading } from "../../ui/facts";
import { Segments } from "../../ui/segments";
import { toastError } from "../../ui/toast";
import type { Case, CasePage } from "../answers/model";
import { CaseCard } from "./card";
import { t } from "./texts";

const EVERY_MS = 20_000;
const STATES = ["open", "closed"] as const;
type State = (typeof STATES)[number];

export default function Cases(): JSX.Element {
  const text = t();
  const [state, setState] = useState<State>("open");
  return (
    <div class="stack">
      <header class="view-head">
        <div class="narrow-gap">
          <h1>{text.title}</h1>
          <p class="muted">{text.detail}</p>
        </div>
        <Segments
          label={text.which}
          value={state}
          options={STATES.map((one) => ({ value: one, label: text.states[one] }))}
          onChange={setState}
          testid="case-state"
        />
      </header>
      <List key={state} state={state} />
    </div>
  );
}

function List({ state }: { state: State }): JSX.Element {
  const text = t();
  const path = `/v1/cases?state=${state}`;
  const read = useResource<CasePage>(path, { every_ms: EVERY_MS });
  const [older, setOlder] = useState<CasePage | null>(null);
  const first = read.data?.cases ?? [];
  const known = new Set(first.map((one) => one.shipment));
  const cases: readonly Case[] = [
    ...first,
    ...(older?.cases ?? []).filter((one) => !known.has(one.shipment)),
  ];
  const next = (older ?? read.data)?.next;
  const more = async () => {
    try {
      const page = await api.get<CasePage>(`${path}&after=${encodeURIComponent(next ?? "")}`);
      setOlder({ ...page, cases: [...(older?.cases ?? []), ...page.cases] });
    } catch (error) {
      toastError(error);
    }
  };
  const changed = () => {
    setOlder(null);
    read.reload();
  };
  return (
    <>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {read.data === undefined && read.error === null && <Loading />}
      {read.data !== undefined && (
        <p class="muted" data-testid="open-count">
          {plural(text.openCount, read.data.open)}
        </p>
      )}
      {read.data !== undefined && cases.length === 0 && (
        <div class="pane empty">
          <p>
            <b>{text.none[state]}</b>
          </p>
        </div>
      )}
      <ul class="case-cards" data-testid="cases">
        {cases.map((one) => (
          <CaseCard key={one.shipment} of={one} onChanged={changed} />
        ))}
      </ul>
      {next !== undefined && (
        <p>
          <Button onClick={more} testid="more-cases">
            {text.more}
          </Button>
        </p>
      )}
    </>
  );
}
