/** Handed over: to whom, cash taken, a photo or a signature. Everything but the name is a tap or nothing. */

import { useRef, useState } from "preact/hooks";
import { fill } from "../../i18n/text";
import { amountOf, sameAmount } from "../cash";
import { current } from "../current";
import type { Picture } from "../db";
import type { ShownShipment, ShownStop } from "../merge";
import { formats, text } from "../store";
import type { Deed, Delivered } from "../types";
import { home } from "../views";
import { Photos } from "./photos";
import { Signature } from "./signature";
import { Which } from "./which";

type Whom = "recipient" | "somebody" | "neighbour";

export function Deliver({ stop }: { stop: ShownStop }) {
  const { deliver } = text.value;
  const [open] = useState(() => stop.shipments.filter((shipment) => shipment.tag !== "Delivered"));
  const [chosen, setChosen] = useState<readonly string[]>(open.map((shipment) => shipment.shipment));
  const [whom, setWhom] = useState<Whom>("recipient");
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [cash, setCash] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(open.map((shipment) => [shipment.shipment, shipment.cash?.amount ?? ""])),
  );
  const [photos, setPhotos] = useState<readonly Picture[]>([]);
  const signature = useRef<(() => Promise<Picture>) | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const nameBox = useRef<HTMLInputElement>(null);

  const handed = open.filter((shipment) => chosen.includes(shipment.shipment));
  const recipient = open.find((shipment) => shipment.name !== undefined)?.name;
  const asksName = whom !== "recipient" || recipient === undefined;
  const nameMissing = asksName && name.trim() === "";
  const cashWrong = (shipment: ShownShipment) =>
    shipment.cash !== undefined && amountOf(cash[shipment.shipment] ?? "") === null;

  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (busy || handed.length === 0) return;
    if (nameMissing) {
      nameBox.current?.focus();
      return;
    }
    const wrong = handed.find(cashWrong);
    if (wrong !== undefined) {
      document.getElementById(`cash-${wrong.shipment}`)?.focus();
      return;
    }
    setBusy(true);
    const pictures = [...photos];
    if (signature.current !== null) pictures.push(await signature.current());
    const deeds = handed.map((shipment): Deed => {
      const amount = shipment.cash === undefined ? null : amountOf(cash[shipment.shipment] ?? "");
      const taken = amount !== null && Number(amount) > 0;
      return {
        kind: "report",
        payload: {
          shipment: shipment.shipment,
          type: typeOf(whom, taken, signature.current !== null),
          taken_by: asksName ? name.trim() : (shipment.name ?? recipient ?? ""),
          pictures: pictures.map((picture) => picture.id),
          proofs: [],
          ...(note.trim() === "" ? {} : { note: note.trim() }),
          ...(taken && shipment.cash !== undefined
            ? { cash: { amount, currency: shipment.cash.currency } }
            : {}),
        },
      };
    });
    await current.value?.act(deeds, "undoable", pictures);
    home();
  };

  return (
    <form class="sheet-body" onSubmit={(event) => void submit(event)} noValidate>
      {open.length > 1 && (
        <Which shipments={open} chosen={chosen} onChange={setChosen} title={deliver.which} />
      )}
      <fieldset class="choices">
        <legend>{deliver.whom}</legend>
        {(["recipient", "somebody", "neighbour"] as const).map((each) =>
          each === "recipient" && recipient === undefined ? null : (
            <label key={each} class="choice">
              <input
                type="radio"
                name="whom"
                value={each}
                checked={whom === each}
                data-testid={`whom-${each}`}
                onChange={() => setWhom(each)}
              />
              <span>
                {each === "recipient" ? fill(deliver.recipient, { name: recipient ?? "" }) : deliver[each]}
              </span>
            </label>
          ),
        )}
      </fieldset>
      {asksName && (
        <label class="field">
          <span>{whom === "neighbour" ? deliver.neighbourName : deliver.name}</span>
          <input
            ref={nameBox}
            type="text"
            maxLength={120}
            autocomplete="off"
            value={name}
            aria-invalid={tried && nameMissing}
            data-testid="taken-by"
            onInput={(event) => setName(event.currentTarget.value)}
          />
          {tried && nameMissing && (
            <span class="wrong" role="alert">
              {deliver.nameMissing}
            </span>
          )}
        </label>
      )}
      {handed.map((shipment) => {
        const { cash: due } = shipment;
        if (due === undefined) return null;
        const written = cash[shipment.shipment] ?? "";
        const amount = amountOf(written);
        return (
          <label key={shipment.shipment} class="field cash-field">
            <span>
              {fill(deliver.cashLabel, { currency: due.currency })}
              {handed.length > 1 && ` · ${shipment.order_number}`}
            </span>
            <input
              id={`cash-${shipment.shipment}`}
              type="text"
              inputMode="decimal"
              autocomplete="off"
              value={written}
              aria-invalid={amount === null}
              data-testid="cash-taken"
              onInput={(event) => setCash({ ...cash, [shipment.shipment]: event.currentTarget.value })}
            />
            <span class="detail">{fill(deliver.cashDue, { amount: formats.value.money(due) })}</span>
            {amount === null ? (
              <span class="wrong" role="alert">
                {fill(deliver.cashWrong, { example: due.amount })}
              </span>
            ) : (
              !sameAmount(amount, due.amount) && (
                <span class="wrong" role="status">
                  {fill(deliver.cashOther, { amount: formats.value.money(due) })}
                </span>
              )
            )}
          </label>
        );
      })}
      <Photos photos={photos} onChange={setPhotos} />
      <Signature
        onChange={(next) => {
          signature.current = next;
        }}
      />
      <label class="field">
        <span>{deliver.note}</span>
        <textarea
          rows={2}
          maxLength={1000}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <div class="submit">
        <button
          type="submit"
          class="big good wide"
          data-testid="submit"
          disabled={busy || handed.length === 0}
        >
          {deliver.submit}
        </button>
      </div>
    </form>
  );
}

function typeOf(whom: Whom, cash: boolean, signed: boolean): Delivered {
  if (whom === "neighbour") return "left_with_neighbour";
  if (cash) return "cash_collected";
  return signed ? "signed" : "delivered";
}
