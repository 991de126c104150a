/** The map's style: our tiles, our glyphs, our colours; nothing from elsewhere. */

import cyrillic400 from "@fontsource/noto-sans/files/noto-sans-cyrillic-400-normal.woff2?url";
import cyrillic600 from "@fontsource/noto-sans/files/noto-sans-cyrillic-600-normal.woff2?url";
import greek400 from "@fontsource/noto-sans/files/noto-sans-greek-400-normal.woff2?url";
import greek600 from "@fontsource/noto-sans/files/noto-sans-greek-600-normal.woff2?url";
import latin400 from "@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff2?url";
import latin600 from "@fontsource/noto-sans/files/noto-sans-latin-600-normal.woff2?url";
import extended400 from "@fontsource/noto-sans/files/noto-sans-latin-ext-400-normal.woff2?url";
import extended600 from "@fontsource/noto-sans/files/noto-sans-latin-ext-600-normal.woff2?url";
import { layers } from "@protomaps/basemaps";
import type { Feature, FeatureCollection, LineString } from "geojson";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Language } from "../contracts";
import { FLAVOURS } from "./flavours";

export const TILES = "tiles";
export const AREA = "area";
export const LEG = "leg";
export const GRID = "grid";
const EDGE = "edge";
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

const LATIN = ["U+0000-00FF", "U+2000-206F", "U+20AC", "U+2116", "U+2122"];
const EXTENDED = ["U+0100-02FF", "U+1E00-1EFF"];
const GREEK = ["U+0370-03FF"];
const CYRILLIC = ["U+0400-045F", "U+0490-0491"];

function face(latin: string, extended: string, greek: string, cyrillic: string) {
  return [
    { url: absolute(latin), "unicode-range": LATIN },
    { url: absolute(extended), "unicode-range": EXTENDED },
    { url: absolute(greek), "unicode-range": GREEK },
    { url: absolute(cyrillic), "unicode-range": CYRILLIC },
  ];
}

/** The worker has another base address than the page. */
function absolute(path: string): string {
  return new URL(path, location.href).href;
}

export interface StyleOptions {
  scheme: "light" | "dark";
  language: Language;
  accent: string;
  attribution: string;
  tiles: string;
  /** What the tiles cover: west, south, east, north. */
  bbox: readonly [number, number, number, number];
}

export function styleOf(options: StyleOptions): StyleSpecification {
  const halo = options.scheme === "dark" ? "#10141a" : "#ffffff";
  return {
    version: 8,
    "font-faces": {
      "Noto Sans Regular": face(latin400, extended400, greek400, cyrillic400),
      "Noto Sans Bold": face(latin600, extended600, greek600, cyrillic600),
    },
    sources: {
      [TILES]: {
        type: "vector",
        url: `pmtiles://${absolute(options.tiles)}`,
        attribution: options.attribution,
      },
      [AREA]: { type: "geojson", data: EMPTY },
      [LEG]: { type: "geojson", data: EMPTY },
      [GRID]: { type: "geojson", data: EMPTY },
      [EDGE]: { type: "geojson", data: outline(options.bbox) },
    },
    layers: withOverlays(
      layers(TILES, FLAVOURS[options.scheme], { lang: options.language })
        .filter((layer) => !DROPPED.test(layer.id))
        .map((layer) => named(layer, options.language)),
      options.accent,
      halo,
      FLAVOURS[options.scheme].background,
    ),
  };
}

function outline([west, south, east, north]: StyleOptions["bbox"]): Feature<LineString> {
  const coordinates = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties: {} };
}

/** What would need sprites. */
const DROPPED = /^(pois|roads_shields|roads_oneway)/;

/** Names in the reader's language, else as they stand on the street. */
function named(layer: LayerSpecification, language: Language): LayerSpecification {
  if (layer.type !== "symbol" || layer.layout?.["text-field"] === undefined) return layer;
  if (layer.id === "address_label") return layer;
  const { "icon-image": _icon, ...layout } = layer.layout;
  return {
    ...layer,
    layout: { ...layout, "text-field": ["coalesce", ["get", `name:${language}`], ["get", "name"]] },
  };
}

/** The area lies under the labels, the last leg too: street names stay readable. */
function withOverlays(
  base: LayerSpecification[],
  accent: string,
  halo: string,
  background: string,
): LayerSpecification[] {
  const firstLabel = base.findIndex((layer) => layer.type === "symbol");
  const at = firstLabel < 0 ? base.length : firstLabel;
  const line = { "line-cap": "round", "line-join": "round" } as const;
  const overlays: LayerSpecification[] = [
    {
      id: "grid",
      type: "line",
      source: GRID,
      paint: { "line-color": accent, "line-opacity": 0.22, "line-width": 1 },
    },
    {
      // Where the map ends it fades out instead of being cut off.
      id: "edge",
      type: "line",
      source: EDGE,
      layout: line,
      paint: {
        "line-color": background,
        "line-width": ["interpolate", ["exponential", 2], ["zoom"], 13, 20, 18, 320],
        "line-blur": ["interpolate", ["exponential", 2], ["zoom"], 13, 10, 18, 160],
      },
    },
    { id: "area-fill", type: "fill", source: AREA, paint: { "fill-color": accent, "fill-opacity": 0.16 } },
    {
      id: "area-line",
      type: "line",
      source: AREA,
      layout: line,
      paint: { "line-color": accent, "line-width": 2.5, "line-dasharray": [1.5, 2] },
    },
    {
      id: "leg-casing",
      type: "line",
      source: LEG,
      layout: line,
      paint: { "line-color": halo, "line-width": 9, "line-opacity": 0.9 },
    },
    {
      id: "leg-line",
      type: "line",
      source: LEG,
      layout: line,
      paint: { "line-color": accent, "line-width": 5, "line-opacity": 0.85 },
    },
  ];
  return [...base.slice(0, at), ...overlays, ...base.slice(at)];
}
