/** His day: duty and whether positions get through, the next stop, the others, what is done. */

import { fill } from "../../i18n/text";
import { Cash } from "../../ui/icons";
import { LanguageSwitch } from "../../ui/language_switch";
import { current } from "../current";
import { cashTaken, stopsOf } from "../merge";
import {
  chooseLanguage,
  day,
  dayFailed,
  formats,
  kept,
  language,
  now_ms,
  onDuty,
  open,
  text,
} from "../store";
import { show, stack } from "../views";
import { Duty } from "./duty";
import { NextStop } from "./next_stop";
import { Notices } from "./notices";
import { DoneList, StopList } from "./stop_list";
import { UndoBar } from "./undo_bar";

/** So long without a new answer is told. */
const STALE_MS = 60_000;

export function DayPage() {
  const shown = day.value;
  if (shown === null) return null;
  const { day: words, page } = text.value;
  const stops = stopsOf(shown);
  const [next, ...others] = open.value;
  const done = stops.filter((stop) => stop.done);
  const fetched_ms = kept.value?.fetched_ms ?? 0;
  const stale = dayFailed.value && now_ms.value - fetched_ms > STALE_MS;
  const waiting = shown.routes.find(
    (route) => route.set_out_at === undefined && route.stops.some((s) => !s.done),
  );
  const state = next === undefined ? (stops.length === 0 ? "empty" : "finished") : "stops";
  return (
    <main class="courier" data-testid="courier" data-state={state} data-duty={onDuty.value ? "on" : "off"}>
      <header class="top">
        <h1 class="who">{shown.name ?? page.title}</h1>
        <LanguageSwitch language={language.value} label={page.language} onChange={chooseLanguage} />
      </header>
      <Duty />
      <Notices />
      {stale && (
        <p class="stale">{fill(words.stale, { time: formats.value.moment(fetched_ms, now_ms.value) })}</p>
      )}
      {next === undefined ? (
        <section class="card nothing" data-testid="nothing">
          <h2>{stops.length === 0 ? words.empty : words.finished}</h2>
          <p>{stops.length === 0 ? words.emptyDetail : words.finishedDetail}</p>
        </section>
      ) : (
        <>
          {waiting !== undefined && (
            <SetOut route={waiting.route} stops={waiting.stops.filter((s) => !s.done).length} />
          )}
          <NextStop stop={next} />
        </>
      )}
      {others.length > 0 && <StopList stops={others} first={done.length + 2} />}
      {done.length > 0 && <DoneList stops={done} />}
      <CashToday />
      <nav class="foot" aria-label={page.menu}>
        <button type="button" class="quiet" onClick={() => show({ name: "background" })}>
          {text.value.background.title}
        </button>
      </nav>
      {stack.value.length === 0 && <UndoBar />}
    </main>
  );
}

function SetOut({ route, stops }: { route: string; stops: number }) {
  const { day: words } = text.value;
  const act = () => void current.value?.act([{ kind: "set_out", payload: { route } }], "undoable");
  return (
    <section class="card set-out">
      <button type="button" class="big primary" data-testid="set-out" onClick={act}>
        {words.setOut} · {text.value.count("stops", stops)}
      </button>
      <p>{words.setOutDetail}</p>
    </section>
  );
}

function CashToday() {
  const sums = day.value === null ? [] : cashTaken(day.value);
  if (sums.length === 0) return null;
  return (
    <p class="cash-today" data-testid="cash-today">
      <Cash />
      <span>{text.value.day.cashToday}</span>
      <b>{sums.map((sum) => formats.value.money(sum)).join(" + ")}</b>
    </p>
  );
}
