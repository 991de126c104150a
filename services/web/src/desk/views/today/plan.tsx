/** One courier's plan: his stops in order, to be put in another order, given to others, or closed. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { Cross } from "../../../ui/icons";
import { distance_m, type Place } from "../../../view/scene";
import { plural } from "../../i18n/texts";
import type { Resource } from "../../resource";
import { formats, now_ms } from "../../store";
import { Button, IconButton } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { instant, Loading } from "../../ui/facts";
import * as actions from "./actions";
import { type Carried, nudged, type Target } from "./drag";
import { type Card, leftOf, nextOf } from "./model";
import { StopRow } from "./stop_row";
import { TEXTS } from "./texts";
import type { Plan, PlanRoute } from "./types";

export interface PlanPanelProps {
  card: Card;
  /** Where he is by the map's data; null: not known. */
  place: Place | null;
  plan: Resource<Plan>;
  board: actions.Board;
  may: boolean;
  onOrder: (route: string, stops: readonly string[]) => void;
  onDrop: (carried: Carried, target: Target) => void;
  onMove: (carried: Carried) => void;
  onClose: () => void;
}

export function PlanPanel(props: PlanPanelProps): JSX.Element {
  const t = TEXTS();
  const { plan, card } = props;
  const { courier } = card;
  return (
    <section
      class="plan"
      data-testid="plan"
      data-courier={courier.courier_id}
      data-version={plan.data?.version}
    >
      <header class="plan-head">
        <h2>{fill(t.plan, { name: courier.name })}</h2>
        <IconButton label={t.close} icon={<Cross />} testid="plan-close" onClick={props.onClose} />
      </header>
      <Distance place={props.place} plan={plan.data} />
      <div class="plan-list" data-scrolls>
        {plan.error && plan.error.kind !== "not_found" && (
          <ErrorNote error={plan.error} onRetry={plan.reload} />
        )}
        {plan.data === undefined && plan.loading && !plan.error && <Loading />}
        {(plan.data?.routes.length === 0 || plan.error?.kind === "not_found") && (
          <div class="empty" data-drop="courier" data-courier={courier.courier_id}>
            <p>
              <b>{t.noRoute}</b>
            </p>
            <p>{t.noRouteDetail}</p>
          </div>
        )}
        {plan.data?.routes.map((route) => (
          <RoutePart key={route.route} route={route} props={props} />
        ))}
      </div>
    </section>
  );
}

/** How far he is, for who doesn't see the map. */
function Distance({ place, plan }: { place: Place | null; plan: Plan | undefined }): JSX.Element | null {
  const route = plan?.routes.find((one) => one.set_out_at !== undefined);
  const next = route && nextOf(route);
  if (place === null || next === undefined) return null;
  const away = formats.value.distance(distance_m(place, next));
  return <p class="small muted plan-distance">{fill(TEXTS().distance, { distance: away })}</p>;
}

function RoutePart(part: { route: PlanRoute; props: PlanPanelProps }): JSX.Element {
  const t = TEXTS();
  const { route, props } = part;
  const [said, setSaid] = useState("");
  const left = leftOf(route).map((stop) => stop.stop);
  const done = route.stops.length - left.length;
  const id = props.card.courier.courier_id;
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 3000);
    return () => clearTimeout(timer);
  }, [said]);

  const nudge = (stop: string, by: number) => {
    const next = nudged(left, stop, by);
    if (next === left) return;
    const label = route.stops.find((one) => one.stop === stop)?.shipments[0]?.line ?? stop;
    setSaid(
      fill(t.movedBy, {
        stop: label,
        n: String(next.indexOf(stop) + 1 + done),
        all: String(route.stops.length),
      }),
    );
    props.onOrder(route.route, next);
  };
  const close = async () => {
    if (await confirm(closing(route))) await actions.closeRoute(id, route.route, props.board);
  };
  return (
    <section
      class="route"
      data-testid="route"
      data-route={route.route}
      aria-label={fill(t.route, { route: route.route })}
    >
      <header class="route-head">
        <div class="route-name">
          <p>
            <b>{plural(t.left, left.length)}</b>{" "}
            <span class="muted">
              {route.set_out_at === undefined
                ? t.notSetOut
                : fill(t.setOut, { time: formats.value.moment(instant(route.set_out_at), now_ms.value) })}
            </span>
          </p>
          <p class="small muted ellipsis" title={route.route}>
            {fill(t.route, { route: route.route })}
          </p>
        </div>
        {props.may && (
          <Button small kind="quiet" testid="close-route" onClick={close}>
            {t.closeRoute}
          </Button>
        )}
      </header>
      <p class="unseen" role="status">
        {said}
      </p>
      <Done route={route} count={done} />
      <ol class="stops-list">
        {route.stops.map(
          (stop, i) =>
            !stop.done && (
              <StopRow
                key={stop.stop}
                courier={id}
                route={route.route}
                stop={stop}
                position={i + 1}
                may={props.may}
                onDrop={props.onDrop}
                onNudge={nudge}
                onMove={props.onMove}
              />
            ),
        )}
      </ol>
    </section>
  );
}

/** What is over, folded: who plans looks ahead. */
function Done({ route, count }: { route: PlanRoute; count: number }): JSX.Element | null {
  if (count === 0) return null;
  const nothing = () => {};
  return (
    <details class="done-stops">
      <summary>{plural(TEXTS().doneStops, count)}</summary>
      <ol class="stops-list">
        {route.stops.map(
          (stop, i) =>
            stop.done && (
              <StopRow
                key={stop.stop}
                courier=""
                route={route.route}
                stop={stop}
                position={i + 1}
                may={false}
                onDrop={nothing}
                onNudge={nothing}
                onMove={nothing}
              />
            ),
        )}
      </ol>
    </details>
  );
}

/** What scrolls can be reached by keys. */
const SCROLLED = { tabIndex: 0 };

/** What closing does, before it is done. */
function closing(route: PlanRoute): Parameters<typeof confirm>[0] {
  const t = TEXTS();
  const open = leftOf(route).flatMap((stop) => stop.shipments.filter((one) => !one.done));
  return {
    title: fill(t.closeTitle, { route: route.route }),
    action: t.closeRoute,
    danger: true,
    text: (
      <div class="stack">
        <p>{open.length === 0 ? t.closeNone : plural(t.closeText, open.length)}</p>
        {open.length > 0 && (
          <ul class="closing" {...SCROLLED}>
            {open.map((one) => (
              <li key={one.shipment}>
                <b>{one.order_number ?? one.shipment}</b> <span class="muted">{one.line}</span>
              </li>
            ))}
          </ul>
        )}
        <p>{t.closeDrops}</p>
      </div>
    ),
  };
}
