/** What is happening, in a sentence and what it means for the reader. Pure. */

import type { Snapshot } from "../contracts";
import type { Formats } from "../i18n/format";
import { capital, fill, statusText, type Text } from "../i18n/text";
import { type Phase, phaseOf } from "./phase";
import { type State, serverNow } from "./state";

export type Tone = "calm" | "moving" | "good" | "warn" | "bad";

export interface Sentence {
  phase: Phase;
  /** Changes only when something has happened: safe to announce. */
  headline: string;
  /** May tick ("4 min ago"). */
  detail: string;
  tone: Tone;
}

const TONES: Readonly<Record<Phase, Tone>> = {
  opening: "calm",
  waiting: "calm",
  area: "moving",
  exact: "moving",
  resting: "moving",
  protected: "moving",
  no_fix: "moving",
  stale: "warn",
  paused: "warn",
  reconnecting: "warn",
  arrived: "good",
  delivered: "good",
  failed: "bad",
  exception: "bad",
  pickup: "good",
  expired: "bad",
  gone: "calm",
};

/** The sentence at `now_ms` of this device's clock. */
export function sentence(state: State, now_ms: number, text: Text, formats: Formats): Sentence {
  const phase = phaseOf(state, now_ms);
  const [headline, detail] =
    state.view === null || phase === "gone"
      ? withoutView(phase, text)
      : withView(phase, state, state.view, now_ms, text, formats);
  return { phase, headline, detail, tone: TONES[phase] };
}

type Pair = readonly [headline: string, detail: string];

function withoutView(phase: Phase, text: Text): Pair {
  const { gone, opening, reconnecting } = text.states;
  if (phase === "gone") return [gone.sentence, gone.detail];
  if (phase === "reconnecting") return [reconnecting.sentence, reconnecting.empty];
  return [opening.sentence, opening.detail];
}

function withView(
  phase: Phase,
  state: State,
  view: Snapshot,
  now_ms: number,
  text: Text,
  formats: Formats,
): Pair {
  const { shipment, driver } = view;
  const { states } = text;
  const server_ms = serverNow(state, now_ms);
  const status = statusText(text, shipment.substatus);
  const seen_ms = driver.at_ms ?? 0;
  switch (phase) {
    case "waiting":
      return [status.sentence, status.next ?? states.waiting.detail];
    case "area":
      return [states.area.sentence, `${states.area.detail} ${whenExact(view, text)}`];
    case "exact":
      return driver.stops_left === 0
        ? [states.next.sentence, states.next.detail]
        : [states.exact.sentence, ""];
    case "resting":
      return [
        states.resting.sentence,
        driver.feature === undefined ? "" : fill(states.resting.detail, { time: formats.time(seen_ms) }),
      ];
    case "stale":
      return [
        states.stale.sentence,
        driver.feature === undefined
          ? states.stale.unseen
          : fill(driver.show === "area" ? states.stale.area : states.stale.detail, {
              ago: formats.ago(seen_ms, server_ms) ?? formats.time(seen_ms),
              time: formats.time(seen_ms),
            }),
      ];
    case "protected":
      return [states.protected.sentence, states.protected.detail];
    case "no_fix":
      return [states.noFix.sentence, states.noFix.detail];
    case "paused":
      return [states.paused.sentence, states.paused.detail];
    case "reconnecting":
      return [
        states.reconnecting.sentence,
        fill(states.reconnecting.detail, { time: formats.moment(state.heard_ms + state.skew_ms, server_ms) }),
      ];
    case "arrived":
      return [
        states.arrived.sentence,
        shipment.cash === undefined
          ? states.arrived.detail
          : fill(states.arrived.cash, { cash: formats.money(shipment.cash) }),
      ];
    case "delivered":
    case "failed": {
      const time = formats.dated(shipment.status_ms, server_ms);
      return [status.sentence, capital(fill(states[phase].detail, { time }))];
    }
    case "exception":
    case "pickup":
    case "expired":
      return [status.sentence, status.next ?? states[phase].detail];
    default:
      return withoutView(phase, text);
  }
}

/** From when he will be seen exactly, by the merchant's policy. */
function whenExact(view: Snapshot, text: Text): string {
  const from = view.driver.exact_from_stops ?? 5;
  const { stops_left } = view.driver;
  if (from === 0) return text.states.area.whenNext;
  if (stops_left !== undefined && stops_left <= from) return text.states.area.always;
  return text.count("exactFrom", from);
}
