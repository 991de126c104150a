/** What is happening now: when he comes, the sentence, stops left, how fresh it is, and who drives. */

import type { Snapshot } from "../contracts";
import { fill } from "../i18n/text";
import { Check, Door, Link, Pause, Shield, Van, Warning } from "../ui/icons";
import { type Phase, tagOf } from "../view/phase";
import type { Tone } from "../view/sentence";
import { serverNow } from "../view/state";
import { Arrival } from "./arrival";
import { noticesText } from "./notices_texts";
import { Proofs, picturedNow } from "./proofs";
import { formats, now_ms, sentence, state, text } from "./store";

export function Now() {
  const { phase, headline, detail, tone } = sentence.value;
  const { view } = state.value;
  const live = view !== null && !ENDED.includes(phase);
  const pictured = view !== null && phase !== "gone" ? picturedNow(view) : null;
  return (
    <section class="now" data-tone={tone}>
      {view !== null && <Progress view={view} tone={tone} />}
      <Arrival />
      <div class="now-head">
        <span class="now-icon" aria-hidden="true">
          <PhaseIcon phase={phase} tone={tone} />
        </span>
        <div data-testid="sentence">
          <div role="status">
            <h2>{headline}</h2>
            {live && <StopsLeft view={view} />}
          </div>
          {detail !== "" && <p class="detail">{detail}</p>}
          {phase === "gone" && (
            <p>
              <a href="/lost" data-testid="lost">
                {noticesText().lost}
              </a>
            </p>
          )}
        </div>
      </div>
      {pictured !== null && <Proofs stage={pictured} />}
      {view !== null && (
        <div class="now-foot">
          {live && <Person view={view} />}
          <Updated view={view} />
        </div>
      )}
    </section>
  );
}

const ENDED: readonly Phase[] = ["delivered", "failed", "exception", "pickup", "expired", "gone"];

function PhaseIcon({ phase, tone }: { phase: Phase; tone: Tone }) {
  if (phase === "paused") return <Pause />;
  if (phase === "protected") return <Shield />;
  if (phase === "arrived") return <Door />;
  if (phase === "gone") return <Link />;
  if (tone === "bad" || tone === "warn") return <Warning />;
  if (tone === "good") return <Check />;
  return <Van />;
}

function StopsLeft({ view }: { view: Snapshot }) {
  const { stops_left } = view.driver;
  if (stops_left === undefined || sentence.value.phase === "arrived") return null;
  // While the headline itself says so, once is enough.
  if (stops_left === 0 && sentence.value.headline === text.value.states.next.sentence) {
    return <p class="unseen" data-testid="stops-left">{`${text.value.facts.youAreNext}.`}</p>;
  }
  return (
    <p class="stops" data-testid="stops-left">
      {stops_left === 0 ? text.value.facts.youAreNext : text.value.count("stopsLeft", stops_left)}
    </p>
  );
}

function Updated({ view }: { view: Snapshot }) {
  const { link } = state.value;
  const server_ms = serverNow(state.value, now_ms.value);
  const shown = view.driver.show !== "none" && view.driver.feature !== undefined;
  const at_ms = Math.max(view.shipment.status_ms, shown ? (view.driver.at_ms ?? 0) : 0);
  const ago = formats.value.ago(at_ms, server_ms);
  const { facts } = text.value;
  const quiet = sentence.value.phase === "stale" || sentence.value.phase === "paused";
  const [now, template] = shown ? [facts.updatedNow, facts.updated] : [facts.changedNow, facts.changed];
  return (
    <p class="updated" data-link={quiet && link === "live" ? "quiet" : link}>
      <span class="dot" aria-hidden="true" />
      <span>
        <span data-testid="updated">{ago === null ? now : fill(template, { ago })}</span>
        {link === "polling" && ` · ${fill(facts.polling, { n: "10" })}`}
        {link === "reconnecting" && sentence.value.phase === "reconnecting" && ` · ${facts.offline}`}
      </span>
    </p>
  );
}

function Person({ view }: { view: Snapshot }) {
  const { person } = view.driver;
  if (person === undefined) return null;
  return (
    <p class="person" data-testid="driver">
      <span class="face" aria-hidden="true">
        {person.first_name.slice(0, 1).toUpperCase()}
      </span>
      <span>
        <span class="unseen">{text.value.facts.driver}: </span>
        <b>{person.first_name}</b>
        {person.vehicle !== undefined && <span class="vehicle"> · {person.vehicle}</span>}
      </span>
    </p>
  );
}

const STEPS = ["InfoReceived", "InTransit", "OutForDelivery", "Delivered"];

/** How far along: an ornament, the stages below say it in words. */
function Progress({ view, tone }: { view: Snapshot; tone: Tone }) {
  const reached = Math.max(
    0,
    ...[view.shipment.substatus, ...(view.shipment.stages ?? []).map((stage) => stage.substatus)].map(
      (code) => STEPS.indexOf(tagOf(code) === "AttemptFail" ? "OutForDelivery" : tagOf(code)),
    ),
  );
  return (
    <div class="progress" aria-hidden="true" data-tone={tone}>
      {STEPS.map((step, i) => (
        <span key={step} data-step={i < reached ? "done" : i === reached ? "now" : "ahead"} />
      ))}
    </div>
  );
}
