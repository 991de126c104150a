/** What is asked after the delivery: one tap answers, another tap changes it, and nothing has to be written. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Shop } from "../contracts";
import { spaced } from "../i18n/phone";
import { fill } from "../i18n/text";
import type { Question } from "../link/ratings";
import { Mail, Phone } from "../ui/icons";
import { asked, isBad, type Own } from "../view/rating";
import { ratingText } from "./rating_texts";
import { rating, state, text } from "./store";
import "./rating.css";

const NPS = Array.from({ length: 11 }, (_, n) => n);
const CSI = [1, 2, 3, 4, 5];
const SCORED: readonly Question[] = ["all_right", "nps", "csi"];

export function Rating() {
  const { view } = state.value;
  const tap = rating.tap.value;
  const { right, survey } = asked(view, tap, rating.owns.value);
  const heading = useRef<HTMLHeadingElement>(null);
  // Who has tapped an answer in a message came for this.
  useEffect(() => {
    if (tap !== null && (right || survey)) heading.current?.focus();
  }, [tap, right || survey]);
  if (view === null || !(right || survey)) return null;
  const said = ratingText();
  const shop = view.shop.name;
  return (
    <section class="rating" aria-labelledby="rating-title" data-testid="rating">
      <h2 id="rating-title" tabIndex={-1} ref={heading}>
        {said.title}
      </h2>
      {right && <Asked question="all_right" legend={said.right} marks={[1, 0]} names={[said.yes, said.no]} />}
      {right && rating.score(view, "all_right") !== null && (
        <Words
          question="all_right"
          label={isBad("all_right", rating.score(view, "all_right")) ? said.why : said.more}
        />
      )}
      {survey && (
        <>
          <Asked
            question="nps"
            legend={fill(said.nps, { shop })}
            marks={NPS}
            ends={[said.npsLow, said.npsHigh]}
          />
          <Asked question="csi" legend={said.csi} marks={CSI} ends={[said.csiLow, said.csiHigh]} />
          <Words question="remark" label={said.more} />
        </>
      )}
    </section>
  );
}

function Asked(props: {
  question: Question;
  legend: string;
  marks: readonly number[];
  names?: readonly string[];
  ends?: readonly [string, string];
}) {
  const { question, marks, names, ends } = props;
  const said = ratingText();
  const id = useId();
  const pointed = useRef(false);
  const score = rating.score(state.value.view, question);
  const own = rating.owns.value[question];
  const most = String(marks.at(-1));
  const pick = (mark: number) => {
    // Arrow keys pass over marks that nobody meant; a tap means the one it hits.
    if (pointed.current) void rating.answer(question, mark);
    else rating.choose(question, mark);
    pointed.current = false;
  };
  return (
    <fieldset
      class="asked"
      data-testid={`asked-${question}`}
      onPointerDown={() => {
        pointed.current = true;
      }}
      onKeyDown={(event) => {
        pointed.current = false;
        if (event.key === "Enter") rating.flush();
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) rating.flush();
      }}
    >
      <legend>{props.legend}</legend>
      <div class="marks" data-count={marks.length}>
        {marks.map((mark, i) => (
          <label key={mark} class="mark" data-bad={names && isBad(question, mark) ? "" : undefined}>
            <input
              type="radio"
              name={id}
              value={mark}
              checked={score === mark}
              aria-label={names ? undefined : fill(said.mark, { n: String(mark), most })}
              onChange={() => pick(mark)}
            />
            <span aria-hidden={names ? undefined : "true"}>{names?.[i] ?? mark}</span>
          </label>
        ))}
      </div>
      {ends !== undefined && (
        <p class="ends">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </p>
      )}
      <div role="status" data-testid={`said-${question}`}>
        <Said question={question} score={score} own={own} />
      </div>
      {worst(question) && (own === undefined || own.is === "kept") && <LookedAfter />}
      {score !== null && own?.is !== "sending" && own?.is !== "early" && (
        <p class="undo">
          {own !== undefined && own.is === "kept" && <span>{said.change} </span>}
          <button
            type="button"
            class="linklike"
            onClick={() => void rating.takeBack(state.value.view, question)}
          >
            {said.takeBack}
          </button>
        </p>
      )}
      {(own?.is === "later" || own?.is === "busy") && (
        <button
          type="button"
          class="retry"
          onClick={() => own.score !== null && void rating.answer(question, own.score)}
        >
          {said.retry}
        </button>
      )}
    </fieldset>
  );
}

function Said({ question, score, own }: { question: Question; score: number | null; own: Own | undefined }) {
  const said = ratingText();
  const is = own?.is ?? "kept";
  if (is === "sending") return <p class="detail">{said.sending}</p>;
  if (is === "early") return <p class="trouble">{said.early}</p>;
  if (is === "busy") return <p class="trouble">{said.busy}</p>;
  if (is !== "kept") return <p class="trouble">{said.later}</p>;
  if (score === null) return own === undefined ? null : <p class="detail">{said.takenBack}</p>;
  if (!worst(question)) return <p class="thanks">{said.thanks}</p>;
  return <p class="thanks sorry">{fill(said.thanksBad, { shop: state.value.shop?.name ?? "" })}</p>;
}

/** Whether it is said here that somebody looks after him: once, however many answers are bad. */
function worst(question: Question): boolean {
  const { view } = state.value;
  const bad = SCORED.find((each) => isBad(each, rating.score(view, each)));
  return bad === question;
}

/** The shop, for who can't wait until somebody calls. */
function LookedAfter() {
  const shop: Shop | null = state.value.shop;
  const { phone, email } = shop?.contact ?? {};
  if (phone === undefined && email === undefined) return null;
  return (
    <p class="reach" data-testid="rating-contact">
      <span>{ratingText().contact}</span>
      {phone !== undefined && (
        <a href={`tel:${phone.replace(/[^\d+]/g, "")}`}>
          <Phone />
          {spaced(phone)}
        </a>
      )}
      {email !== undefined && (
        <a href={`mailto:${email}`}>
          <Mail />
          {text.value.shop.write}
        </a>
      )}
    </p>
  );
}

const LONGEST = 1000;

function Words({ question, label }: { question: Question; label: string }) {
  const said = ratingText();
  const id = useId();
  const [words, setWords] = useState("");
  const { view } = state.value;
  const is = rating.owns.value[question]?.words ?? "none";
  const there = rating.hasWords(view, question);
  const send = (event: Event) => {
    event.preventDefault();
    if (words.trim() !== "" && is !== "sending") void rating.tell(view, question, words.trim());
  };
  return (
    <form class="words" onSubmit={send} data-testid={`words-${question}`}>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={LONGEST}
        value={words}
        aria-describedby={`${id}-hint`}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <p class="detail" id={`${id}-hint`}>
        {there && is !== "kept" ? said.wordsThere : said.hint}
      </p>
      <div role="status">
        {is === "sending" && <p class="detail">{said.sending}</p>}
        {is === "kept" && <p class="thanks">{said.wordsKept}</p>}
        {is === "early" && <p class="trouble">{said.early}</p>}
        {is === "busy" && <p class="trouble">{said.busy}</p>}
        {(is === "later" || is === "gone") && <p class="trouble">{said.later}</p>}
      </div>
      <button type="submit" class="retry">
        {said.send}
      </button>
    </form>
  );
}
