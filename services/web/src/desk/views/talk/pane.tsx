/** What recipient and shop said to each other about a shipment: answered here, and calls noted in two taps. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import "./talk.css";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, Time } from "../../ui/facts";
import { Field } from "../../ui/field";
import { toast, toastError } from "../../ui/toast";
import { ABOUT, type About, type Exchange, NOTED, type Noted, type Talk, wordsOf } from "./model";
import { t } from "./texts";

const EVERY_MS = 10_000;
const LONGEST = 2_000;

export function TalkPane({ shipment }: { shipment: string }): JSX.Element {
  const text = t();
  const path = `/v1/shipments/${encodeURIComponent(shipment)}`;
  const read = useResource<Talk>(`${path}/replies`, { every_ms: EVERY_MS });
  const talk = read.data;
  return (
    <section class="pane" aria-labelledby="talk-title" data-testid="talk">
      <div class="pane-head">
        <h2 id="talk-title">{text.pane}</h2>
      </div>
      {may("staff") && <Note path={path} onDone={read.reload} />}
      {talk === undefined && read.loading && !read.error && <Loading />}
      {talk === undefined && read.error && <ErrorNote error={read.error} onRetry={read.reload} />}
      {talk?.exchanges.length === 0 && <p class="muted">{text.none}</p>}
      {talk !== undefined && talk.exchanges.length > 0 && (
        <ol class="talk">
          {talk.exchanges.map((one) => (
            <Said key={one.seq} one={one} />
          ))}
        </ol>
      )}
      {talk !== undefined && talk.exchanges.length > 0 && may("staff") && (
        <Answer by={talk.answer_by ?? null} path={path} onDone={read.reload} />
      )}
    </section>
  );
}

function Said({ one }: { one: Exchange }): JSX.Element {
  const text = t();
  const words = wordsOf(one);
  return (
    <li data-direction={one.direction} data-way={one.way}>
      <p class="row sub">
        <b>{one.direction === "in" ? text.him : text.us}</b>
        <span>{text.ways[one.way]}</span>
        {one.direction === "in" && one.by !== "recipient" && <span>{text.noted}</span>}
        <Time at={one.at} how="dated" />
        {one.about && <Chip>{text.about[one.about]}</Chip>}
      </p>
      {words === "said" && <p class="talk-words">{one.text}</p>}
      {words === "deleted" && <p class="muted">{text.gone}</p>}
      {words === "none" && !one.about && <p class="muted">{text.noWords}</p>}
      {(one.attachments ?? 0) > 0 && <p class="muted">{plural(text.attachments, one.attachments ?? 0)}</p>}
    </li>
  );
}

/** A tap says how he came, another what it was about. */
function Note({ path, onDone }: { path: string; onDone: () => void }): JSX.Element {
  const text = t();
  const [way, setWay] = useState<Noted | null>(null);
  const [sending, setSending] = useState(false);
  const names: Readonly<Record<Noted, string>> = {
    call: text.called,
    chat: text.chatted,
    visit: text.came,
  };
  const note = async (about: About) => {
    setSending(true);
    try {
      await api.call("POST", `${path}/contacts`, { body: { way, about } });
      toast({ message: text.counted, tone: "good" });
      setWay(null);
      onDone();
    } catch (error) {
      toastError(error);
    }
    setSending(false);
  };
  return (
    <div class="talk-note">
      <div class="row">
        {NOTED.map((one) => (
          <button
            key={one}
            type="button"
            class="button small"
            aria-pressed={way === one}
            data-testid={`note-${one}`}
            onClick={() => setWay(way === one ? null : one)}
          >
            {names[one]}
          </button>
        ))}
      </div>
      {way !== null && (
        <fieldset class="talk-about" disabled={sending}>
          <legend>{text.aboutWhat}</legend>
          {ABOUT.map((about) => (
            <Button key={about} small testid={`about-${about}`} onClick={() => note(about)}>
              {text.about[about]}
            </Button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Answer(props: { by: "email" | "sms" | null; path: string; onDone: () => void }): JSX.Element {
  const text = t();
  const [words, setWords] = useState("");
  const [sent, setSent] = useState(0);
  // The same until it was taken: sent again after a lost answer it is one message.
  const key = useMemo(() => `desk-${crypto.randomUUID()}`, [sent]);
  if (props.by === null) return <p class="muted">{text.noAnswer}</p>;
  const send = async () => {
    try {
      const answer = await api.call<{ status: string }>("POST", `${props.path}/replies`, {
        body: { text: words.trim() },
        headers: { "Idempotency-Key": key },
      });
      toast({ message: answer.status === "pending" ? text.pending : text.sent, tone: "good" });
      setWords("");
      setSent(sent + 1);
      props.onDone();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div class="form">
      <Field label={text.answer} hint={text.answerBy[props.by]}>
        {(ties) => (
          <textarea
            {...ties}
            rows={3}
            maxLength={LONGEST}
            value={words}
            data-testid="answer"
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        )}
      </Field>
      <p>
        <Button kind="main" testid="send-answer" disabled={words.trim() === ""} onClick={send}>
          {text.send}
        </Button>
      </p>
    </div>
  );
}
