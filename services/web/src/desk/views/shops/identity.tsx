import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { LANGUAGES, NAMES } from "../../../i18n/text";
import { Choice, Field, TextField } from "../../ui/field";
import { idOf } from "../couriers/model";
import type { ShopFault, ShopField, ShopForm } from "./model";
import { t } from "./texts";
import { ZONE_LIST } from "./zones";

interface Props {
  form: ShopForm;
  faults: Partial<Record<ShopField, ShopFault>>;
  isNew: boolean;
  taken: ReadonlySet<string>;
  onChange: (next: Partial<ShopForm>) => void;
}

/** Who the shop is to its recipients. */
export function Identity({ form, faults, isNew, taken, onChange }: Props): JSX.Element {
  const text = t();
  const [ownId, setOwnId] = useState(false);
  const zones = useId();
  const said = (field: ShopField) => {
    const fault = faults[field];
    return fault ? text.faults[fault] : null;
  };
  return (
    <section class="pane form">
      <h2>{text.who}</h2>
      <TextField
        label={text.name}
        hint={text.nameHint}
        error={said("name")}
        value={form.name}
        maxLength={120}
        testid="shop-name"
        onInput={(name) => onChange({ name, ...(isNew && !ownId ? { merchant: idOf(name, taken) } : {}) })}
      />
      {isNew && (
        <TextField
          label={text.id}
          hint={text.idHint}
          error={said("merchant")}
          value={form.merchant}
          maxLength={64}
          testid="shop-id"
          onInput={(merchant) => {
            setOwnId(merchant !== "");
            onChange({ merchant });
          }}
        />
      )}
      <div class="form-two">
        <TextField
          label={text.phone}
          hint={text.phoneHint}
          error={said("phone")}
          type="tel"
          value={form.phone}
          onInput={(phone) => onChange({ phone })}
        />
        <TextField
          label={text.email}
          error={said("email")}
          type="email"
          value={form.email}
          maxLength={254}
          onInput={(email) => onChange({ email })}
        />
      </div>
      <TextField
        label={text.hours}
        hint={text.hoursHint}
        value={form.hours}
        maxLength={120}
        onInput={(hours) => onChange({ hours })}
      />
      <div class="form-two">
        <Choice
          label={text.language_}
          hint={text.languageHint}
          value={form.language}
          options={LANGUAGES.map((one) => ({ value: one, label: NAMES[one] }))}
          onChange={(language) => onChange({ language })}
        />
        <Field label={text.zone} hint={text.zoneHint} error={said("zone")}>
          {(ties) => (
            <>
              <input
                {...ties}
                type="text"
                list={zones}
                value={form.zone}
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => onChange({ zone: event.currentTarget.value })}
              />
              <datalist id={zones}>
                {ZONE_LIST.map((zone) => (
                  <option key={zone} value={zone} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      </div>
      <Field label={text.colour} hint={text.colourHint} error={said("colour")}>
        {(ties) => (
          <div class="row">
            <input
              type="color"
              class="colour"
              aria-label={text.colour}
              value={/^#[0-9a-f]{6}$/i.test(form.colour) ? form.colour.toLowerCase() : "#0f6b5c"}
              onInput={(event) => onChange({ colour: event.currentTarget.value })}
            />
            <input
              {...ties}
              type="text"
              class="colour-text"
              value={form.colour}
              placeholder={text.noColour}
              maxLength={7}
              spellcheck={false}
              data-testid="shop-colour"
              onInput={(event) => onChange({ colour: event.currentTarget.value.trim() })}
            />
          </div>
        )}
      </Field>
      <TextField
        label={text.logo}
        hint={text.logoHint}
        error={said("logo")}
        type="url"
        value={form.logo}
        maxLength={500}
        testid="shop-logo"
        onInput={(logo) => onChange({ logo })}
      />
    </section>
  );
}
