/** The sheet that lies on top of the day, if any. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Back } from "../../ui/icons";
import { stopsOf } from "../merge";
import { UndoBar } from "../parts/undo_bar";
import { day, text } from "../store";
import { back, stack, type View } from "../views";
import { addressOf } from "../words";
import { Background } from "./background";
import { Deliver } from "./deliver";
import { Fail, Problem } from "./fail";
import { Navigate } from "./navigate";
import { Order } from "./order";
import { StopSheet } from "./stop";
import { Unsent } from "./unsent";

export function Sheets() {
  const view = stack.value.at(-1);
  return view === undefined ? null : <Shown key={stack.value.length} view={view} />;
}

function Shown({ view }: { view: View }) {
  const words = text.value;
  if (view.name === "unsent") return <Sheet name="unsent" title={words.unsent.title} body={<Unsent />} />;
  if (view.name === "background") {
    return <Sheet name="background" title={words.background.title} body={<Background />} />;
  }
  if (view.name === "order") {
    return <Sheet name="order" title={words.order.title} body={<Order route={view.route} />} />;
  }
  const stops = day.value === null ? [] : stopsOf(day.value);
  const stop = stops.find((each) => each.stop === view.stop);
  // The office has taken it off the route while the sheet was open.
  if (stop === undefined) return <Gone />;
  const n = stops.indexOf(stop) + 1;
  const where = addressOf(stop, words);
  switch (view.name) {
    case "stop":
      return (
        <Sheet
          name="stop"
          title={words.day.stop.replace("{n}", String(n))}
          body={<StopSheet stop={stop} />}
        />
      );
    case "deliver":
      return (
        <Sheet name="deliver" title={words.deliver.title} under={where} body={<Deliver stop={stop} />} />
      );
    case "fail":
      return <Sheet name="fail" title={words.fail.title} under={where} body={<Fail stop={stop} />} />;
    case "problem":
      return (
        <Sheet name="problem" title={words.problem.title} under={where} body={<Problem stop={stop} />} />
      );
    case "navigate":
      return (
        <Sheet name="navigate" title={words.navigate.title} under={where} body={<Navigate stop={stop} />} />
      );
  }
}

/** Their own button lies where the undo would. */
const FORMS = ["deliver", "fail", "problem", "order"];

function Gone() {
  useEffect(back, []);
  return null;
}

function Sheet(props: { name: string; title: string; under?: string; body: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      data-testid="sheet"
      data-sheet={props.name}
      onCancel={(event) => {
        event.preventDefault();
        back();
      }}
    >
      <div class="sheet-inner">
        <header class="sheet-head">
          <button
            type="button"
            class="round"
            aria-label={text.value.page.back}
            data-testid="back"
            onClick={back}
          >
            <Back />
          </button>
          <div>
            <h1 id="sheet-title">{props.title}</h1>
            {props.under !== undefined && <p>{props.under}</p>}
          </div>
        </header>
        {props.body}
        {!FORMS.includes(props.name) && <UndoBar />}
      </div>
    </dialog>
  );
}
