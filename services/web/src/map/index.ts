/** The map, in a chunk of its own: loaded only after the text can be read. */

import "./setup";
import { Map as BaseMap, type GeoJSONSource, type LngLatBoundsLike, Marker, ScaleControl } from "maplibre-gl";
import type { Text } from "../i18n/text";
import type { Scene } from "../view/scene";
import { loadArea } from "./area";
import { Camera } from "./camera";
import { DriverMarker } from "./driver";
import { grid, limits, middleOf } from "./ground";
import { homeElement } from "./marks";
import { AREA, GRID, LEG, styleOf } from "./style";

export interface MapOptions {
  container: HTMLElement;
  text: Text;
  scheme: "light" | "dark";
  accent: string;
  still: boolean;
  onReady: () => void;
  onFailed: () => void;
  /** Whether the reader has moved the map himself. */
  onOwn: (own: boolean) => void;
  /** Whether there are no streets where the door is. */
  onPlain: (plain: boolean) => void;
}

export interface MapHandle {
  update(scene: Scene): void;
  restyle(scheme: "light" | "dark", accent: string, text: Text): void;
  zoom(by: number): void;
  fit(): void;
  remove(): void;
}

/** Throws when the browser has no WebGL or the tiles are not to be had. */
export async function createMap(options: MapOptions, first: Scene): Promise<MapHandle> {
  const area = await loadArea();
  let { scheme, accent, text } = options;
  let scene = first;
  const style = () =>
    styleOf({
      scheme,
      language: text.language,
      accent,
      attribution: area.attribution,
      tiles: area.tiles,
      bbox: area.bbox,
    });
  const [west, south, east, north] = area.bbox;
  let plain = false;
  const map = new BaseMap({
    container: options.container,
    style: style(),
    center: scene.home ? [scene.home.lon, scene.home.lat] : [(west + east) / 2, (south + north) / 2],
    zoom: 14,
    ...(limits(area.bbox, scene) === null ? {} : { maxBounds: limits(area.bbox, scene) as LngLatBoundsLike }),
    maxZoom: 18.5,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    locale: {
      "Map.Title": text.map.title,
      "CooperativeGesturesHandler.WindowsHelpText": text.map.ctrlScroll,
      "CooperativeGesturesHandler.MacHelpText": text.map.cmdScroll,
      "CooperativeGesturesHandler.MobileHelpText": text.map.twoFingers,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const camera = new Camera(map, options.onOwn);
  let driver: DriverMarker | null = null;
  let home: Marker | null = null;

  const overlays = () => {
    for (const [id, feature] of [
      [AREA, scene.area],
      [LEG, scene.leg],
    ] as const) {
      map.getSource<GeoJSONSource>(id)?.setData(feature ?? { type: "FeatureCollection", features: [] });
    }
    map.getSource<GeoJSONSource>(GRID)?.setData(grid(plain ? middleOf(scene) : null));
  };
  const scale = new ScaleControl({ unit: "metric", maxWidth: 120 });
  /** Elsewhere than the tiles there is a grid and a scale, and nothing keeps the reader at the tiles. */
  const ground = () => {
    const box = limits(area.bbox, scene);
    if ((box === null) === plain) return;
    plain = box === null;
    camera.noted = plain;
    map.setMaxBounds(box as LngLatBoundsLike | null);
    if (plain) map.addControl(scale, "bottom-left");
    else map.removeControl(scale);
    options.onPlain(plain);
    if (map.isStyleLoaded()) overlays();
  };
  const marks = () => {
    if (scene.home === null) {
      home?.remove();
      home = null;
    } else {
      home ??= new Marker({ element: homeElement(), anchor: "bottom" })
        .setLngLat([scene.home.lon, scene.home.lat])
        .addTo(map);
      home.setLngLat([scene.home.lon, scene.home.lat]);
      home.getElement().setAttribute("aria-label", text.map.home);
      home.getElement().title = text.map.home;
    }
    if (scene.driver === null) {
      driver?.remove();
      driver = null;
    } else {
      driver ??= new DriverMarker(map, scene.driver);
      const label = scene.driver.stale ? text.map.driverStale : text.map.driver;
      driver.update(scene.driver, label, options.still || document.hidden);
    }
  };

  ground();
  marks();
  camera.frame(scene, true);
  map.on("style.load", overlays);
  map.once("load", options.onReady);
  map.on("error", (event) => {
    // A single tile may fail; a map without its file of tiles is no map.
    if ("sourceId" in event && event.sourceId !== AREA && event.sourceId !== LEG && !map.loaded()) {
      options.onFailed();
    }
  });
  const sized = new ResizeObserver(() => {
    map.resize();
    camera.resized(scene);
  });
  sized.observe(options.container);

  return {
    update(next) {
      const changed = next.area !== scene.area || next.leg !== scene.leg;
      scene = next;
      ground();
      marks();
      if (changed) overlays();
      camera.frame(scene, options.still);
    },
    restyle(nextScheme, nextAccent, nextText) {
      const same = nextScheme === scheme && nextAccent === accent && nextText.language === text.language;
      [scheme, accent, text] = [nextScheme, nextAccent, nextText];
      map.getCanvas().setAttribute("aria-label", text.map.title);
      marks();
      if (!same) map.setStyle(style());
    },
    zoom(by) {
      camera.release();
      map.easeTo({ zoom: map.getZoom() + by, duration: options.still ? 0 : 250 });
    },
    fit() {
      camera.follow(scene, options.still);
    },
    remove() {
      sized.disconnect();
      driver?.remove();
      map.remove();
    },
  };
}
