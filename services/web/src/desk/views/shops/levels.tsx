import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./levels.css";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { useDraft } from "../../draft";
import { useResource } from "../../resource";
import { language } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import {
  type LevelField,
  type LevelForm,
  type Levels,
  levelFaults,
  levelForm,
  levelsBody,
  NEW_LEVEL,
  type Offered,
  slotsPath,
  toggled,
  WEEK,
} from "./levels_model";
import { t } from "./levels_texts";

/** The shop's calendar: its service levels, and what they promise an order of now. */
export function LevelsPane({ merchant, mayChange }: { merchant: string; mayChange: boolean }): JSX.Element {
  const text = t();
  const path = `/v1/merchants/${encodeURIComponent(merchant)}/service-levels`;
  const read = useResource<Levels>(path);
  const draft = useDraft<readonly LevelForm[]>(read.data?.levels.map(levelForm) ?? []);
  const forms = draft.form;
  const [tried, setTried] = useState(false);
  const [saves, setSaves] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setTried(true);
    if (forms.some((form) => levelFaults(form).size > 0)) {
      setTimeout(() => document.querySelector<HTMLElement>(".level [aria-invalid=true]")?.focus());
      return;
    }
    setError(null);
    try {
      const saved = await api.call<Levels>("PUT", path, { body: levelsBody(forms) });
      read.put(saved);
      draft.saved();
      setTried(false);
      setSaves(saves + 1);
      toast({ message: text.saved, tone: "good" });
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <section class="pane form" aria-labelledby="levels-title" data-testid="levels">
      <div class="pane-head">
        <h2 id="levels-title">{text.title}</h2>
        {mayChange && read.data !== undefined && (
          <Button small onClick={() => draft.write([...forms, NEW_LEVEL])} testid="add-level">
            {text.add}
          </Button>
        )}
      </div>
      <p class="hint">{text.hint}</p>
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {read.data !== undefined && forms.length === 0 && <p class="muted">{text.none}</p>}
      <fieldset class="stack shop-form" disabled={!mayChange}>
        {forms.map((form, index) => (
          <Level
            key={form.level || index}
            form={form}
            faults={tried ? levelFaults(form) : new Set()}
            onChange={(next) => draft.write(forms.map((one, i) => (i === index ? { ...one, ...next } : one)))}
            onRemove={() => draft.write(forms.filter((_, i) => i !== index))}
          />
        ))}
      </fieldset>
      {error !== null && <ErrorNote error={error} />}
      {mayChange && draft.written && (
        <div>
          <Button kind="main" onClick={save} testid="save-levels">
            {text.save}
          </Button>
        </div>
      )}
      {!draft.written && (read.data?.levels.length ?? 0) > 0 && <Promised key={saves} merchant={merchant} />}
    </section>
  );
}

interface LevelProps {
  form: LevelForm;
  faults: ReadonlySet<LevelField>;
  onChange: (next: Partial<LevelForm>) => void;
  onRemove: () => void;
}

type Line = Exclude<LevelField, "packing_days" | "delivery_days">;
const FINER: readonly LevelField[] = ["postcodes", "capacity", "holidays", "closed", "open"];

function Level({ form, faults, onChange, onRemove }: LevelProps): JSX.Element {
  const text = t();
  const line = (field: Line, hint?: string) => (
    <TextField
      label={text[field]}
      hint={hint}
      error={faults.has(field) ? text.faults[field] : null}
      value={form[field]}
      testid={`level-${field}`}
      onInput={(value) => onChange({ [field]: value })}
    />
  );
  return (
    <fieldset class="level form" aria-label={form.name || text.add}>
      <div class="form-two">
        {line("name")}
        {line("slots", text.slotsHint)}
        {line("cut_off", text.cutOffHint)}
        {line("lead_days", text.leadHint)}
      </div>
      <Days field="packing_days" form={form} faults={faults} onChange={onChange} />
      <Days field="delivery_days" form={form} faults={faults} onChange={onChange} />
      <details class="finer" open={FINER.some((field) => faults.has(field)) || undefined}>
        <summary>{text.finer}</summary>
        <div class="form">
          <div class="form-two">
            {line("postcodes", text.postcodesHint)}
            {line("capacity", text.empty)}
            {line("holidays", text.holidaysHint)}
            {line("closed", text.datesHint)}
            {line("open", text.openHint)}
          </div>
          <label class="toggle">
            <input
              type="checkbox"
              checked={form.imports}
              onChange={(event) => onChange({ imports: event.currentTarget.checked })}
            />
            {text.imports}
          </label>
        </div>
      </details>
      <div>
        <Button small kind="quiet" onClick={onRemove}>
          {text.remove}
        </Button>
      </div>
    </fieldset>
  );
}

function Days(
  props: Omit<LevelProps, "onRemove"> & { field: "packing_days" | "delivery_days" },
): JSX.Element {
  const text = t();
  const { field, form, faults, onChange } = props;
  const names = new Intl.DateTimeFormat(language.value, { weekday: "short", timeZone: "UTC" });
  return (
    <fieldset class="days">
      <legend>{text[field]}</legend>
      {WEEK.map((day) => (
        <label key={day} class="day">
          <input
            type="checkbox"
            checked={form[field].includes(day)}
            onChange={() => onChange({ [field]: toggled(form[field], day) })}
          />
          {names.format(Date.UTC(2024, 0, day)) /* the first of January 2024 was a Monday */}
        </label>
      ))}
      {faults.has(field) && (
        <p class="field-error" role="alert">
          {text.faults[field]}
        </p>
      )}
    </fieldset>
  );
}

/** What a checkout would be told now. */
function Promised({ merchant }: { merchant: string }): JSX.Element {
  const text = t();
  const [postcode, setPostcode] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const waits = setTimeout(() => setAsked(postcode), 300);
    return () => clearTimeout(waits);
  }, [postcode]);
  const read = useResource<{ slots: readonly Offered[] }>(slotsPath(merchant, asked, language.value));
  const found = read.data?.slots ?? [];
  return (
    <div class="promised">
      <TextField
        label={text.preview}
        value={postcode}
        maxLength={16}
        testid="preview-postcode"
        onInput={setPostcode}
      />
      <div aria-live="polite" data-testid="promised">
        {read.error?.code === "postcode_not_served" ? (
          <p class="muted">{text.unserved}</p>
        ) : read.error !== null ? (
          <ErrorNote error={read.error} onRetry={read.reload} />
        ) : found.length === 0 && read.data !== undefined ? (
          <p class="muted">{text.nothing}</p>
        ) : (
          <ul>
            {found.map((slot) => (
              <li key={`${slot.level} ${slot.from}`}>
                {slot.text}
                {typeof slot.left === "number" && (
                  <span class="muted"> {fill(text.left, { n: String(slot.left) })}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
