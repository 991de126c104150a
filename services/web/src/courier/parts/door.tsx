/** All that he needs at a door, and what he can say of it: on the day as the next stop, and on its own sheet. */

import { fill } from "../../i18n/text";
import { Cash, Check, Door as DoorIcon, Phone, Warning } from "../../ui/icons";
import { current } from "../current";
import type { ShownShipment, ShownStop } from "../merge";
import { mapsLink } from "../navigation";
import { formats, navigator_app, now_ms, text } from "../store";
import type { Deed } from "../types";
import { show } from "../views";
import { addressOf, handoversOf, namesOf, outcomeWord, promised, townOf } from "../words";
import { Navigation, Note } from "./icons";
import { StopMap } from "./stop_map";

export function Door({
  stop,
  heading,
  map = false,
}: {
  stop: ShownStop;
  heading: "h2" | "h3";
  map?: boolean;
}) {
  const { door, day } = text.value;
  const Heading = heading;
  const window = promised(stop, text.value, formats.value, now_ms.value);
  const names = namesOf(stop);
  return (
    <div class="door" data-done={stop.done}>
      <div class="address">
        <Heading>{addressOf(stop, text.value)}</Heading>
        <p class="town">{townOf(stop)}</p>
        {names !== "" && <p class="name">{names}</p>}
        {window !== null && (
          <p class="window" data-late={window.late}>
            {window.text}
            {window.late && <em> · {day.late}</em>}
          </p>
        )}
      </div>
      <Details stop={stop} />
      {stop.shipments.map((shipment) => (
        <Shipment key={shipment.shipment} shipment={shipment} alone={stop.shipments.length === 1} />
      ))}
      <Reach stop={stop} />
      {map && <StopMap stop={stop} />}
      {stop.arrived && !stop.done && (
        <p class="here" data-testid="arrived">
          <DoorIcon /> {door.arrivedAt}
        </p>
      )}
      <Says stop={stop} />
    </div>
  );
}

/** Locker or counter, floor, bell and note, each once however many parcels. */
function Details({ stop }: { stop: ShownStop }) {
  const { door } = text.value;
  const all = (pick: (shipment: ShownShipment) => string | undefined) => [
    ...new Set(stop.shipments.flatMap((shipment) => pick(shipment) ?? [])),
  ];
  const facts = [
    [door.handover, handoversOf(stop.shipments, text.value)],
    [door.floor, all((shipment) => shipment.floor).join(", ")],
    [door.bell, all((shipment) => shipment.bell).join(", ")],
  ].filter(([, value]) => value !== "");
  const notes = all((shipment) => shipment.note);
  return (
    <>
      {facts.length > 0 && (
        <dl class="door-facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {notes.map((note) => (
        <p key={note} class="note">
          <Note />
          <span>
            <span class="unseen">{door.note}: </span>
            {note}
          </span>
        </p>
      ))}
    </>
  );
}

function Shipment({ shipment, alone }: { shipment: ShownShipment; alone: boolean }) {
  const { door, outcome } = text.value;
  const { cash, cash_taken } = shipment;
  const into = handoversOf([shipment], text.value);
  return (
    <div class="shipment">
      <p class="order">
        {!alone && shipment.name !== undefined && <b>{shipment.name} · </b>}
        {fill(door.order, { shop: shipment.shop, order: shipment.order_number })} ·{" "}
        {text.value.count("parcels", shipment.parcels)}
        {!alone && into !== "" && ` · ${into}`}
      </p>
      {shipment.done ? (
        <p class="outcome" data-tag={shipment.tag}>
          {shipment.tag === "Delivered" ? <Check /> : <Warning />}
          <b>{outcomeWord(shipment.tag, text.value)}</b>
          <span>{formats.value.time(Date.parse(shipment.status_at))}</span>
          {shipment.unsent && <span>· {outcome.unsent}</span>}
        </p>
      ) : null}
      {cash_taken !== undefined ? (
        <p class="cash taken">
          <Cash /> {door.cashTaken} <b>{formats.value.money(cash_taken)}</b>
        </p>
      ) : cash !== undefined && !shipment.done ? (
        <p class="cash" data-testid="cash">
          <Cash /> {door.cash} <b>{formats.value.money(cash)}</b>
        </p>
      ) : null}
    </div>
  );
}

