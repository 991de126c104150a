/** What is not sent yet, what was not accepted, and what went by while the page was not seen. */

import { fill } from "../../i18n/text";
import { Warning } from "../../ui/icons";
import { away_ms, codeFailed, now_ms, online, outbox, text, unsent } from "../store";
import { show } from "../views";
import { More, Signal } from "./icons";

const MINUTE_MS = 60_000;

export function Notices() {
  const { sending, enrol, page } = text.value;
  const due = unsent.value.filter((act) => act.not_before_ms <= now_ms.value);
  const { refusals, waiting } = outbox.value;
  const stuck = due.length > 0 && (waiting !== null || !online.value);
  return (
    <div class="notices">
      <div role="status">
        {stuck && (
          <button type="button" class="notice" data-testid="unsent" onClick={() => show({ name: "unsent" })}>
            <Signal />
            <span>
              <b>{text.value.count("unsent", due.length)}</b>
              <span class="detail">
                {waiting === "server" && online.value ? text.value.unsent.server : text.value.unsent.network}
              </span>
            </span>
            <More />
          </button>
        )}
      </div>
      <div role="status">
        {refusals.length > 0 && (
          <button
            type="button"
            class="notice bad"
            data-testid="refused"
            onClick={() => show({ name: "unsent" })}
          >
            <Warning />
            <span>
              <b>{text.value.count("refused", refusals.length)}</b>
            </span>
            <More />
          </button>
        )}
      </div>
      {away_ms.value > 0 && (
        <div class="notice plain" role="status" data-testid="away">
          <span>
            {fill(sending.wasAway, {
              time: text.value.count("minutes", Math.max(1, Math.round(away_ms.value / MINUTE_MS))),
            })}{" "}
            <button type="button" class="link" onClick={() => show({ name: "background" })}>
              {sending.background}
            </button>
          </span>
          <button
            type="button"
            class="small"
            onClick={() => {
              away_ms.value = 0;
            }}
          >
            {page.close}
          </button>
        </div>
      )}
      {codeFailed.value && (
        <div class="notice plain" role="status">
          <span>{enrol.kept}</span>
          <button
            type="button"
            class="small"
            onClick={() => {
              codeFailed.value = false;
            }}
          >
            {page.close}
          </button>
        </div>
      )}
    </div>
  );
}
