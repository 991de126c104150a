/** A small map with one pin; where it can't be drawn there is none, the address says the same. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { language, text } from "../../store";

export function PlaceMap(props: { lon: number; lat: number; label: string }): JSX.Element | null {
  const place = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<"loading" | "ready" | "none">("loading");
  const { lon, lat, label } = props;
  useEffect(() => {
    let over = false;
    let remove = () => {};
    setStage("loading");
    const draw = async () => {
      try {
        const { createMap } = await import("../../../map");
        if (over || place.current === null) return;
        const words = text.peek();
        const map = await createMap(
          {
            container: place.current,
            text: { ...words, map: { ...words.map, home: label } },
            scheme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
            accent: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(),
            still: true,
            onReady: () => !over && setStage("ready"),
            onFailed: () => !over && setStage("none"),
            onOwn: () => {},
            onPlain: () => {},
          },
          { driver: null, area: null, leg: null, home: { name: "", address: label, lon, lat } },
        );
        if (over) map.remove();
        else remove = () => map.remove();
      } catch {
        if (!over) setStage("none");
      }
    };
    void draw();
    return () => {
      over = true;
      remove();
    };
  }, [lon, lat, label, language.value]);
  if (stage === "none") return null;
  return (
    <div class="place-map" data-testid="place-map" data-state={stage}>
      <div class="place-canvas" ref={place} />
      <a
        class="place-source"
        href="https://www.openstreetmap.org/copyright"
        target="_blank"
        rel="noopener noreferrer"
      >
        {text.value.map.attribution}
      </a>
    </div>
  );
}
