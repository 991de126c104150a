/** The map's place on the page: its code is fetched once the text can be read. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { MapHandle } from "../map";
import { House, Minus, Plus, Target, Van } from "../ui/icons";
import { useMedia } from "../ui/media";
import { sceneOf } from "../view/scene";
import { language, now_ms, state, text } from "./store";

type Stage = "waiting" | "loading" | "ready" | "no_map";

const COPYRIGHT = "https://www.openstreetmap.org/copyright";

export function MapPanel({ waiting }: { waiting: boolean }) {
  const [attempt, setAttempt] = useState(0);
  const [own, setOwn] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const [plain, setPlain] = useState(false);
  const { stage, handle } = useMap(place, waiting, attempt, setOwn, setPlain);
  const { map, page } = text.value;
  const scene = sceneOf(state.value, now_ms.value);
  return (
    <div class="map" data-testid="map" data-state={stage}>
      {stage === "ready" && (
        <button type="button" class="skip" onClick={skip}>
          {page.skip}
        </button>
      )}
      {!waiting && stage !== "no_map" && <div class="map-canvas" ref={place} key={attempt} />}
      {stage === "waiting" && <Cover />}
      {stage === "loading" && (
        <Cover>
          <p>{map.loading}</p>
        </Cover>
      )}
      {stage === "no_map" && (
        <Cover>
          <p>{map.none}</p>
          <p class="detail">{map.noneDetail}</p>
          <button type="button" class="retry" onClick={() => setAttempt(attempt + 1)}>
            {map.retry}
          </button>
        </Cover>
      )}
      {stage === "ready" && scene.area !== null && (
        <p class="map-note" data-testid="area">
          {map.area}
        </p>
      )}
      {stage === "ready" && plain && (
        <p class="map-note map-plain" data-testid="plain">
          {map.plain}
        </p>
      )}
      {stage === "ready" && (
        <div class="map-buttons">
          <button type="button" aria-label={map.zoomIn} title={map.zoomIn} onClick={() => handle?.zoom(1)}>
            <Plus />
          </button>
          <button type="button" aria-label={map.zoomOut} title={map.zoomOut} onClick={() => handle?.zoom(-1)}>
            <Minus />
          </button>
          {own && (
            <button type="button" aria-label={map.fit} title={map.fit} onClick={() => handle?.fit()}>
              <Target />
            </button>
          )}
        </div>
      )}
      {(stage === "ready" || stage === "loading") && (
        <a class="attribution" href={COPYRIGHT} target="_blank" rel="noopener noreferrer">
          {map.attribution}
        </a>
      )}
    </div>
  );
}

/** A button and no link to a fragment: the address's fragment is the link's secret. */
function skip(): void {
  document.getElementById("after-map")?.focus();
}

const ROAD = "M-600 60C-300 90-60 150 10 140S50 118 74 105 110 74 160 78 270 44 301 48 420 60 900-60";

/** A road to the door where the map will be; while it is closed the sentence above says so. */
function Cover({ children }: { children?: ComponentChildren }) {
  return (
    <div class="cover">
      <svg class="cover-road" viewBox="0 0 360 160" aria-hidden="true">
        <path class="road" d={ROAD} />
        <path class="dash" d={ROAD} />
        {children === undefined && (
          <>
            <circle class="cover-disc" cx="74" cy="105" r="17" />
            <svg class="cover-van" aria-hidden="true" x="63" y="94" width="22" height="22">
              <Van />
            </svg>
            <circle class="cover-disc" cx="301" cy="48" r="17" />
            <svg class="cover-home" aria-hidden="true" x="290" y="37" width="22" height="22">
              <House />
            </svg>
          </>
        )}
      </svg>
      {children !== undefined && (
        <div class="cover-text" data-testid="map-sentence">
          {children}
        </div>
      )}
    </div>
  );
}

/** Fetches and feeds the map while it is open. */
function useMap(
  place: { current: HTMLDivElement | null },
  waiting: boolean,
  attempt: number,
  onOwn: (own: boolean) => void,
  onPlain: (plain: boolean) => void,
): { stage: Stage; handle: MapHandle | null } {
  const [stage, setStage] = useState<Stage>("loading");
  const [handle, setHandle] = useState<MapHandle | null>(null);
  const dark = useMedia("(prefers-color-scheme: dark)");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  useEffect(() => {
    if (waiting) return;
    let mine: MapHandle | null = null;
    let over = false;
    setStage("loading");
    onPlain(false);
    const fail = () => {
      if (!over) setStage("no_map");
    };
    const cancel = afterText(async () => {
      try {
        const { createMap } = await import("../map");
        if (over || place.current === null) return;
        const options = {
          container: place.current,
          text: text.peek(),
          scheme: dark ? ("dark" as const) : ("light" as const),
          accent: accentOf(),
          still,
          onReady: () => !over && setStage("ready"),
          onFailed: fail,
          onOwn,
          onPlain,
        };
        mine = await createMap(options, sceneOf(state.peek(), Date.now()));
        if (over) mine.remove();
        else setHandle(mine);
      } catch (error) {
        console.info("map:", error);
        fail();
      }
    });
    return () => {
      over = true;
      cancel();
      setHandle(null);
      mine?.remove();
    };
    // In another language it is made anew: its own words are set when it is made.
  }, [waiting, attempt, still, language.value]);

  const scene = sceneOf(state.value, now_ms.value);
  useEffect(() => handle?.update(scene));
  const colour = state.value.shop?.colour;
  useEffect(
    () => handle?.restyle(dark ? "dark" : "light", accentOf(), text.value),
    [handle, dark, language.value, colour],
  );
  return { stage: waiting ? "waiting" : stage, handle };
}

/** Once the browser has painted the text and has nothing better to do. */
function afterText(work: () => void): () => void {
  if ("requestIdleCallback" in window) {
    const id = requestIdleCallback(work, { timeout: 1500 });
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(work, 200);
  return () => clearTimeout(id);
}

function accentOf(): string {
  return getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
}
