/** In the place of the map: streets, the door, and what of the driver the policy shows. */

import type { JSX } from "preact";
import type { Show } from "../../../contracts";
import { House, Van } from "../../../ui/icons";
import type { Mode, Scenery } from "./model";

const STREETS = "M-10 52H370M-10 118H370M62-10V200M168-10V200M276-10V200M-10 190 370 20";
const CELL = "M96 22 150 52V112L96 142 42 112V52Z";
const PLACES: Readonly<Record<Scenery, readonly [number, number]>> = {
  far: [96, 82],
  near: [190, 118],
  door: [232, 118],
};
const HOME: readonly [number, number] = [276, 60];

export function Sketch({ mode, scene, show }: { mode: Mode; scene: Scenery; show: Show }): JSX.Element {
  const [x, y] = PLACES[scene];
  return (
    <div class="map sketch">
      <svg viewBox="0 0 360 180" aria-hidden="true" preserveAspectRatio="xMidYMid slice">
        <path class="sketch-street" d={STREETS} />
        {show === "area" && <path class="sketch-area" d={CELL} />}
        {show === "none" && mode === "strict" && <circle class="sketch-zone" cx={x} cy={y} r="34" />}
        {(show === "exact" || show === "resting") && <Mark at={[x, y]} icon={<Van />} kind="van" />}
        <Mark at={HOME} icon={<House />} kind="home" />
      </svg>
    </div>
  );
}

function Mark(props: { at: readonly [number, number]; icon: JSX.Element; kind: string }): JSX.Element {
  const [x, y] = props.at;
  return (
    <g class={`sketch-${props.kind}`}>
      <circle cx={x} cy={y} r="16" />
      <svg aria-hidden="true" x={x - 11} y={y - 11} width="22" height="22">
        {props.icon}
      </svg>
    </g>
  );
}
