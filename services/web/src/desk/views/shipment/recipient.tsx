import type { JSX } from "preact";
import { spaced } from "../../../i18n/phone";
import { NAMES } from "../../../i18n/text";
import type { ShipmentRecord } from "./model";
import { PlaceMap } from "./place_map";
import { t } from "./texts";

/** Who gets it, in full, with a small map of where. */
export function RecipientPane({ record }: { record: ShipmentRecord }): JSX.Element {
  const text = t();
  const who = record.recipient;
  if (!who || !(who.name || who.line)) {
    return (
      <section class="pane" data-testid="recipient">
        <h2>{text.recipient}</h2>
        <p class="muted">{text.forgotten}</p>
      </section>
    );
  }
  const town = [who.postcode, who.city].filter(Boolean).join(" ");
  const { language } = who;
  const rows: readonly [string, JSX.Element | string | null | undefined][] = [
    [text.phone, who.phone && <a href={`tel:${who.phone}`}>{spaced(who.phone)}</a>],
    [text.email, who.email && <a href={`mailto:${who.email}`}>{who.email}</a>],
    [text.address, [who.line, town].filter(Boolean).join(", ")],
    [text.floor, who.floor],
    [text.bell, who.bell],
    [text.note, who.note && <span class="said">{who.note}</span>],
    [text.language, language && NAMES[language]],
  ];
  return (
    <section class="pane" data-testid="recipient">
      <h2>{who.name ?? text.recipient}</h2>
      <dl class="pairs">
        {rows.map(
          ([name, value]) =>
            value && (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ),
        )}
      </dl>
      {who.lon != null && who.lat != null && (
        <PlaceMap lon={who.lon} lat={who.lat} label={[who.line, town].filter(Boolean).join(", ")} />
      )}
    </section>
  );
}
