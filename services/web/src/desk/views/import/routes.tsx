import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { plural } from "../../i18n/texts";
import { formats, language } from "../../store";
import type { ImportRoute } from "./model";
import { t } from "./texts";

/** The routes that applying it would plan. */
export function Routes({ routes }: { routes: readonly ImportRoute[] }): JSX.Element {
  const text = t();
  return (
    <section class="pane" aria-labelledby="routes-title" data-testid="routes">
      <h2 id="routes-title">{text.routes}</h2>
      <ul class="imports">
        {routes.map((route) => (
          <li key={route.route} class="row" data-courier={route.courier_id}>
            <b>{route.courier_name ?? route.courier_id}</b>
            <span>{plural(text.stops, route.stops.length)}</span>
            <span class="sub numbers">
              {fill(text.distance, {
                time: hours(route.duration_s),
                km: formats.value.distance(route.distance_m),
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Such as 3 hr, 20 min. */
function hours(s: number): string {
  const minutes = Math.round(s / 60);
  const unit = (value: number, of: "hour" | "minute") =>
    new Intl.NumberFormat(language.value, { style: "unit", unit: of, unitDisplay: "short" }).format(value);
  if (minutes < 60) return unit(minutes, "minute");
  return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`;
}
