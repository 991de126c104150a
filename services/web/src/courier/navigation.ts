/** Links that hand a place over to a map app. Pure. */

import type { Place } from "../view/scene";

export type MapApp = "phone" | "google" | "apple";

interface MapLink {
  href: string;
  target?: "_blank";
  rel?: "noopener noreferrer";
}

/** `geo:` (RFC 5870) opens whatever the phone has; the others begin the way there at once. */
export function mapsLink(app: MapApp, place: Place, label: string): MapLink {
  const at = `${place.lat.toFixed(6)},${place.lon.toFixed(6)}`;
  const beside = { target: "_blank", rel: "noopener noreferrer" } as const;
  switch (app) {
    case "phone":
      return { href: `geo:${at}?q=${at}(${encodeURIComponent(label)})` };
    case "google":
      return {
        href: `https://www.google.com/maps/dir/?api=1&destination=${encodeURIComponent(at)}&travelmode=driving`,
        ...beside,
      };
    case "apple":
      return { href: `https://maps.apple.com/?daddr=${encodeURIComponent(at)}&dirflg=d`, ...beside };
  }
}

/** Which apps a phone can have; iPhones know no `geo:`. */
export function mapApps(userAgent: string): MapApp[] {
  if (/iPhone|iPad|Macintosh/.test(userAgent)) return ["apple", "google"];
  return ["phone", "google"];
}
