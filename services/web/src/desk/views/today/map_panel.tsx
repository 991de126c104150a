/** The map's place beside the list: its code is fetched once the list can be read. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Minus, Plus, Target } from "../../../ui/icons";
import { useMedia } from "../../../ui/media";
import { language, text } from "../../store";
import { Button, IconButton } from "../../ui/button";
import type { FleetMap, Scene } from "./fleet_map";
import { TEXTS } from "./texts";

type Stage = "loading" | "ready" | "no_map";

const COPYRIGHT = "https://www.openstreetmap.org/copyright";

export function MapPanel(props: { scene: Scene; onChoose: (courier: string | null) => void }): JSX.Element {
  const t = TEXTS();
  const [attempt, setAttempt] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const choose = useRef(props.onChoose);
  choose.current = props.onChoose;
  const { stage, map } = useFleetMap(place, attempt, (courier) => choose.current(courier));
  useEffect(() => map?.update(props.scene), [map, props.scene]);
  return (
    <div
      class="fleet-map"
      data-testid="fleet-map"
      data-state={stage}
      data-shown={props.scene.marks.features.length}
      data-chosen={props.scene.chosen ?? ""}
    >
      {stage !== "no_map" && <div class="fleet-canvas" ref={place} key={attempt} />}
      {stage === "loading" && <p class="fleet-cover">{t.mapLoading}</p>}
      {stage === "no_map" && (
        <div class="fleet-cover" role="status">
          <p>
            <b>{t.mapNone}</b>
          </p>
          <p>{t.mapNoneDetail}</p>
          <Button onClick={() => setAttempt(attempt + 1)}>{t.retry}</Button>
        </div>
      )}
      {stage === "ready" && (
        <>
          <div class="fleet-buttons">
            <IconButton label={t.zoomIn} icon={<Plus />} onClick={() => map?.zoom(1)} />
            <IconButton label={t.zoomOut} icon={<Minus />} onClick={() => map?.zoom(-1)} />
            <IconButton label={t.mapFit} icon={<Target />} onClick={() => map?.showAll()} />
          </div>
          {props.scene.marks.features.length === 0 && <p class="fleet-note">{t.mapEmpty}</p>}
        </>
      )}
      <a class="fleet-attribution" href={COPYRIGHT} target="_blank" rel="noopener noreferrer">
        {text.value.map.attribution}
      </a>
    </div>
  );
}

function useFleetMap(
  place: { current: HTMLDivElement | null },
  attempt: number,
  onChoose: (courier: string | null) => void,
): { stage: Stage; map: FleetMap | null } {
  const [stage, setStage] = useState<Stage>("loading");
  const [map, setMap] = useState<FleetMap | null>(null);
  const dark = useMedia("(prefers-color-scheme: dark)");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const t = TEXTS();
  useEffect(() => {
    let mine: FleetMap | null = null;
    let over = false;
    setStage("loading");
    const fail = () => {
      if (!over) setStage("no_map");
    };
    const make = async () => {
      try {
        const { createFleetMap } = await import("./fleet_map");
        if (over || place.current === null) return;
        const made = await createFleetMap({
          container: place.current,
          label: t.mapLabel,
          language: language.peek(),
          scheme: dark ? "dark" : "light",
          colours: coloursOf(),
          still,
          onReady: () => !over && setStage("ready"),
          onFailed: fail,
          onChoose,
        });
        if (over) made.remove();
        else {
          mine = made;
          setMap(made);
        }
      } catch (error) {
        console.warn("the map can't be shown", error);
        fail();
      }
    };
    const timer = setTimeout(() => void make(), 50);
    return () => {
      over = true;
      clearTimeout(timer);
      setMap(null);
      mine?.remove();
    };
  }, [attempt, dark, still, language.value]);
  return { stage, map };
}

function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: of("--accent"),
    onAccent: of("--on-accent"),
    bad: of("--bad"),
    ink: of("--ink"),
    surface: of("--surface"),
  };
}

/** Whether a media query holds, now and whenever that changes. */
