/** The driver's marker: glides between fixes, turns with his course, goes grey when he is silent. */

import { type Map as BaseMap, Marker } from "maplibre-gl";
import { type DriverMark, distance_m, type Place } from "../view/scene";
import { driverElement } from "./marks";
import { type Glide, glide, isOver, nearestAngle, placeAt } from "./motion";

const MOVED_M = 4;

export class DriverMarker {
  readonly #parts = driverElement();
  readonly #marker: Marker;
  #way: Glide;
  #shown: DriverMark;
  #angle_deg = 0;
  #frame = 0;

  constructor(map: BaseMap, first: DriverMark) {
    this.#shown = first;
    this.#way = glide(first, first, 0, 0, true);
    this.#marker = new Marker({ element: this.#parts.element, subpixelPositioning: true })
      .setLngLat([first.lon, first.lat])
      .addTo(map);
    this.#look(first, undefined);
    this.#draw(first);
  }

  /** Where the last fix told is, and where the marker is on its way to. */
  get target(): Place {
    return this.#way.to;
  }

  update(next: DriverMark, label: string, still: boolean): void {
    const before = this.#shown;
    this.#shown = next;
    const { element } = this.#parts;
    element.setAttribute("aria-label", label);
    element.title = label;
    const moved = before.lon !== next.lon || before.lat !== next.lat;
    this.#look(next, moved && distance_m(before, next) > MOVED_M ? course(before, next) : undefined);
    if (!moved) return;
    const now_ms = performance.now();
    this.#way = glide(placeAt(this.#way, now_ms), next, next.at_ms - before.at_ms, now_ms, still);
    cancelAnimationFrame(this.#frame);
    this.#step();
  }

  remove(): void {
    cancelAnimationFrame(this.#frame);
    this.#marker.remove();
  }

  readonly #step = (): void => {
    const now_ms = performance.now();
    const place = placeAt(this.#way, now_ms);
    this.#marker.setLngLat([place.lon, place.lat]);
    this.#draw(place);
    if (!isOver(this.#way, now_ms)) this.#frame = requestAnimationFrame(this.#step);
  };

  /** Where it is drawn, readable from outside. */
  #draw(place: Place): void {
    const { dataset } = this.#parts.element;
    dataset.lon = place.lon.toFixed(6);
    dataset.lat = place.lat.toFixed(6);
    dataset.fixLon = this.#shown.lon.toFixed(6);
    dataset.fixLat = this.#shown.lat.toFixed(6);
  }

  #look(mark: DriverMark, travelled_deg: number | undefined): void {
    const { element, pointer } = this.#parts;
    element.dataset.stale = String(mark.stale);
    element.dataset.resting = String(mark.resting);
    const bearing_deg = mark.bearing_deg ?? (mark.stale || mark.resting ? undefined : travelled_deg);
    element.dataset.moving = String(bearing_deg !== undefined);
    if (bearing_deg === undefined) return;
    this.#angle_deg = nearestAngle(this.#angle_deg, bearing_deg);
    pointer.style.transform = `rotate(${this.#angle_deg}deg)`;
  }
}

/** The course from one place to another, clockwise from north, for short ways. */
function course(from: Place, to: Place): number {
  const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  return (Math.atan2(east, to.lat - from.lat) * 180) / Math.PI;
}
