/** What a shop's recipients are told, with how it looks. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "./notices.css";
import type { Language } from "../../../contracts";
import { fill, LANGUAGES, NAMES } from "../../../i18n/text";
import { api } from "../../api";
import { useDraft } from "../../draft";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { formats, language } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Choice, TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import type { Kind } from "../notices/model";
import { t as kinds } from "../notices/texts";
import {
  BOUNDS,
  bodyOf,
  CHOSEN,
  faultsOf,
  formOf,
  type NoticePolicy,
  type NumberField,
  ORDERS,
  type PolicyForm,
  previewPath,
  type Shown,
  type Told,
} from "./notices_model";
import { t } from "./notices_texts";

interface Document {
  merchant: string;
  notices: NoticePolicy;
}

const FINER: readonly NumberField[] = [
  "quiet_from_h",
  "quiet_to_h",
  "daily_cap",
  "ask_after_h",
  "survey_after_d",
  "hold_out_pct",
];

export function NoticesPane({ merchant, mayChange }: { merchant: string; mayChange: boolean }): JSX.Element {
  const text = t();
  const path = `/v1/merchants/${encodeURIComponent(merchant)}/notices`;
  const read = useResource<Document>(path);
  const draft = useDraft<PolicyForm | null>(read.data === undefined ? null : formOf(read.data.notices));
  const { form } = draft;
  const [error, setError] = useState<unknown>(null);
  const change = (next: Partial<PolicyForm>) => {
    if (form !== null) draft.write({ ...form, ...next });
  };
  const faults = form === null ? new Set<NumberField>() : faultsOf(form);
  const save = async () => {
    if (form === null || read.data === undefined) return;
    if (faults.size > 0) {
      document.querySelector<HTMLElement>(".notices-form [aria-invalid=true]")?.focus();
      return;
    }
    setError(null);
    try {
      const saved = await api.call<Document>("PUT", path, { body: bodyOf(form, read.data.notices) });
      read.put(saved);
      draft.saved();
      toast({ message: text.saved, tone: "good" });
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <section class="pane form" aria-labelledby="told-title" data-testid="shop-notices">
      <div class="narrow-gap">
        <h2 id="told-title">{text.title}</h2>
        <p class="hint">{text.hint}</p>
      </div>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {form !== null && (
        <div class="notices-panes">
          <fieldset class="stack shop-form notices-form" disabled={!mayChange}>
            <Choice
              label={text.order}
              hint={text.orderHint}
              value={form.order}
              options={ORDERS.map((value) => ({ value, label: text.orders[value] }))}
              onChange={(order) => change({ order })}
              testid="notice-channels"
            />
            <Kinds form={form} onChange={change} />
            <details class="finer" open={faults.size > 0 || undefined}>
              <summary>{text.finer}</summary>
              <div class="form">
                <div class="form-two">
                  {FINER.map((field) => (
                    <NumberLine
                      key={field}
                      field={field}
                      form={form}
                      bad={faults.has(field)}
                      onChange={change}
                    />
                  ))}
                </div>
              </div>
            </details>
            <label class="toggle">
              <input
                type="checkbox"
                checked={form.sms_capitals}
                onChange={(event) => change({ sms_capitals: event.currentTarget.checked })}
              />
              {text.sms_capitals}
            </label>
            {error !== null && <ErrorNote error={error} />}
            {mayChange && draft.written && (
              <div>
                <Button kind="main" onClick={save} testid="save-notices">
                  {text.save}
                </Button>
              </div>
            )}
          </fieldset>
          <Look merchant={merchant} capitals={form.sms_capitals} />
        </div>
      )}
    </section>
  );
}

function Kinds(props: { form: PolicyForm; onChange: (next: Partial<PolicyForm>) => void }): JSX.Element {
  const text = t();
  const { form, onChange } = props;
  return (
    <fieldset class="told">
      <legend>{text.kinds}</legend>
      {CHOSEN.map((kind) => (
        <label key={kind} class="told-line">
          <span>{kinds().kinds[kind]}</span>
          <select
            value={form.told[kind]}
            data-testid={`told-${kind}`}
            onChange={(event) =>
              onChange({ told: { ...form.told, [kind]: event.currentTarget.value as Told } })
            }
          >
            {(["all", "email_only", "off"] as const).map((told) => (
              <option key={told} value={told}>
                {text.told[told]}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}

function NumberLine(props: {
  field: NumberField;
  form: PolicyForm;
  bad: boolean;
  onChange: (next: Partial<PolicyForm>) => void;
}): JSX.Element {
  const text = t();
  const { field, form, bad, onChange } = props;
  const [min, max] = BOUNDS[field];
  const hints: Partial<Record<NumberField, string>> = {
    quiet_to_h: text.quietHint,
    ask_after_h: text.zeroHint,
    survey_after_d: text.zeroHint,
    hold_out_pct: text.holdOutHint,
  };
  return (
    <TextField
      label={text[field]}
      hint={hints[field]}
      error={bad ? fill(text.bounds, { min: String(min), max: String(max) }) : null}
      inputMode="decimal"
      value={form[field]}
      maxLength={6}
      testid={field}
      onInput={(value) => onChange({ [field]: value })}
    />
  );
}

/** A message of the shop's, as a recipient would get it. */
function Look({ merchant, capitals }: { merchant: string; capitals: boolean }): JSX.Element {
  const text = t();
  const [kind, setKind] = useState<Kind>("out_for_delivery");
  const [reader, setReader] = useState<Language>(language.peek());
  const read = useResource<Shown>(previewPath(merchant, kind, reader, capitals));
  const shown = read.data;
  return (
    <div class="look form" data-testid="notice-preview">
      <h3>{text.preview}</h3>
      <div class="form-two">
        <Choice
          label={text.kind}
          value={kind}
          options={CHOSEN.map((value) => ({ value, label: kinds().kinds[value] }))}
          onChange={setKind}
          testid="preview-kind"
        />
        <Choice
          label={text.language}
          value={reader}
          options={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
          onChange={setReader}
          testid="preview-language"
        />
      </div>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {shown !== undefined && (
        <>
          <div class="narrow-gap">
            <span class="sub">
              {text.sms} · {plural(text.segments, shown.segments.count)} ·{" "}
              {fill(text.units, {
                n: formats.value.number(shown.segments.units),
                encoding: shown.segments.encoding.toUpperCase(),
              })}
            </span>
            <p class="look-sms" lang={reader} data-testid="preview-sms">
              {shown.sms}
            </p>
          </div>
          <div class="narrow-gap">
            <span class="sub">{text.mail}</span>
            <b lang={reader}>{shown.subject}</b>
            <iframe class="look-mail" title={shown.subject} src={shown.mail} loading="lazy" sandbox="" />
          </div>
        </>
      )}
    </div>
  );
}
