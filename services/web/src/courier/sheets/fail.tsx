/** Not handed over, or something is wrong with it: a reason, a photo, a few words. */

import { useRef, useState } from "preact/hooks";
import { current } from "../current";
import type { Picture } from "../db";
import type { ShownStop } from "../merge";
import { text } from "../store";
import { type Deed, NOT_DELIVERED, PROBLEMS, type ReportType } from "../types";
import { home } from "../views";
import { Photos } from "./photos";
import { Which } from "./which";

export function Fail({ stop }: { stop: ShownStop }) {
  const { fail } = text.value;
  return (
    <ReasonForm
      stop={stop}
      why={fail.why}
      reasons={NOT_DELIVERED.map((type) => [type, fail.reasons[type]])}
      submit={fail.submit}
    />
  );
}

export function Problem({ stop }: { stop: ShownStop }) {
  const { problem } = text.value;
  return (
    <ReasonForm
      stop={stop}
      why={problem.why}
      reasons={PROBLEMS.map((type) => [type, problem.reasons[type]])}
      submit={problem.submit}
    />
  );
}

/** What says nothing by itself. */
const NEEDS_NOTE: readonly ReportType[] = ["attempt_failed", "exception"];

function ReasonForm(props: {
  stop: ShownStop;
  why: string;
  reasons: readonly (readonly [ReportType, string])[];
  submit: string;
}) {
  const { fail, problem } = text.value;
  const [open] = useState(() => props.stop.shipments.filter((shipment) => shipment.tag !== "Delivered"));
  const [chosen, setChosen] = useState<readonly string[]>(open.map((shipment) => shipment.shipment));
  const [reason, setReason] = useState<ReportType | null>(null);
  const [note, setNote] = useState("");
  const [photos, setPhotos] = useState<readonly Picture[]>([]);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const noteBox = useRef<HTMLTextAreaElement>(null);
  const noteMissing = reason !== null && NEEDS_NOTE.includes(reason) && note.trim() === "";

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (busy || reason === null || chosen.length === 0) return;
    if (noteMissing) {
      noteBox.current?.focus();
      return;
    }
    setBusy(true);
    const deeds = open
      .filter((shipment) => chosen.includes(shipment.shipment))
      .map(
        (shipment): Deed => ({
          kind: "report",
          payload: {
            shipment: shipment.shipment,
            type: reason,
            pictures: photos.map((photo) => photo.id),
            proofs: [],
            ...(note.trim() === "" ? {} : { note: note.trim() }),
          },
        }),
      );
    await current.value?.act(deeds, "undoable", photos);
    home();
  };
  return (
    <form class="sheet-body" onSubmit={(event) => void submit(event)} noValidate>
      {open.length > 1 && <Which shipments={open} chosen={chosen} onChange={setChosen} title={fail.which} />}
      <fieldset class="choices">
        <legend>{props.why}</legend>
        {props.reasons.map(([type, words]) => (
          <label key={type} class="choice">
            <input
              type="radio"
              name="reason"
              value={type}
              checked={reason === type}
              data-testid={`reason-${type}`}
              onChange={() => setReason(type)}
            />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      {tried && reason === null && (
        <p class="wrong" role="alert">
          {fail.choose}
        </p>
      )}
      {reason === "lost" && <p class="wrong">{problem.lostDetail}</p>}
      <label class="field">
        <span>{fail.note}</span>
        <textarea
          ref={noteBox}
          rows={3}
          maxLength={1000}
          value={note}
          aria-invalid={tried && noteMissing}
          data-testid="note"
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        {tried && noteMissing && (
          <span class="wrong" role="alert">
            {fail.noteNeeded}
          </span>
        )}
      </label>
      <Photos photos={photos} onChange={setPhotos} />
      <div class="submit">
        <button
          type="submit"
          class="big bad wide"
          data-testid="submit"
          disabled={busy || chosen.length === 0}
        >
          {props.submit}
        </button>
      </div>
    </form>
  );
}
