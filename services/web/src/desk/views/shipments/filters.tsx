import type { JSX } from "preact";
import { statusText } from "../../../i18n/text";
import { text as words } from "../../store";
import { Pick } from "../../ui/pick";
import type { CourierRow } from "../couriers/model";
import type { Merchant } from "../shops/model";
import { type Filters, TAGS } from "./model";
import { t } from "./texts";

interface Props {
  /** On a narrow screen, where they are put away. */
  shown: boolean;
  filters: Filters;
  couriers: readonly CourierRow[];
  shops: readonly Merchant[];
  onChange: (next: Partial<Filters>) => void;
}

export function FilterBar({ shown, filters, couriers, shops, onChange }: Props): JSX.Element {
  const text = t();
  return (
    <div class="filter-set" data-shown={shown || undefined}>
      <Pick
        any={text.any}
        label={text.state}
        value={filters.tag}
        options={TAGS.map((tag) => [tag, statusText(words.value, `${tag}_001`).name])}
        onChange={(tag) => onChange({ tag })}
        testid="filter-tag"
      />
      <Pick
        any={text.any}
        label={text.courier}
        value={filters.courier}
        options={couriers.map((one) => [one.courier_id, one.name || one.courier_id])}
        onChange={(courier) => onChange({ courier, unassigned: courier === "" && filters.unassigned })}
        testid="filter-courier"
      />
      <Pick
        any={text.any}
        label={text.shop}
        value={filters.merchant}
        options={shops.map((one) => [one.merchant, one.name])}
        onChange={(merchant) => onChange({ merchant })}
        testid="filter-shop"
      />
      <label class="toggle">
        {text.day}
        <input
          type="date"
          value={filters.day}
          data-set={filters.day !== "" || undefined}
          data-testid="filter-day"
          onInput={(event) => onChange({ day: event.currentTarget.value })}
        />
      </label>
      <label class="toggle">
        <input
          type="checkbox"
          checked={filters.late}
          data-testid="filter-late"
          onChange={(event) => onChange({ late: event.currentTarget.checked })}
        />
        {text.late}
      </label>
      <label class="toggle">
        <input
          type="checkbox"
          checked={filters.unassigned}
          data-testid="filter-unassigned"
          onChange={(event) =>
            onChange({
              unassigned: event.currentTarget.checked,
              ...(event.currentTarget.checked ? { courier: "" } : {}),
            })
          }
        />
        {text.unassigned}
      </label>
    </div>
  );
}
