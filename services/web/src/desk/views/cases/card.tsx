/** One case: what he said, how to reach him, and the word that closes it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { spaced } from "../../../i18n/phone";
import { fill } from "../../../i18n/text";
import { Mail, Phone } from "../../../ui/icons";
import { ApiError, api } from "../../api";
import { refreshCases } from "../../open_cases";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { Status, Time } from "../../ui/facts";
import { Field } from "../../ui/field";
import { toast, toastError } from "../../ui/toast";
import type { Case, Closing } from "../answers/model";
import { Said, Words } from "../answers/words";
import { t } from "./texts";

const LONGEST = 1000;

export function CaseCard({ of, onChanged }: { of: Case; onChanged: () => void }): JSX.Element {
  const text = t();
  const changed = () => {
    refreshCases();
    onChanged();
  };
  const courier = of.courier_name ?? of.courier;
  return (
    <li class="pane case-card" data-testid="case" data-shipment={of.shipment}>
      <div class="narrow-gap">
        <h2>
          <a href={`/desk/shipments/${encodeURIComponent(of.shipment)}`}>
            {fill(text.order, { n: of.order_number })}
          </a>
        </h2>
        <p class="row">
          <span>{of.shop}</span>
          <Status code={of.status} />
          {of.closed === undefined && (
            <span class="sub">
              {text.since} <Time at={of.opened_at} how="dated" />
            </span>
          )}
        </p>
        {courier && <p class="sub">{fill(text.broughtBy, { name: courier })}</p>}
      </div>
      <Said answers={of.answers} />
      <Reach of={of} />
      {of.closed !== undefined ? (
        <Closed of={of} closed={of.closed} onChanged={changed} />
      ) : (
        may("staff") && <Close of={of} onChanged={changed} />
      )}
    </li>
  );
}

function Reach({ of }: { of: Case }): JSX.Element {
  const text = t();
  const { name, phone, email, language } = of.recipient;
  const speaks = language === undefined ? undefined : text.languages[language as "el" | "ru" | "en"];
  return (
    <section aria-label={text.reach} class="case-reach" data-testid="case-reach">
      {name && <b>{name}</b>}
      {speaks && <span class="sub">{fill(text.speaks, { language: speaks })}</span>}
      {phone && (
        <a href={`tel:${phone}`}>
          <Phone />
          {spaced(phone)}
        </a>
      )}
      {email && (
        <a href={`mailto:${email}`}>
          <Mail />
          {email}
        </a>
      )}
      {!phone && !email && <span class="muted">{text.noReach}</span>}
    </section>
  );
}

function Close({ of, onChanged }: { of: Case; onChanged: () => void }): JSX.Element {
  const text = t();
  const [word, setWord] = useState("");
  const path = `/v1/cases/${encodeURIComponent(of.shipment)}/closings`;
  const close = async () => {
    try {
      const made = await api.call<Case>("POST", path, { body: { seq: of.seq, word: word.trim() } });
      const closing = made.closed?.closing;
      toast({
        message: fill(text.closed, { order: of.order_number }),
        tone: "good",
        ...(closing === undefined
          ? {}
          : {
              undo: async () => {
                await api.call("DELETE", `${path}/${encodeURIComponent(closing)}`);
                onChanged();
              },
            }),
      });
      onChanged();
    } catch (error) {
      toastError(error);
      // He has answered again, or somebody was faster: show how it stands.
      if (error instanceof ApiError && error.kind === "conflict") onChanged();
    }
  };
  return (
    <form class="case-close" onSubmit={(event) => event.preventDefault()}>
      <Field label={text.word} hint={text.wordHint}>
        {(ties) => (
          <div class="input">
            <textarea
              {...ties}
              rows={2}
              maxLength={LONGEST}
              value={word}
              data-testid="case-word"
              onInput={(event) => setWord(event.currentTarget.value)}
            />
          </div>
        )}
      </Field>
      <Button kind="main" testid="close-case" disabled={word.trim() === ""} onClick={close}>
        {text.close}
      </Button>
    </form>
  );
}

function Closed(props: { of: Case; closed: Closing; onChanged: () => void }): JSX.Element {
  const text = t();
  const { of, closed } = props;
  const reopen = async () => {
    try {
      await api.call(
        "DELETE",
        `/v1/cases/${encodeURIComponent(of.shipment)}/closings/${encodeURIComponent(closed.closing)}`,
      );
      toast({ message: fill(text.reopened, { order: of.order_number }) });
      props.onChanged();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div class="narrow-gap" data-testid="case-closed">
      <p>
        {fill(text.closedBy, { name: closed.by_name })},{" "}
        <span class="sub">
          <Time at={closed.at} how="dated" />
        </span>
      </p>
      <Words words={closed.word} />
      {may("staff") && (
        <p>
          <Button small testid="reopen-case" onClick={reopen}>
            {text.reopen}
          </Button>
        </p>
      )}
    </div>
  );
}
