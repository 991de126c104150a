import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { TextField } from "../../ui/field";
import {
  BOUNDS,
  MODES,
  NUMBERS,
  type PolicyNumber,
  type ShopFault,
  type ShopField,
  type ShopForm,
} from "./model";
import { t } from "./texts";

interface Props {
  form: ShopForm;
  faults: Partial<Record<ShopField, ShopFault>>;
  onChange: (next: Partial<ShopForm>) => void;
}

/** Who sees the driver: the mode by what a recipient sees, then its numbers. */
export function PolicyPane({ form, faults, onChange }: Props): JSX.Element {
  const text = t();
  const [first, ...finer] = NUMBERS[form.mode];
  return (
    <section class="pane form">
      <div class="narrow-gap">
        <h2>{text.policy}</h2>
        <p class="hint">{text.policyHint}</p>
      </div>
      <fieldset class="modes" aria-label={text.policy}>
        {MODES.map((mode) => (
          <label key={mode} class="mode" data-chosen={form.mode === mode || undefined}>
            <input
              type="radio"
              name="mode"
              value={mode}
              checked={form.mode === mode}
              onChange={() => onChange({ mode })}
            />
            <span class="narrow-gap">
              <b>{text.modes[mode]}</b>
              <span class="sub">{text.modesSees[mode]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {first && <NumberField name={first} form={form} faults={faults} onChange={onChange} />}
      {finer.length > 0 && (
        <details class="finer" open={finer.some((name) => faults[name] !== undefined) || undefined}>
          <summary>{text.finer}</summary>
          <div class="form">
            {finer.map((name) => (
              <NumberField key={name} name={name} form={form} faults={faults} onChange={onChange} />
            ))}
          </div>
        </details>
      )}
      <label class="toggle">
        <input
          type="checkbox"
          checked={form.show_driver}
          onChange={(event) => onChange({ show_driver: event.currentTarget.checked })}
        />
        {text.driver}
      </label>
    </section>
  );
}

function NumberField({ name, form, faults, onChange }: Props & { name: PolicyNumber }): JSX.Element {
  const text = t();
  const [min, max] = BOUNDS[name];
  const bounds = fill(text.faults.bounds, { min: String(min), max: String(max) });
  return (
    <TextField
      label={text[name]}
      hint={faults[name] ? undefined : bounds}
      error={faults[name] ? bounds : null}
      inputMode="numeric"
      value={form.numbers[name]}
      maxLength={4}
      testid={name}
      onInput={(value) => onChange({ numbers: { ...form.numbers, [name]: value } })}
    />
  );
}
