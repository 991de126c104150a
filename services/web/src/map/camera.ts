/** Keeps driver and door in sight until the reader moves the map himself. */

import { type Map as BaseMap, LngLatBounds } from "maplibre-gl";
import type { Place, Scene } from "../view/scene";

const MOST_ZOOM = 16.6;
/** With nothing but the door to show: its neighbourhood. */
const DOOR_ZOOM = 15;
/** Refit when what matters takes less of the map than this share, so that he is seen coming closer. */
const LOOSE = 0.3;
/** Pixels that the note takes at the lower edge, and the buttons at the right. */
const NOTE = 64;
const BUTTONS = 84;

export class Camera {
  /** A note lies over the map's lower edge. */
  noted = false;
  #own = false;
  #framed = "";

  constructor(
    private readonly map: BaseMap,
    private readonly onOwn: (own: boolean) => void,
  ) {
    // Only gestures carry the event that began them.
    for (const kind of ["dragstart", "zoomstart", "rotatestart"] as const) {
      map.on(kind, (event) => {
        if ("originalEvent" in event && event.originalEvent) this.release();
      });
    }
  }

  /** The reader has taken the map: it stays where he puts it. */
  release(): void {
    if (this.#own) return;
    this.#own = true;
    this.onOwn(true);
  }

  /** Back to showing both. */
  follow(scene: Scene, still: boolean): void {
    this.#own = false;
    this.onOwn(false);
    this.#framed = "";
    this.frame(scene, still);
  }

  frame(scene: Scene, still: boolean): void {
    if (this.#own) return;
    const points = pointsOf(scene);
    const first = points[0];
    if (first === undefined) return;
    const bounds = points.reduce(
      (box, place) => box.extend([place.lon, place.lat]),
      new LngLatBounds([first.lon, first.lat], [first.lon, first.lat]),
    );
    const kind = `${scene.driver !== null} ${scene.area !== null} ${scene.home !== null}`;
    if (kind === this.#framed && this.#fits(points)) return;
    const initial = this.#framed === "";
    this.#framed = kind;
    this.map.fitBounds(bounds, {
      padding: this.#padding(),
      maxZoom: points.length < 2 ? DOOR_ZOOM : MOST_ZOOM,
      duration: still || initial ? 0 : 900,
    });
  }

  resized(scene: Scene): void {
    this.#framed = "";
    this.frame(scene, true);
  }

  #padding() {
    const { width, height } = this.map.getCanvas().getBoundingClientRect();
    const side = Math.min(72, width * 0.16);
    const bottom = Math.min(60, height * 0.16) + (this.noted ? NOTE : 0);
    return { top: Math.min(84, height * 0.22), bottom, left: side, right: Math.max(side, BUTTONS) };
  }

  /** Whether all is in sight, and not lost in a wide view. */
  #fits(points: readonly Place[]): boolean {
    const { width, height } = this.map.getCanvas().getBoundingClientRect();
    const { top, bottom, left, right } = this.#padding();
    const at = points.map((place) => this.map.project([place.lon, place.lat]));
    const inside = at.every(
      (p) => p.x > left * 0.6 && p.x < width - right * 0.6 && p.y > top * 0.6 && p.y < height - bottom * 0.6,
    );
    const spread = (values: number[], size: number) => (Math.max(...values) - Math.min(...values)) / size;
    const share = Math.max(
      spread(
        at.map((p) => p.x),
        width,
      ),
      spread(
        at.map((p) => p.y),
        height,
      ),
    );
    return inside && (points.length < 2 || share > LOOSE || this.map.getZoom() >= MOST_ZOOM - 0.4);
  }
}

function pointsOf(scene: Scene): Place[] {
  const points: Place[] = [];
  if (scene.home !== null) points.push(scene.home);
  if (scene.driver !== null) points.push(scene.driver);
  for (const [lon = 0, lat = 0] of scene.area?.geometry.coordinates[0] ?? []) points.push({ lon, lat });
  return points;
}
