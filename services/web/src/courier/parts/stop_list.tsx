import { Cash, Check, Warning } from "../../ui/icons";
import type { ShownStop } from "../merge";
import { formats, now_ms, text } from "../store";
import { show } from "../views";
import { addressOf, handoversOf, namesOf, outcomeWord, promised } from "../words";
import { More } from "./icons";

export function StopList({ stops, first }: { stops: readonly ShownStop[]; first: number }) {
  const { day } = text.value;
  const route = stops[0]?.route;
  return (
    <section class="stops-list" aria-labelledby="then-title">
      <div class="list-head">
        <h2 id="then-title">
          {day.after} · {text.value.count("stops", stops.length)}
        </h2>
        {route !== undefined && (
          <button
            type="button"
            class="small"
            data-testid="change-order"
            onClick={() => show({ name: "order", route })}
          >
            {day.changeOrder}
          </button>
        )}
      </div>
      <ol class="rows" data-testid="stops">
        {stops.map((stop, n) => (
          <li key={stop.stop}>
            <Row stop={stop} number={first + n} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Row({ stop, number }: { stop: ShownStop; number: number }) {
  const window = promised(stop, text.value, formats.value, now_ms.value);
  const place = handoversOf(stop.shipments, text.value);
  const cash = stop.shipments.flatMap((shipment) => (shipment.cash === undefined ? [] : [shipment.cash]));
  return (
    <button
      type="button"
      class="row"
      data-testid="row"
      data-stop={stop.stop}
      onClick={() => show({ name: "stop", stop: stop.stop })}
    >
      <span class="row-number">{number}</span>
      <span class="row-text">
        <b>{addressOf(stop, text.value)}</b>
        <span class="detail">{namesOf(stop)}</span>
        {place !== "" && <span class="detail">{place}</span>}
        {window !== null && (
          <span class="detail" data-late={window.late}>
            {window.text}
            {window.late && ` · ${text.value.day.late}`}
          </span>
        )}
        {cash.length > 0 && (
          <span class="row-cash">
            <Cash /> {cash.map((money) => formats.value.money(money)).join(" + ")}
          </span>
        )}
      </span>
      <More />
    </button>
  );
}

export function DoneList({ stops }: { stops: readonly ShownStop[] }) {
  const { day, outcome } = text.value;
  return (
    <details class="stops-list done" data-testid="done">
      <summary>
        {day.done} · {text.value.count("stops", stops.length)}
      </summary>
      <ol class="rows">
        {stops.map((stop) => {
          const bad = stop.shipments.find((shipment) => shipment.tag !== "Delivered");
          const told = bad ?? stop.shipments[0];
          return (
            <li key={stop.stop}>
              <button
                type="button"
                class="row"
                data-testid="done-row"
                data-stop={stop.stop}
                onClick={() => show({ name: "stop", stop: stop.stop })}
              >
                <span class="row-number" data-tone={bad === undefined ? "good" : "bad"}>
                  {bad === undefined ? <Check /> : <Warning />}
                </span>
                <span class="row-text">
                  <b>{addressOf(stop, text.value)}</b>
                  <span class="detail">{namesOf(stop)}</span>
                  {told !== undefined && (
                    <span class="detail">
                      {outcomeWord(told.tag, text.value)}, {formats.value.time(Date.parse(told.status_at))}
                      {stop.unsent && ` · ${outcome.unsent}`}
                    </span>
                  )}
                </span>
                <More />
              </button>
            </li>
          );
        })}
      </ol>
    </details>
  );
}