/** The way there, and a call. */
function Reach({ stop }: { stop: ShownStop }) {
  const { door } = text.value;
  if (stop.done) return <Call stop={stop} />;
  const app = navigator_app.value;
  const choose = () => show({ name: "navigate", stop: stop.stop });
  return (
    <>
      <div class="reach">
        {app === null ? (
          <button type="button" class="big outlined" data-testid="navigate" onClick={choose}>
            <Navigation /> {door.navigate}
          </button>
        ) : (
          <a
            class="big outlined"
            data-testid="navigate"
            {...mapsLink(app, stop, addressOf(stop, text.value))}
          >
            <Navigation /> {door.navigate}
          </a>
        )}
        <Call stop={stop} />
      </div>
      {app !== null && (
        <button type="button" class="link" onClick={choose}>
          {door.otherApp}
        </button>
      )}
    </>
  );
}

function Call({ stop }: { stop: ShownStop }) {
  const { door } = text.value;
  const phones = new Map<string, string>();
  for (const { phone, name } of stop.shipments) if (phone !== undefined) phones.set(phone, name ?? "");
  const shop = stop.shipments.find((shipment) => shipment.shop_phone !== undefined)?.shop_phone;
  if (phones.size === 0) {
    return shop === undefined ? null : (
      <a class="big outlined" href={`tel:${shop}`}>
        <Phone /> {door.callShop}
      </a>
    );
  }
  return (
    <>
      {[...phones].map(([phone, name]) => (
        <a key={phone} class="big outlined" data-testid="call" href={`tel:${phone}`}>
          <Phone /> {door.call}
          {phones.size > 1 && ` ${name}`}
          <span class="unseen"> {phones.size > 1 ? "" : name}</span>
        </a>
      ))}
    </>
  );
}

function Says({ stop }: { stop: ShownStop }) {
  const { door } = text.value;
  const { stop: id } = stop;
  const open = stop.shipments.filter((shipment) => !shipment.done);
  if (stop.done) {
    if (stop.shipments.every((shipment) => shipment.tag === "Delivered")) return null;
    return (
      <div class="says">
        <button type="button" class="big primary" onClick={() => show({ name: "deliver", stop: id })}>
          {door.delivered}
        </button>
        <button type="button" class="big outlined" onClick={() => show({ name: "problem", stop: id })}>
          {door.again}
        </button>
      </div>
    );
  }
  const arrive = () => {
    const deeds = open.map(
      (shipment): Deed => ({
        kind: "report",
        payload: {
          shipment: shipment.shipment,
          type: "at_stop",
          pictures: [],
          proofs: [],
        },
      }),
    );
    void current.value?.act(deeds, "undoable");
  };
  return (
    <div class="says">
      {!stop.arrived && (
        <button type="button" class="big outlined wide" data-testid="arrive" onClick={arrive}>
          <DoorIcon /> {door.arrived}
        </button>
      )}
      <button
        type="button"
        class="big primary wide"
        data-testid="deliver"
        onClick={() => show({ name: "deliver", stop: id })}
      >
        <Check /> {door.delivered}
      </button>
      <button
        type="button"
        class="big outlined"
        data-testid="fail"
        onClick={() => show({ name: "fail", stop: id })}
      >
        {door.notDelivered}
      </button>
      <button
        type="button"
        class="big outlined"
        data-testid="problem"
        onClick={() => show({ name: "problem", stop: id })}
      >
        {door.problem}
      </button>
    </div>
  );
}
