/** Cash on delivery on its way: with couriers, in the office, paid to shops. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./cash.css";
import { useResource } from "../../resource";
import { language } from "../../store";
import { ErrorNote } from "../../ui/error_note";
import { Loading, MoneyList } from "../../ui/facts";
import { Segments } from "../../ui/segments";
import { Entries } from "./entries";
import { byOf, type CashPage, pilesOf, sums, TABS, type Tab } from "./model";
import { CashPile } from "./pile";
import { t } from "./texts";
import { Undos } from "./undo";

const EVERY_MS = 15_000;
/** So few are shown with their parcels at once. */
const OPEN_AT_ONCE = 3;

export default function Cash(): JSX.Element {
  const text = t();
  const [tab, setTab] = useState<Tab>("collected");
  const [undone, setUndone] = useState(0);
  return (
    <div class="stack">
      <header class="view-head cash-head">
        <h1>{text.title}</h1>
        <Segments
          label={text.which}
          value={tab}
          options={TABS.map((one) => ({ value: one, label: text.states[one] }))}
          onChange={setTab}
          testid="cash-tab"
        />
      </header>
      <Undos onUndone={() => setUndone(undone + 1)} />
      {tab === "entries" ? <Entries key={undone} /> : <Piles key={`${tab} ${undone}`} state={tab} />}
    </div>
  );
}

function Piles({ state }: { state: "collected" | "handed_in" }): JSX.Element {
  const text = t();
  const read = useResource<CashPage>(`/v1/cash?state=${state}&limit=1`, { every_ms: EVERY_MS });
  const found = byOf(state) === "courier" ? read.data?.couriers : read.data?.merchants;
  const piles = found && pilesOf(found, state, language.value);
  return (
    <>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {piles === undefined && read.error === null && <Loading />}
      {piles?.length === 0 && (
        <div class="pane empty">
          <p>
            <b>{text.none[state]}</b>
          </p>
          {state === "collected" && <p>{text.noneDetail}</p>}
        </div>
      )}
      {piles !== undefined && piles.length > 1 && (
        <p class="cash-total" data-testid="cash-total">
          {text.total}: <MoneyList of={sums(piles.flatMap((pile) => pile.sums))} />
        </p>
      )}
      {piles?.map((pile) => (
        <CashPile
          key={pile.key}
          pile={pile}
          state={state}
          open={piles.length <= OPEN_AT_ONCE}
          onChanged={read.reload}
        />
      ))}
    </>
  );
}
