import type { JSX } from "preact";
import type { CourierRow } from "../couriers/model";
import { t } from "./texts";

export interface Wish {
  who: "everyone" | "someone" | "nobody";
  chosen: ReadonlySet<string>;
}

/** Among whom the parcels are shared when the import is applied. */
export function Sharing(props: {
  wish: Wish;
  couriers: readonly CourierRow[];
  onChange: (wish: Wish) => void;
}): JSX.Element {
  const text = t();
  const { wish, couriers, onChange } = props;
  const toggle = (id: string) => {
    const chosen = new Set(wish.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    onChange({ ...wish, chosen });
  };
  return (
    <fieldset class="pane sharing">
      <legend>
        <h2>{text.share}</h2>
      </legend>
      <div class="row">
        {(["everyone", "someone", "nobody"] as const).map((who) => (
          <label key={who} class="toggle">
            <input
              type="radio"
              name="who"
              value={who}
              checked={wish.who === who}
              onChange={() => onChange({ ...wish, who })}
            />
            {text[who]}
          </label>
        ))}
      </div>
      {wish.who === "someone" && (
        <div class="row" data-testid="sharing-couriers">
          {couriers.map((one) => (
            <label key={one.courier_id} class="toggle">
              <input
                type="checkbox"
                checked={wish.chosen.has(one.courier_id)}
                onChange={() => toggle(one.courier_id)}
              />
              {one.name}
            </label>
          ))}
        </div>
      )}
      {(wish.who === "nobody" || (wish.who === "someone" && wish.chosen.size === 0)) && (
        <p class="hint">{text.noCouriers}</p>
      )}
    </fieldset>
  );
}
