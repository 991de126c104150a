/** The remaining stops in another order: dragged by the handle, or moved by arrows with thumb or keyboard. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fill } from "../../i18n/text";
import { current } from "../current";
import { newOrder } from "../merge";
import { Down, Grip, Up } from "../parts/icons";
import { moved, placeAt } from "../reorder";
import { day, text } from "../store";
import { home } from "../views";
import { addressOf, namesOf } from "../words";

export function Order({ route }: { route: string }) {
  const { order } = text.value;
  const found = day.value?.routes.find((each) => each.route === route);
  const open = (found?.stops ?? []).filter((stop) => !stop.done);
  const [wished, setWished] = useState<readonly string[]>(open.map((stop) => stop.stop));
  const [said, setSaid] = useState("");
  const [dragged, setDragged] = useState<string | null>(null);
  const rows = useRef<HTMLOListElement>(null);
  const refocus = useRef<{ stop: string; button: "up" | "down" } | null>(null);
  // What the office added or took off meanwhile.
  const ids = day.value ? newOrder(day.value, route, wished) : [];
  const stops = ids.flatMap((id) => open.find((stop) => stop.stop === id) ?? []);

  const move = (from: number, to: number, button: "up" | "down" | null) => {
    const next = moved(ids, from, to);
    const stop = stops[from];
    if (stop === undefined) return;
    setWished(next);
    if (button === null) return;
    refocus.current = { stop: stop.stop, button };
    setSaid(
      fill(order.moved, {
        stop: addressOf(stop, text.value),
        n: String(next.indexOf(stop.stop) + 1),
        of: String(next.length),
      }),
    );
  };
  // A row that moves loses its focus; at either end the other arrow takes it.
  useLayoutEffect(() => {
    const wanted = refocus.current;
    if (wanted === null) return;
    refocus.current = null;
    const row = [...(rows.current?.children ?? [])].find(
      (each) => (each as HTMLElement).dataset.stop === wanted.stop,
    );
    const buttons = [wanted.button, "up", "down"].map((name) =>
      row?.querySelector<HTMLButtonElement>(`button[data-move=${name}]`),
    );
    buttons.find((button) => button && !button.disabled)?.focus();
  });

  const drag = (event: PointerEvent, stop: string) => {
    if (dragged !== stop) return;
    const from = ids.indexOf(stop);
    const middles = [...(rows.current?.children ?? [])].map((row) => {
      const box = row.getBoundingClientRect();
      return box.top + box.height / 2;
    });
    const to = placeAt(middles, from, event.clientY);
    if (to !== from) move(from, to, null);
  };
  const save = async () => {
    const before = open.map((stop) => stop.stop).join(" ");
    if (ids.join(" ") !== before) {
      await current.value?.act([{ kind: "order", payload: { route, stops: ids } }], "order");
    }
    home();
  };
  return (
    <div class="sheet-body">
      <p>{order.detail}</p>
      <p class="unseen" role="status">
        {said}
      </p>
      <ol class="order-rows" ref={rows} data-testid="order-rows">
        {stops.map((stop, n) => {
          const name = addressOf(stop, text.value);
          return (
            <li key={stop.stop} data-stop={stop.stop} data-dragged={dragged === stop.stop}>
              <span
                class="handle"
                aria-hidden="true"
                title={order.drag}
                data-testid="handle"
                onPointerDown={(event) => {
                  event.preventDefault();
                  (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
                  setDragged(stop.stop);
                }}
                onPointerMove={(event) => drag(event, stop.stop)}
                onPointerUp={() => setDragged(null)}
                onPointerCancel={() => setDragged(null)}
              >
                <Grip />
              </span>
              <span class="row-text">
                <b>
                  {n + 1}. {name}
                </b>
                <span class="detail">{namesOf(stop)}</span>
              </span>
              <span class="arrows">
                <button
                  type="button"
                  class="round"
                  data-move="up"
                  disabled={n === 0}
                  aria-label={fill(order.up, { stop: name })}
                  onClick={() => move(n, n - 1, "up")}
                >
                  <Up />
                </button>
                <button
                  type="button"
                  class="round"
                  data-move="down"
                  disabled={n === stops.length - 1}
                  aria-label={fill(order.down, { stop: name })}
                  onClick={() => move(n, n + 1, "down")}
                >
                  <Down />
                </button>
              </span>
            </li>
          );
        })}
      </ol>
      <div class="submit">
        <button type="button" class="big primary wide" data-testid="save-order" onClick={() => void save()}>
          {order.save}
        </button>
      </div>
    </div>
  );
}
