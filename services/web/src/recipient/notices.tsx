/** What the recipient is told, where, and in which language; asked for when he opens it. */

import { useRef, useState } from "preact/hooks";
import { LANGUAGES, NAMES } from "../i18n/text";
import { type Change, changed, type Reach, type Wishes, WishesSource } from "../link/wishes";
import { noticesText } from "./notices_texts";
import "./notices.css";

type Is = "closed" | "loading" | "failed" | "open" | "saving" | "saved" | "not_saved";

export function Notices() {
  const said = noticesText();
  const [wishes, setWishes] = useState<Wishes | null>(null);
  const [is, setIs] = useState<Is>("closed");
  const source = useRef<WishesSource | null>(null);
  const load = async () => {
    // The secret stands in the fragment, and nowhere else.
    source.current ??= new WishesSource(
      location.hash.slice(1),
      (url, init) => fetch(url, init),
      () => Date.now(),
    );
    setIs("loading");
    const found = await source.current.read();
    setWishes(found);
    setIs(found === null ? "failed" : "open");
  };
  const change = async (next: Change) => {
    if (wishes === null || source.current === null) return;
    const before = wishes;
    setWishes(changed(before, next));
    setIs("saving");
    const done = await source.current.change(next);
    if (!done) setWishes(before);
    setIs(done ? "saved" : "not_saved");
  };
  return (
    <details
      class="wishes"
      data-testid="wishes"
      onToggle={(event) => {
        if (event.currentTarget.open && wishes === null && is !== "loading") void load();
      }}
    >
      <summary>{said.title}</summary>
      {is === "loading" && <p class="detail">{said.loading}</p>}
      {is === "failed" && (
        <p class="detail">
          {said.failed}{" "}
          <button type="button" class="linklike" onClick={() => void load()}>
            {said.retry}
          </button>
        </p>
      )}
      {wishes !== null && <Form wishes={wishes} busy={is === "saving"} change={change} />}
      <p class="wishes-said" role="status" data-is={is}>
        {is === "saved" && said.saved}
        {is === "not_saved" && said.notSaved}
      </p>
    </details>
  );
}

function Form(props: { wishes: Wishes; busy: boolean; change: (next: Change) => Promise<void> }) {
  const said = noticesText();
  const { wishes, busy, change } = props;
  const able = wishes.channels.filter((reach) => !reach.stopped);
  return (
    <fieldset class="wishes-form" disabled={busy} aria-label={said.title}>
      {wishes.channels.length === 0 && <p class="detail">{said.none}</p>}
      <ul>
        {wishes.channels.map((reach) => (
          <Line key={reach.channel} reach={reach} change={change} />
        ))}
      </ul>
      {able.length > 1 && (
        <fieldset class="wishes-pick" aria-label={said.first}>
          <span aria-hidden="true">{said.first}</span>
          <div>
            {able.map(({ channel }) => (
              <button
                key={channel}
                type="button"
                aria-pressed={wishes.first === channel}
                data-testid={`first-${channel}`}
                onClick={() => void change({ first: channel })}
              >
                {said[channel]}
              </button>
            ))}
          </div>
        </fieldset>
      )}
      {wishes.channels.length > 0 && (
        <label class="wishes-pick">
          <span>{said.language}</span>
          <select
            value={wishes.language}
            data-testid="wishes-language"
            onChange={(event) => void change({ language: event.currentTarget.value as Wishes["language"] })}
          >
            {LANGUAGES.map((one) => (
              <option key={one} value={one} lang={one}>
                {NAMES[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="detail">{said.for}</p>
    </fieldset>
  );
}

function Line({ reach, change }: { reach: Reach; change: (next: Change) => Promise<void> }) {
  const said = noticesText();
  const { channel, address, stopped } = reach;
  return (
    <li data-stopped={stopped || undefined}>
      <span>
        <b>{said[channel]}</b> <span class="numbers">{address}</span>
        {stopped && <span class="detail"> · {said.stopped}</span>}
      </span>
      <button
        type="button"
        data-testid={`${stopped ? "resume" : "stop"}-${channel}`}
        onClick={() => void change(stopped ? { resume: [channel] } : { stop: [channel] })}
      >
        {stopped ? said.resume : said.stop} <span class="unseen">{said[channel]}</span>
      </button>
    </li>
  );
}
