/** When the driver comes: the page's main sentence, why it changed, and the same for the reader's calendar. */

import type { Snapshot } from "../contracts";
import { fill } from "../i18n/text";
import { download } from "../ui/download";
import { Calendar, Chevron } from "../ui/icons";
import { type Coming, changesOf, wasOf } from "../view/arrival";
import { entryOf, icalendar } from "../view/calendar";
import { distance_m, middle, sceneOf } from "../view/scene";
import { serverNow } from "../view/state";
import { coming, formats, now_ms, state, text } from "./store";

export function Arrival() {
  const told = coming.value;
  const { view } = state.value;
  return (
    <div class="arrival" data-testid="arrival" data-is={told?.is ?? "none"}>
      {/* Always there, so that what is put into it is announced; what ticks stands below it. */}
      <div role="status">{told !== null && <Told told={told} />}</div>
      {told !== null && view !== null && (
        <>
          <Near told={told} />
          {told.agreed !== null && (
            <p class="detail" data-testid="agreed">
              {told.agreed.text}
              {told.agreed.missed && <em> · {text.value.arrival.missed}</em>}
            </p>
          )}
          {told.zone !== "" && (
            <p class="detail" data-testid="zone">
              {told.zone}
            </p>
          )}
          <div class="arrival-more">
            {told.slot !== null && <AddToCalendar view={view} slot={told.slot} />}
            <Changes view={view} told={told} />
          </div>
        </>
      )}
    </div>
  );
}

function Told({ told }: { told: Coming }) {
  return (
    <>
      <h2 data-testid="window">
        {told.lead !== "" && <span class="lead">{told.lead}: </span>}
        <Kept text={told.headline} whole={told.whole} />
      </h2>
      {told.notes.map((note) => (
        <p key={note} class="detail">
          {note}
        </p>
      ))}
    </>
  );
}

/** A text of which one part is not broken. An empty text would be written anew, and announced, on each tick. */
function Kept({ text, whole }: { text: string; whole: string }) {
  const at = whole === "" ? -1 : text.indexOf(whole);
  if (at < 0) return <>{text}</>;
  const [before, after] = [text.slice(0, at), text.slice(at + whole.length)];
  return (
    <>
      {before !== "" && before}
      <span class="whole">{whole}</span>
      {after !== "" && after}
    </>
  );
}

/** How soon, and how far he is. */
function Near({ told }: { told: Coming }) {
  const away = distance();
  if (told.soon === "" && away === null) return null;
  return (
    <p class="near">
      {told.soon !== "" && <span data-testid="soon">{told.soon}</span>}
      {away !== null && <span data-testid="distance">{away}</span>}
    </p>
  );
}

/** What one reads off the map, in words. */
function distance(): string | null {
  const scene = sceneOf(state.value, now_ms.value);
  if (scene.home === null) return null;
  const { facts } = text.value;
  if (scene.driver !== null && !scene.driver.stale) {
    return fill(facts.distance, { distance: formats.value.distance(distance_m(scene.driver, scene.home)) });
  }
  if (scene.area === null) return null;
  const metres = distance_m(middle(scene.area), scene.home);
  return fill(facts.distanceArea, { distance: formats.value.distance(metres) });
}

function Changes({ view, told }: { view: Snapshot; told: Coming }) {
  const server_ms = serverNow(state.value, now_ms.value);
  const changes = changesOf(view, server_ms, text.value, formats.value);
  if (changes.length === 0) return null;
  // Elsewhere the notes say what was told last.
  const was = told.is === "told" ? wasOf(view, server_ms, text.value, formats.value) : "";
  return (
    <details class="changes" data-testid="changes">
      <summary>
        <span>
          {was !== "" && <span data-testid="was">{was}</span>}
          <span class={was === "" ? undefined : "unseen"}> {text.value.arrival.changes}</span>
        </span>
        <Chevron />
      </summary>
      <ol>
        {changes.map((change) => (
          <li key={change.at_ms}>
            <time dateTime={new Date(change.at_ms).toISOString()}>{change.when}</time>
            <p>
              <b>{change.told}</b>
              <span>{change.why}</span>
            </p>
          </li>
        ))}
      </ol>
    </details>
  );
}

function AddToCalendar({ view, slot }: { view: Snapshot; slot: NonNullable<Coming["slot"]> }) {
  const { calendar } = text.value.arrival;
  const save = () => {
    const server_ms = serverNow(state.value, Date.now());
    const entry = entryOf(view, slot, location.hostname, server_ms, text.value, formats.value);
    const name = fill(calendar.file, { order: view.shipment.order_number });
    download(`${name}.ics`, icalendar(entry), "text/calendar;charset=utf-8");
  };
  return (
    <button type="button" class="calendar" data-testid="calendar" onClick={save}>
      <Calendar />
      {calendar.add}
    </button>
  );
}
