import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Cash, Clock, Phone } from "../../../ui/icons";
import { plural } from "../../i18n/texts";
import { formats } from "../../store";
import { Chip, MoneyList, type Tone, WindowTime } from "../../ui/facts";
import { Battery } from "../../ui/icons";
import { type Card, LOW_BATTERY_PCT, type Stage } from "./model";
import { TEXTS } from "./texts";
import { dragging } from "./use_drag";

const TONES: Readonly<Record<Stage, Tone>> = {
  out: "accent",
  ready: "plain",
  idle: "plain",
  done: "good",
  off: "plain",
};

/** A courier in the list: how he stands, in words. It opens his plan, and takes what is dropped on it. */
export function CourierCard(props: {
  card: Card;
  now_ms: number;
  chosen: boolean;
  onOpen: (courier: string) => void;
}): JSX.Element {
  const t = TEXTS();
  const { card, chosen } = props;
  const { courier } = card;
  const id = courier.courier_id;
  const over = useComputed(() => {
    const target = dragging.value?.target;
    return target?.kind === "courier" && target.courier === id;
  }).value;
  return (
    <li
      class="courier"
      data-testid="courier"
      data-courier={id}
      data-drop="courier"
      data-heard={card.heard}
      data-stage={card.stage}
      data-late={courier.late > 0 || undefined}
      data-chosen={chosen || undefined}
      data-over={over || undefined}
    >
      <div class="courier-head">
        <button
          type="button"
          class="courier-name"
          aria-pressed={chosen}
          title={fill(t.open, { name: courier.name })}
          data-row-focus
          onClick={() => props.onOpen(id)}
        >
          {courier.name}
        </button>
        <Chip tone={TONES[card.stage]}>{t.stages[card.stage]}</Chip>
        {courier.phone && (
          <a
            class="courier-call"
            href={`tel:${courier.phone}`}
            aria-label={fill(t.call, { phone: courier.phone })}
            title={fill(t.call, { phone: courier.phone })}
          >
            <Phone />
          </a>
        )}
      </div>
      <p class="courier-line">
        {courier.stops_left > 0 && <b class="numbers">{plural(t.left, courier.stops_left)}</b>}
        {courier.stops_done > 0 && <span class="numbers">{plural(t.done, courier.stops_done)}</span>}
        {courier.late > 0 && (
          <b class="bad" data-testid="late">
            {plural(t.late, courier.late)}
          </b>
        )}
        {!courier.on_duty && card.stage !== "off" && <span>{t.offDutyOut}</span>}
      </p>
      {courier.next_stop && <Next card={card} />}
      <p class="courier-line small">
        <Heard card={card} now_ms={props.now_ms} />
        <BatteryLevel card={card} />
        {courier.cash.length > 0 && (
          <span class="with-icon">
            <Cash />
            <span class="unseen">{t.cashTaken}</span>
            <MoneyList of={courier.cash} />
          </span>
        )}
      </p>
    </li>
  );
}

function Next({ card }: { card: Card }): JSX.Element | null {
  const next = card.courier.next_stop;
  if (next === undefined) return null;
  return (
    <p class="courier-line small next">
      <span class="muted">{TEXTS().nextStop}</span>
      <span class="ellipsis">{[next.line, next.name].filter(Boolean).join(" · ") || next.stop}</span>
      {next.window && <WindowTime window={next.window} />}
    </p>
  );
}

/** When his phone was last heard, in words; grey is only beside it. */
export function Heard({ card, now_ms }: { card: Card; now_ms: number }): JSX.Element {
  const t = TEXTS();
  const quiet = !card.courier.on_duty && card.heard !== "fresh";
  let said = t.never;
  if (card.seen_ms !== null) {
    const ago = formats.value.ago(card.seen_ms, now_ms);
    if (ago === null) said = t.seenNow;
    else said = fill(card.heard === "stale" && !quiet ? t.seenStale : t.seen, { ago });
  }
  return (
    <span class="with-icon heard" data-heard={quiet ? "quiet" : card.heard} data-testid="heard">
      <Clock />
      {said}
    </span>
  );
}

function BatteryLevel({ card }: { card: Card }): JSX.Element | null {
  const t = TEXTS();
  const pct = card.courier.battery_pct;
  if (pct === undefined) return null;
  const low = pct <= LOW_BATTERY_PCT;
  return (
    <span class={low ? "with-icon warn" : "with-icon"} title={fill(t.battery, { n: String(pct) })}>
      <Battery share={pct / 100} />
      {low ? (
        fill(t.batteryLow, { n: String(pct) })
      ) : (
        <>
          <span class="unseen">{fill(t.battery, { n: String(pct) })}</span>
          <span class="numbers" aria-hidden="true">
            {pct} %
          </span>
        </>
      )}
    </span>
  );
}
