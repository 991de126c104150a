/** Every stage with its time and place, the newest first. */

import type { Snapshot, Stage } from "../contracts";
import { capital, fill, statusText } from "../i18n/text";
import { tagOf } from "../view/phase";
import { serverNow } from "../view/state";
import { Proofs } from "./proofs";
import { formats, now_ms, state, text } from "./store";

export function Stages({ view }: { view: Snapshot }) {
  const stages = [...(view.shipment.stages ?? [])].reverse();
  const server_ms = serverNow(state.value, now_ms.value);
  const zone = formats.value.zone(server_ms);
  return (
    <section class="stages" aria-labelledby="stages-title">
      <h2 id="stages-title">{text.value.stages.title}</h2>
      {stages.length === 0 && <p class="detail">{text.value.stages.none}</p>}
      <ol data-testid="stages">
        {stages.map((stage, i) => (
          <Item
            key={`${stage.at_ms} ${stage.substatus}`}
            stage={stage}
            current={i === 0}
            day={newDay(stages, i, server_ms) ? formats.value.day(stage.at_ms, server_ms) : null}
          />
        ))}
      </ol>
      {zone !== null && <p class="detail">{fill(text.value.facts.zone, { zone })}</p>}
    </section>
  );
}

function newDay(stages: readonly Stage[], i: number, server_ms: number): boolean {
  const [before, stage] = [stages[i - 1], stages[i]];
  if (stage === undefined) return false;
  return (
    before === undefined ||
    formats.value.day(before.at_ms, server_ms) !== formats.value.day(stage.at_ms, server_ms)
  );
}

const BAD = ["AttemptFail", "Exception", "Expired"];

function Item({ stage, current, day }: { stage: Stage; current: boolean; day: string | null }) {
  const attempt = stage.attempt ?? 0;
  const tone = BAD.includes(tagOf(stage.substatus)) ? "bad" : "good";
  return (
    <li data-current={current} data-tone={tone} aria-current={current ? "step" : undefined}>
      {day !== null && <p class="day">{capital(day)}</p>}
      <p class="what">
        <span class="name">{statusText(text.value, stage.substatus).name}</span>
        <time dateTime={new Date(stage.at_ms).toISOString()}>{formats.value.time(stage.at_ms)}</time>
      </p>
      {(stage.place !== undefined || attempt > 1) && (
        <p class="where">
          {[stage.place, attempt > 1 ? fill(text.value.stages.attempt, { n: String(attempt) }) : undefined]
            .filter((part) => part !== undefined)
            .join(" · ")}
        </p>
      )}
      {(stage.proofs ?? 0) > 0 && <Proofs stage={stage} />}
    </li>
  );
}
