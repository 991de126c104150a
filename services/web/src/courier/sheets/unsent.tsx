/** What is still on the phone, and what the servers would not take. */

import { current } from "../current";
import { stopsOf } from "../merge";
import { day, formats, now_ms, online, outbox, text, unsent } from "../store";
import { actWord } from "../words";

export function Unsent() {
  const words = text.value.unsent;
  const stops = day.value === null ? [] : stopsOf(day.value);
  const { refusals, waiting } = outbox.value;
  const acts = unsent.value;
  const when = (at_ms: number) => formats.value.moment(at_ms, now_ms.value);
  const state = (n: number, not_before_ms: number) => {
    if (not_before_ms > now_ms.value) return words.held;
    if (!online.value || waiting === "network") return words.network;
    if (waiting === "server") return words.server;
    return n === 0 ? words.onTheWay : "";
  };
  return (
    <div class="sheet-body">
      {acts.length === 0 ? <p>{words.none}</p> : <p>{words.detail}</p>}
      <ol class="rows plain" data-testid="unsent-rows">
        {acts.map((act, n) => (
          <li key={act.id}>
            <span class="row-text">
              <b>{actWord(act, stops, text.value)}</b>
              <span class="detail">
                {[when(act.at_ms), state(n, act.not_before_ms)].filter((part) => part !== "").join(" · ")}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {refusals.length > 0 && (
        <>
          <h2>{words.refusedTitle}</h2>
          <p>{words.refusedDetail}</p>
          <ol class="rows plain" data-testid="refused-rows">
            {refusals.map((refusal) => (
              <li key={refusal.id}>
                <span class="row-text">
                  <b>{actWord(refusal.act, stops, text.value)}</b>
                  <span class="detail">{when(refusal.act.at_ms)}</span>
                  {refusal.what === "picture" && <span>{words.pictureLost}</span>}
                  {refusal.detail !== "" && (
                    <span class="reason" lang="en">
                      {refusal.detail}
                    </span>
                  )}
                </span>
                <button type="button" class="small" onClick={() => void current.value?.dismiss(refusal.id)}>
                  {words.dismiss}
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
