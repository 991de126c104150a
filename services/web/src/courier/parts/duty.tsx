/** On duty or off, big and plain, and whether his position gets through. */

import { fill } from "../../i18n/text";
import { current } from "../current";
import { toneOf } from "../status";
import { awake, day, fixes, formats, leads, now_ms, onDuty, status, text } from "../store";
import { show } from "../views";

export function Duty() {
  const on = onDuty.value;
  const { duty } = text.value;
  const since = day.value?.duty_since;
  return (
    <section class="duty" data-on={on}>
      <div class="duty-head">
        <div>
          <p class="duty-state" role="status" data-testid="duty">
            {on ? duty.on : duty.off}
          </p>
          {on && since !== undefined && (
            <p class="duty-since">
              {fill(duty.since, { time: formats.value.moment(Date.parse(since), now_ms.value) })}
            </p>
          )}
        </div>
        {on && <Switch on />}
      </div>
      <Sending />
      {on ? <Sleeps /> : <Switch on={false} />}
    </section>
  );
}

/** Off duty it is the one thing to do, and as large as the page; on duty it stays out of the thumb's way. */
function Switch({ on }: { on: boolean }) {
  const { duty } = text.value;
  return (
    <button
      type="button"
      class={on ? "big outlined" : "big primary"}
      data-testid={on ? "go-off" : "go-on"}
      onClick={() => void current.value?.duty(!on)}
    >
      {on ? duty.goOff : duty.goOn}
    </button>
  );
}

/** "Position sent 6 s ago", or why not and what to do. */
function Sending() {
  const { sending, duty } = text.value;
  const now = status.value;
  const waiting = text.value.count("fixes", fixes.value.waiting);
  const tone = toneOf(now, fixes.value, now_ms.value);
  const ago = formats.value.ago(fixes.value.sent_ms ?? 0, now_ms.value);
  const words = {
    off: [duty.offDetail],
    otherTab: [sending.otherTab],
    none: [sending.none, sending.noneDetail],
    denied: [sending.denied, sending.deniedDetail],
    offline: [fill(sending.offline, { waiting })],
    lost: [sending.lost, sending.lostDetail],
    clock: [sending.clock],
    refused: [sending.refused],
    server: [fill(sending.server, { waiting })],
    first: [sending.first],
    sent: [ago === null ? sending.sentNow : fill(sending.sent, { ago })],
  }[now];
  return (
    <div class="sending" data-tone={tone} data-testid="sending" data-status={now}>
      <span class="dot" aria-hidden="true" />
      <div>
        <p>{words[0]}</p>
        {words[1] !== undefined && <p class="detail">{words[1]}</p>}
        {now === "otherTab" && (
          <button type="button" class="small" onClick={() => current.value?.lead()}>
            {sending.here}
          </button>
        )}
      </div>
      <Announced />
    </div>
  );
}

/** For screen readers: that it changed between getting through and not, without the ticking. */
function Announced() {
  const { sending, duty } = text.value;
  const now = status.value;
  const words = {
    off: duty.offDetail,
    otherTab: sending.otherTab,
    none: sending.none,
    denied: sending.denied,
    offline: text.value.unsent.network,
    lost: sending.lost,
    clock: sending.clock,
    refused: sending.refused,
    server: text.value.unsent.server,
    first: sending.first,
    sent: sending.sentNow,
  }[now];
  return (
    <span class="unseen" role="status">
      {words}
    </span>
  );
}

/** A browser stops in the background: said before it happens. */
function Sleeps() {
  const { sending } = text.value;
  return (
    <div class="sleeps">
      <p>{sending.sleeps}</p>
      {awake.value === null && leads.value && <p>{sending.noAwake}</p>}
      <button type="button" class="link" onClick={() => show({ name: "background" })}>
        {sending.background}
      </button>
    </div>
  );
}
