import { fill } from "../../i18n/text";
import type { ShownShipment } from "../merge";
import { text } from "../store";

/** Which of several orders for one door it is about. */
export function Which(props: {
  shipments: readonly ShownShipment[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
  title: string;
}) {
  const { shipments, chosen, onChange, title } = props;
  return (
    <fieldset class="choices" data-testid="which">
      <legend>{title}</legend>
      {shipments.map(({ shipment, shop, order_number, name }) => (
        <label key={shipment} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(shipment)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...chosen, shipment]
                  : chosen.filter((each) => each !== shipment),
              )
            }
          />
          <span>
            {name !== undefined && `${name} · `}
            {fill(text.value.door.order, { shop, order: order_number })}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
