import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { language } from "../../store";
import { Battery } from "../../ui/icons";
import { BATTERY_LOW_PCT } from "./model";
import { t } from "./texts";

/** How full the phone is, as it said last. */
export function BatteryChip({ pct }: { pct: number | null | undefined }): JSX.Element | null {
  if (pct == null) return null;
  const low = pct < BATTERY_LOW_PCT;
  const n = new Intl.NumberFormat(language.value, { style: "percent" }).format(pct / 100);
  return (
    <span class="battery" data-low={low || undefined}>
      <Battery share={pct / 100} />
      <span aria-hidden="true">{n}</span>
      <span class="unseen">{fill(low ? t().batteryLow : t().battery, { n })}</span>
    </span>
  );
}
