/** The fleet's sources and layers over the base map, and the icons they use. No DOM markers: 5,000 stay smooth. */

import type { FeatureCollection } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { Look } from "./model";

export const FLEET = "fleet";
export const CHOSEN = "fleet-chosen";
export const STOPS = "fleet-stops";
export const WAY = "fleet-way";

export const CLUSTERS = "fleet-clusters";
export const POINTS = "fleet-points";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export interface Colours {
  accent: string;
  onAccent: string;
  bad: string;
  ink: string;
  surface: string;
}

const GREY = "#8a919b";

export function sources(): Record<string, SourceSpecification> {
  return {
    [FLEET]: {
      type: "geojson",
      data: EMPTY,
      cluster: true,
      clusterRadius: 42,
      clusterMaxZoom: 13,
      clusterProperties: {
        // What is true of one is said of the cluster that hides him.
        late: ["+", ["case", ["get", "late"], 1, 0]],
        fresh: ["+", ["case", ["==", ["get", "look"], "fresh"], 1, 0]],
      },
    },
    [WAY]: { type: "geojson", data: EMPTY },
    [STOPS]: { type: "geojson", data: EMPTY },
    [CHOSEN]: { type: "geojson", data: EMPTY },
  };
}

export function layers(colours: Colours): LayerSpecification[] {
  const { accent, onAccent, bad, ink, surface } = colours;
  const bold = ["Noto Sans Bold"];
  return [
    {
      id: "fleet-way",
      type: "line",
      source: WAY,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": accent, "line-width": 2, "line-opacity": 0.6, "line-dasharray": [1.5, 2] },
    },
    {
      id: "fleet-stops",
      type: "circle",
      source: STOPS,
      paint: {
        "circle-radius": 11,
        "circle-color": ["case", ["get", "done"], GREY, ["get", "late"], bad, surface],
        "circle-stroke-width": 2.5,
        "circle-stroke-color": ["case", ["get", "done"], GREY, ["get", "late"], bad, accent],
      },
    },
    {
      id: "fleet-stop-numbers",
      type: "symbol",
      source: STOPS,
      layout: {
        "text-field": ["get", "n"],
        "text-font": bold,
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": ["case", ["any", ["get", "done"], ["get", "late"]], surface, ink] },
    },
    {
      id: CLUSTERS,
      type: "circle",
      source: FLEET,
      filter: ["has", "point_count"],
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["ln", ["get", "point_count"]], 0.7, 15, 8, 32],
        "circle-color": ["case", [">", ["get", "fresh"], 0], accent, GREY],
        "circle-stroke-width": 3,
        "circle-stroke-color": ["case", [">", ["get", "late"], 0], bad, "#ffffff"],
        "circle-opacity": 0.92,
      },
    },
    {
      id: "fleet-counts",
      type: "symbol",
      source: FLEET,
      filter: ["has", "point_count"],
      layout: {
        "text-field": ["get", "point_count_abbreviated"],
        "text-font": bold,
        "text-size": 13,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": ["case", [">", ["get", "fresh"], 0], onAccent, "#ffffff"] },
    },
    { id: POINTS, source: FLEET, filter: ["!", ["has", "point_count"]], ...point(ink, surface) },
    {
      id: "fleet-chosen-halo",
      type: "circle",
      source: CHOSEN,
      paint: { "circle-radius": 24, "circle-color": accent, "circle-opacity": 0.22 },
    },
    { id: "fleet-chosen", source: CHOSEN, ...point(ink, surface) },
  ];
}

function point(ink: string, surface: string) {
  return {
    type: "symbol",
    layout: {
      "icon-image": [
        "concat",
        ["get", "look"],
        ["case", ["has", "bearing_deg"], "-moving", ""],
        ["case", ["get", "late"], "-late", ""],
      ],
      "icon-rotate": ["coalesce", ["get", "bearing_deg"], 0],
      "icon-rotation-alignment": "map",
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "text-field": ["get", "name"],
      "text-font": ["Noto Sans Bold"],
      "text-size": 12,
      "text-offset": [0, 1.35],
      "text-anchor": "top",
      "text-max-width": 9,
      "text-optional": true,
    },
    paint: { "text-color": ink, "text-halo-color": surface, "text-halo-width": 1.6 },
  } satisfies Pick<Extract<LayerSpecification, { type: "symbol" }>, "type" | "layout" | "paint">;
}

export interface Drawn {
  name: string;
  image: ImageData;
}

const RATIO = 2;
const SIZE = 52 * RATIO;

/** A dot for each way a courier may look; `moving` with a pointer to the north, which the map turns. */
export function icons(colours: Colours): Drawn[] {
  const fills: Readonly<Record<Look, string>> = { fresh: colours.accent, stale: GREY, off: "#ffffff" };
  const found: Drawn[] = [];
  for (const look of ["fresh", "stale", "off"] as const) {
    for (const late of [false, true]) {
      for (const moving of look === "fresh" ? [false, true] : [false]) {
        const name = `${look}${moving ? "-moving" : ""}${late ? "-late" : ""}`;
        found.push({
          name,
          image: dot(fills[look], late ? colours.bad : look === "off" ? GREY : "#ffffff", moving),
        });
      }
    }
  }
  return found;
}

export const PIXEL_RATIO = RATIO;

/** Throws where the browser draws nothing; the map would not be there either. */
function dot(fill: string, rim: string, moving: boolean): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  const middle = SIZE / 2;
  pen.shadowColor = "rgb(10 20 30 / 35%)";
  pen.shadowBlur = 3 * RATIO;
  pen.shadowOffsetY = RATIO;
  if (moving) {
    pen.fillStyle = rim;
    pen.beginPath();
    pen.moveTo(middle, 3 * RATIO);
    pen.lineTo(middle + 9.5 * RATIO, 20 * RATIO);
    pen.lineTo(middle - 9.5 * RATIO, 20 * RATIO);
    pen.fill();
    pen.fillStyle = fill;
    pen.beginPath();
    pen.moveTo(middle, 6.5 * RATIO);
    pen.lineTo(middle + 7 * RATIO, 20 * RATIO);
    pen.lineTo(middle - 7 * RATIO, 20 * RATIO);
    pen.fill();
  }
  pen.beginPath();
  pen.arc(middle, middle, 10.5 * RATIO, 0, 2 * Math.PI);
  pen.fillStyle = rim;
  pen.fill();
  pen.shadowColor = "transparent";
  pen.beginPath();
  pen.arc(middle, middle, 8 * RATIO, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.fill();
  return pen.getImageData(0, 0, SIZE, SIZE);
}
