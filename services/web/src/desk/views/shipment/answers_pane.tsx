/** What the recipient has answered, and what was done about it. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import "../answers/answers.css";
import { useResource } from "../../resource";
import { Chip, Time } from "../../ui/facts";
import type { ShipmentAnswers } from "../answers/model";
import { t } from "../answers/texts";
import { Said, Words } from "../answers/words";
import { t as caseTexts } from "../cases/texts";

const EVERY_MS = 30_000;

export function AnswersPane({ shipment }: { shipment: string }): JSX.Element | null {
  const text = t();
  const cases = caseTexts();
  const read = useResource<ShipmentAnswers>(`/v1/shipments/${encodeURIComponent(shipment)}/answers`, {
    every_ms: EVERY_MS,
  });
  const told = read.data;
  if (told === undefined) return null;
  return (
    <section class="pane" aria-labelledby="answers-title" data-testid="shipment-answers">
      <div class="pane-head">
        <h2 id="answers-title">{text.pane}</h2>
        {told.case === "open" && (
          <a href="/desk/cases">
            <Chip tone="bad">{cases.caseOpen}</Chip>
          </a>
        )}
        {told.case === "closed" && <Chip tone="good">{cases.caseClosed}</Chip>}
      </div>
      {told.answers.length === 0 && <p class="muted">{text.paneNone}</p>}
      <Said answers={told.answers} />
      {told.closed !== undefined && (
        <div class="narrow-gap">
          <p class="sub">
            {fill(cases.closedBy, { name: told.closed.by_name })}, <Time at={told.closed.at} how="dated" />
          </p>
          <Words words={told.closed.word} />
        </div>
      )}
    </section>
  );
}
