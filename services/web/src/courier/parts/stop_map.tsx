/** A small map of the stop, fetched when he opens it: the page works without. */

import { useEffect, useRef, useState } from "preact/hooks";
import { textOf } from "../../i18n/text";
import type { MapHandle } from "../../map";
import type { Scene } from "../../view/scene";
import type { ShownStop } from "../merge";
import { language, place, text } from "../store";

export function StopMap({ stop }: { stop: ShownStop }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="stop-map" data-testid="stop-map" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.value.door.map}</summary>
      {open && <Drawn key={stop.stop} stop={stop} />}
    </details>
  );
}

function sceneOf(stop: ShownStop): Scene {
  const me = place.value;
  return {
    home: { name: "", address: "", lon: stop.lon, lat: stop.lat },
    area: null,
    leg: null,
    driver:
      me === null
        ? null
        : {
            lon: me.lon,
            lat: me.lat,
            at_ms: me.at_ms,
            stale: false,
            resting: false,
            ...(me.bearing_deg === null ? {} : { bearing_deg: me.bearing_deg }),
          },
  };
}

function Drawn({ stop }: { stop: ShownStop }) {
  const box = useRef<HTMLDivElement>(null);
  const [handle, setHandle] = useState<MapHandle | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let mine: MapHandle | null = null;
    let over = false;
    const words = textOf(language.peek());
    const { mapYou, mapDoor } = text.peek().door;
    const make = async () => {
      try {
        const { createMap } = await import("../../map");
        if (over || box.current === null) return;
        const options = {
          container: box.current,
          text: { ...words, map: { ...words.map, driver: mapYou, driverStale: mapYou, home: mapDoor } },
          scheme: window.matchMedia("(prefers-color-scheme: dark)").matches
            ? ("dark" as const)
            : ("light" as const),
          accent: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(),
          still: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
          onReady: () => {},
          onFailed: () => !over && setFailed(true),
          onOwn: () => {},
          onPlain: () => {},
        };
        mine = await createMap(options, sceneOf(stop));
        if (over) mine.remove();
        else setHandle(mine);
      } catch (error) {
        console.info("map:", error);
        if (!over) setFailed(true);
      }
    };
    void make();
    return () => {
      over = true;
      mine?.remove();
    };
  }, []);
  const scene = sceneOf(stop);
  useEffect(() => handle?.update(scene));
  const { map } = textOf(language.value);
  return (
    <div class="stop-map-box" data-testid="stop-map-box" data-ready={handle !== null}>
      {failed ? <p>{map.none}</p> : <div class="map-canvas" ref={box} />}
      {!failed && (
        <a
          class="attribution"
          href="https://www.openstreetmap.org/copyright"
          target="_blank"
          rel="noopener noreferrer"
        >
          {map.attribution}
        </a>
      )}
    </div>
  );
}
