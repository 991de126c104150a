/** What the tiles cover, and whose data they are. */

export interface Area {
  /** West, south, east, north, in degrees. */
  bbox: readonly [number, number, number, number];
  attribution: string;
  tiles: string;
}

const TILES = "/map/basemap.pmtiles";

/** Throws when the portal has no map. */
export async function loadArea(): Promise<Area> {
  const response = await fetch("/map/area.json", { credentials: "omit" });
  if (!response.ok) throw new Error(`no map: ${response.status}`);
  const area = (await response.json()) as Partial<Area>;
  if (!Array.isArray(area.bbox) || area.bbox.length !== 4) throw new Error("no map: no bounding box");
  return { bbox: area.bbox, attribution: area.attribution ?? "", tiles: area.tiles ?? TILES };
}
