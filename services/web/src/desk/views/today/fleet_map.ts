/** The map of the whole fleet, in a chunk of its own: what it shows also stands in the list. */

import "../../../map/setup";
import type { Feature, FeatureCollection } from "geojson";
import { Map as BaseMap, type GeoJSONSource, LngLatBounds, type MapGeoJSONFeature } from "maplibre-gl";
import type { Language } from "../../../contracts";
import { loadArea } from "../../../map/area";
import { styleOf } from "../../../map/style";
import { after } from "../../../ui/after";
import {
  CHOSEN,
  CLUSTERS,
  type Colours,
  FLEET,
  icons,
  layers,
  PIXEL_RATIO,
  POINTS,
  STOPS,
  sources,
  WAY,
} from "./fleet_layers";
import type { Marks } from "./model";
import { Throttle } from "./throttle";
import type { PlanRoute } from "./types";

export interface FleetMapOptions {
  container: HTMLElement;
  label: string;
  language: Language;
  scheme: "light" | "dark";
  colours: Colours;
  still: boolean;
  onReady: () => void;
  onFailed: () => void;
  /** A courier was pressed; null: the empty map. */
  onChoose: (courier: string | null) => void;
}

export interface Scene {
  marks: Marks;
  chosen: string | null;
  routes: readonly PlanRoute[];
}

export interface FleetMap {
  update(scene: Scene): void;
  zoom(by: number): void;
  /** Show everybody. */
  showAll(): void;
  remove(): void;
}

/** The fleet is given to the map no more often than this. */
const LEAST_MS = 1000;
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Throws when the browser has no WebGL or the tiles are not to be had. */
export async function createFleetMap(options: FleetMapOptions): Promise<FleetMap> {
  const area = await loadArea();
  const { colours, still } = options;
  const [west, south, east, north] = area.bbox;
  const style = styleOf({
    scheme: options.scheme,
    language: options.language,
    accent: colours.accent,
    attribution: area.attribution,
    tiles: area.tiles,
    bbox: area.bbox,
  });
  const map = new BaseMap({
    container: options.container,
    style: {
      ...style,
      sources: { ...style.sources, ...sources() },
      layers: [...style.layers, ...layers(colours)],
    },
    center: [(west + east) / 2, (south + north) / 2],
    zoom: 11,
    maxZoom: 18.5,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    locale: { "Map.Title": options.label },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  for (const { name, image } of icons(colours)) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });

  let scene: Scene = { marks: { type: "FeatureCollection", features: [] }, chosen: null, routes: [] };
  let framed = false;
  let loaded = false;
  /** The courier whose place was last brought into sight. */
  let focused: string | null = null;

  const throttle = new Throttle<Marks>(
    LEAST_MS,
    (marks) => void map.getSource<GeoJSONSource>(FLEET)?.setData(marks),
    { now_ms: () => performance.now(), after },
  );
  const chosen = () => scene.marks.features.find((one) => one.properties.courier === scene.chosen);
  const showAll = (moving: boolean) => {
    const first = scene.marks.features[0];
    if (first === undefined) return;
    const bounds = new LngLatBounds();
    for (const { geometry } of scene.marks.features) bounds.extend(geometry.coordinates as [number, number]);
    map.fitBounds(bounds, { padding: 64, maxZoom: 15, duration: moving && !still ? 600 : 0 });
  };
  const focus = () => {
    if (scene.chosen === focused) return;
    const found = chosen();
    if (scene.chosen !== null && found === undefined) return;
    focused = scene.chosen;
    if (found === undefined) return;
    const center = found.geometry.coordinates as [number, number];
    map.easeTo({ center, zoom: Math.max(14.2, map.getZoom()), duration: still ? 0 : 600 });
  };
  const draw = () => {
    if (!loaded) return;
    throttle.put(scene.marks);
    const found = chosen();
    map.getSource<GeoJSONSource>(CHOSEN)?.setData(found ?? EMPTY);
    map.getSource<GeoJSONSource>(STOPS)?.setData(stopsOf(scene.routes));
    map.getSource<GeoJSONSource>(WAY)?.setData(wayOf(scene.routes, found));
    if (!framed && scene.marks.features.length > 0) {
      framed = true;
      showAll(false);
    }
    focus();
  };

  map.once("load", () => {
    loaded = true;
    draw();
    options.onReady();
  });
  map.on("error", (event) => {
    // A single tile may fail; a map without its file of tiles is no map.
    if ("sourceId" in event && event.sourceId === "tiles" && !map.loaded()) options.onFailed();
  });
  map.on("click", (event) => {
    const [hit] = map.queryRenderedFeatures(event.point, { layers: [CLUSTERS, POINTS, "fleet-chosen"] });
    if (hit === undefined) return;
    if (hit.layer.id === CLUSTERS) void open(map, hit, still);
    else {
      const courier: unknown = hit.properties.courier;
      focused = typeof courier === "string" ? courier : null; // it is in sight: the map stays
      options.onChoose(focused);
    }
  });
  for (const layer of [CLUSTERS, POINTS]) {
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
  const sized = new ResizeObserver(() => map.resize());
  sized.observe(options.container);

  return {
    update(next) {
      const changed =
        next.marks !== scene.marks || next.chosen !== scene.chosen || next.routes !== scene.routes;
      scene = next;
      if (changed) draw();
    },
    zoom: (by) => map.easeTo({ zoom: map.getZoom() + by, duration: still ? 0 : 250 }),
    showAll: () => showAll(true),
    remove() {
      sized.disconnect();
      throttle.stop();
      map.remove();
    },
  };
}

/** As far in as takes a cluster apart. */
async function open(map: BaseMap, cluster: MapGeoJSONFeature, still: boolean): Promise<void> {
  const source = map.getSource<GeoJSONSource>(FLEET);
  const zoom = await source?.getClusterExpansionZoom(cluster.properties.cluster_id as number);
  if (zoom === undefined || cluster.geometry.type !== "Point") return;
  const center = cluster.geometry.coordinates as [number, number];
  map.easeTo({ center, zoom: zoom + 0.3, duration: still ? 0 : 500 });
}

function stopsOf(routes: readonly PlanRoute[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: routes.flatMap((route) =>
      route.stops.map(
        (stop, i): Feature => ({
          type: "Feature",
          geometry: { type: "Point", coordinates: [stop.lon, stop.lat] },
          properties: { n: String(i + 1), done: stop.done, late: stop.late },
        }),
      ),
    ),
  };
}

/** The order of what is left, as straight lines: no way that anybody would drive. */
function wayOf(routes: readonly PlanRoute[], from: Marks["features"][number] | undefined): FeatureCollection {
  const lines = routes.map((route) => {
    const left = route.stops.filter((stop) => !stop.done).map((stop) => [stop.lon, stop.lat]);
    return route.set_out_at !== undefined && from ? [from.geometry.coordinates, ...left] : left;
  });
  return {
    type: "FeatureCollection",
    features: lines
      .filter((line) => line.length > 1)
      .map((coordinates) => ({
        type: "Feature",
        geometry: { type: "LineString", coordinates },
        properties: {},
      })),
  };
}
