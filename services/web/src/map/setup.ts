/** What every map needs before it is made: its worker, its looks, and tiles out of one file. */

import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { Protocol } from "pmtiles";

setWorkerUrl(workerUrl);
addProtocol("pmtiles", new Protocol().tile);
