import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Chip, Money, Time } from "../../ui/facts";
import { t as cashTexts } from "../cash/texts";
import { type ShipmentRecord, stepsOf } from "./model";
import { t } from "./texts";

/** What is due at the door, what was taken, and where it is now. */
export function CashPane({ record }: { record: ShipmentRecord }): JSX.Element {
  const text = t();
  const states: Readonly<Record<string, string>> = cashTexts().stateOf;
  const { cash, cash_taken } = record.shipment;
  const steps = stepsOf(record.ledger);
  return (
    <section class="pane" data-testid="cash">
      <h2>{text.cash}</h2>
      {!cash && !cash_taken && <p class="muted">{text.cashNone}</p>}
      <dl class="pairs">
        {cash && (
          <>
            <dt>{text.due}</dt>
            <dd>
              <Money of={cash} />
            </dd>
          </>
        )}
        {cash_taken && (
          <>
            <dt>{text.taken}</dt>
            <dd>
              <b>
                <Money of={cash_taken} />
              </b>
            </dd>
          </>
        )}
      </dl>
      {steps.length > 0 && (
        <ul class="cash-steps">
          {steps.map((step) => (
            <li key={`${step.kind}${step.at}`} class="row">
              <Chip tone={step.kind === "settled" ? "good" : "plain"}>{states[step.kind] ?? step.kind}</Chip>
              <Time at={step.at} how="dated" />
              {step.by && <span class="sub">{fill(text.by, { who: step.by })}</span>}
            </li>
          ))}
        </ul>
      )}
      {cash_taken && (
        <p>
          <a href="/desk/cash">{text.toCash}</a>
        </p>
      )}
    </section>
  );
}
