import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Check } from "../../../ui/icons";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { Chip, instant, Money, Status, WindowTime } from "../../ui/facts";
import { Grip, Move } from "../../ui/icons";
import type { Carried, Target } from "./drag";
import { TEXTS } from "./texts";
import type { PlanShipment, PlanStop } from "./types";
import { dragging, press } from "./use_drag";

export interface StopRowProps {
  courier: string;
  route: string;
  stop: PlanStop;
  /** 1 is the first of the route. */
  position: number;
  /** Whether he who looks may change it. */
  may: boolean;
  onDrop: (carried: Carried, target: Target) => void;
  onNudge: (stop: string, by: number) => void;
  onMove: (carried: Carried) => void;
}

/** What is carried when this stop is: what there has no outcome yet. */
export function carriedOf(courier: string, route: string, stop: PlanStop): Carried {
  const shipments = stop.shipments.filter((one) => !one.done).map((one) => one.shipment);
  return { kind: "stop", courier, route, stop: stop.stop, shipments };
}

/** A stop of a plan: by pointer it is dragged by its grip or its row, by keyboard the grip moves it. */
export function StopRow(props: StopRowProps): JSX.Element {
  const t = TEXTS();
  const { courier, route, stop } = props;
  const first = stop.shipments[0];
  const label = first?.line ?? first?.order_number ?? stop.stop;
  const carried = carriedOf(courier, route, stop);
  // Only the rows concerned are drawn anew while something is dragged past.
  const over = useComputed(() => {
    const target = dragging.value?.target;
    if (target?.kind !== "stop" || target.stop !== stop.stop || target.route !== route) return undefined;
    return target.after ? "after" : "before";
  }).value;
  const lifted = useComputed(() => {
    const what = dragging.value?.carried;
    return what?.kind === "stop" && what.stop === stop.stop && what.route === route;
  }).value;
  const open = props.may && !stop.done;
  const begin = (event: PointerEvent) => press(event, carried, label, props.onDrop);
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    props.onNudge(stop.stop, by);
  };
  return (
    <li
      class="stop"
      data-testid="stop"
      data-stop={stop.stop}
      data-route={route}
      data-courier={courier}
      data-drop={stop.done ? undefined : "stop"}
      data-done={stop.done || undefined}
      data-late={(stop.late && !stop.done) || undefined}
      data-over={over}
      data-carried={lifted || undefined}
      onPointerDown={(event) => {
        // By mouse the whole row; a finger on the row scrolls.
        const free = (event.target as Element).closest("a, button, input") === null;
        if (open && free && event.pointerType === "mouse") begin(event);
      }}
    >
      <span class="stop-number" aria-hidden="true">
        {stop.done ? <Check /> : props.position}
      </span>
      <div class="stop-body">
        <p class="stop-line">
          <span class="unseen">{fill(t.stop, { n: String(props.position) })}: </span>
          <b>{label}</b>
        </p>
        {!stop.done && (
          <p class="small stop-when">
            {stop.window && <WindowTime window={stop.window} />}
            <Punctual stop={stop} />
          </p>
        )}
        <ul>
          {stop.shipments.map((shipment) => (
            <ShipmentLine
              key={shipment.shipment}
              shipment={shipment}
              alone={stop.shipments.length === 1}
              props={props}
            />
          ))}
        </ul>
      </div>
      {open && (
        <div class="stop-actions">
          <button
            type="button"
            class="icon-button grip"
            data-testid="grip"
            aria-label={fill(t.grip, { stop: label })}
            onKeyDown={keys}
            onPointerDown={begin}
          >
            <Grip />
          </button>
          <button
            type="button"
            class="icon-button"
            data-testid="move-to"
            aria-label={`${t.moveTo} ${label}`}
            title={t.moveTo}
            onClick={() => props.onMove(carried)}
          >
            <Move />
          </button>
        </div>
      )}
    </li>
  );
}

/** When he comes by the plan, and whether that is late, in words. */
function Punctual({ stop }: { stop: PlanStop }): JSX.Element | null {
  const t = TEXTS();
  const f = formats.value;
  const arrives = stop.arrives_at === undefined ? null : f.moment(instant(stop.arrives_at), now_ms.value);
  if (!stop.late)
    return arrives === null ? null : <span class="muted">{fill(t.expected, { time: arrives })}</span>;
  const until = stop.window === undefined ? null : instant(stop.window.to);
  const over = until !== null && until <= now_ms.value;
  let said = t.lateWord;
  if (over || (arrives === null && until !== null))
    said = fill(t.isLate, { time: f.moment(until ?? 0, now_ms.value) });
  else if (arrives !== null) said = fill(t.willBeLate, { time: arrives });
  return <b class="bad">{said}</b>;
}

function ShipmentLine(line: { shipment: PlanShipment; alone: boolean; props: StopRowProps }): JSX.Element {
  const t = TEXTS();
  const { shipment, alone, props } = line;
  const name = shipment.order_number ?? shipment.shipment;
  const free = props.may && !alone && !shipment.done;
  const carried: Carried = {
    kind: "shipment",
    courier: props.courier,
    route: props.route,
    stop: props.stop.stop,
    shipments: [shipment.shipment],
  };
  return (
    <li class="stop-shipment" data-testid="plan-shipment" data-shipment={shipment.shipment}>
      <span>
        <a href={`/desk/shipments/${encodeURIComponent(shipment.shipment)}`}>{name}</a>{" "}
        <span class="muted">{[shipment.name, shipment.shop].filter(Boolean).join(" · ")}</span>
      </span>
      {shipment.done && shipment.status && <Status code={shipment.status} />}
      {shipment.cash_taken ? (
        <span class="small">{moneyIn(t.taken, shipment.cash_taken)}</span>
      ) : (
        shipment.cash && !shipment.done && <Chip tone="warn">{moneyIn(t.toPay, shipment.cash)}</Chip>
      )}
      {free && (
        <Button
          small
          kind="quiet"
          icon={<Move />}
          label={`${t.moveTo} ${name}`}
          onClick={() => props.onMove(carried)}
        >
          {""}
        </Button>
      )}
    </li>
  );
}

function moneyIn(template: string, of: NonNullable<PlanShipment["cash"]>): JSX.Element {
  const [before = "", after = ""] = template.split("{sum}");
  return (
    <>
      {before}
      <Money of={of} />
      {after}
    </>
  );
}
