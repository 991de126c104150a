/** What figures are narrowed to: a period up to now, a shop, a courier. */

import type { JSX } from "preact";
import { fill } from "../../i18n/text";
import { useCouriers, useShops } from "../names";
import { Pick } from "./pick";

export interface Narrowing {
  days: string;
  merchant: string;
  courier: string;
}

export function Narrowed(props: {
  text: { days: string; lastDays: string; shop: string; courier: string; any: string };
  /** Of the view, for the tests. */
  name: string;
  /** The periods to choose from. */
  days: readonly string[];
  wanted: Narrowing;
  want: (change: Partial<Narrowing>) => void;
}): JSX.Element {
  const { text, name, wanted, want } = props;
  const shops = useShops().data?.merchants ?? [];
  const couriers = useCouriers().data?.couriers ?? [];
  return (
    <div class="filters">
      <select
        aria-label={text.days}
        value={wanted.days}
        data-testid={`${name}-days`}
        onChange={(event) => want({ days: event.currentTarget.value })}
      >
        {props.days.map((days) => (
          <option key={days} value={days}>
            {fill(text.lastDays, { n: days })}
          </option>
        ))}
      </select>
      <Pick
        label={text.shop}
        any={text.any}
        value={wanted.merchant}
        options={shops.map((shop) => [shop.merchant, shop.name])}
        onChange={(merchant) => want({ merchant })}
        testid={`${name}-shop`}
      />
      <Pick
        label={text.courier}
        any={text.any}
        value={wanted.courier}
        options={couriers.map((one) => [one.courier_id, one.name ?? one.courier_id])}
        onChange={(courier) => want({ courier })}
        testid={`${name}-courier`}
      />
    </div>
  );
}
