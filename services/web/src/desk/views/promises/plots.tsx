/** Calibration and sharpness by time before the end, drawn; what is drawn stands in the table beneath, too. */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { FEW, footOf, type Line, type Report, stepsTo } from "./model";
import { minutes, percent } from "./numbers";
import { t } from "./texts";

const WIDE = 340;
const HIGH = 210;
const LEFT = 46;
const RIGHT = 8;
const TOP = 14;
const FOOT = 182;

/** Where the `i`th of `n` stands. */
function across(i: number, n: number): number {
  return LEFT + ((WIDE - LEFT - RIGHT) * (i + 0.5)) / Math.max(1, n);
}

function Plot(props: {
  title: string;
  desc: string;
  testid: string;
  children: ComponentChildren;
}): JSX.Element {
  const id = useId();
  return (
    <figure class="pane plot">
      <figcaption>
        <h2>{props.title}</h2>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        role="img"
        aria-labelledby={`${id}-t ${id}-d`}
        data-testid={props.testid}
      >
        <title id={`${id}-t`}>{props.title}</title>
        <desc id={`${id}-d`}>{props.desc}</desc>
        {props.children}
      </svg>
    </figure>
  );
}

function Axis(props: { ticks: readonly (readonly [at: number, label: string])[] }): JSX.Element {
  return (
    <g class="plot-axis">
      {props.ticks.map(([at, label]) => (
        <g key={label}>
          <line x1={LEFT} x2={WIDE - RIGHT} y1={at} y2={at} />
          <text x={LEFT - 6} y={at} dy="0.35em" text-anchor="end">
            {label}
          </text>
        </g>
      ))}
    </g>
  );
}

function Horizons({ lines }: { lines: readonly Line[] }): JSX.Element {
  return (
    <g class="plot-axis">
      {lines.map((line, i) => (
        <text key={line.key} x={across(i, lines.length)} y={FOOT + 18} text-anchor="middle">
          {fill(t().minutes, { n: line.key })}
        </text>
      ))}
    </g>
  );
}

export function Calibration({ report }: { report: Report }): JSX.Element {
  const text = t();
  const lines = report.by_horizon;
  const foot = footOf(lines);
  const y = (share: number) => FOOT - ((share - foot) / (1 - foot)) * (FOOT - TOP);
  const count = Math.round((1 - foot) * 10);
  const every = count > 5 ? 2 : 1;
  const ticks = Array.from({ length: count + 1 }, (_, i) => 1 - i / 10)
    .filter((_, i) => i % every === 0)
    .map((share) => [y(share), percent(share)] as const);
  const points = lines
    .filter((line) => line.looks > 0)
    .map((line) =>
      fill(text.point, { key: fill(text.before, { n: line.key }), value: percent(line.rate, 1) }),
    );
  const desc = fill(text.calibrationDesc, { stated: percent(report.stated), points: points.join("; ") });
  return (
    <Plot title={text.calibration} desc={desc} testid="calibration">
      <Axis ticks={ticks} />
      <line class="plot-stated" x1={LEFT} x2={WIDE - RIGHT} y1={y(report.stated)} y2={y(report.stated)} />
      {/* Between two points, where nothing else stands. */}
      <text
        class="plot-note"
        x={across(lines.length - 1, lines.length) - 8}
        y={y(report.stated)}
        dy="-0.45em"
        text-anchor="end"
      >
        {fill(text.stated, { share: percent(report.stated) })}
      </text>
      {lines.map(
        (line, i) =>
          line.looks > 0 && (
            <g key={line.key} class="plot-point" data-few={line.attempts < FEW || undefined}>
              <line
                x1={across(i, lines.length)}
                x2={across(i, lines.length)}
                y1={y(line.least)}
                y2={y(line.most)}
              />
              <circle cx={across(i, lines.length)} cy={y(line.rate)} r={4.5} />
            </g>
          ),
      )}
      <Horizons lines={lines} />
    </Plot>
  );
}

export function Sharpness({ report }: { report: Report }): JSX.Element {
  const text = t();
  const lines = report.by_horizon;
  const steps = stepsTo(Math.max(5, ...lines.map((line) => line.width_p90_min ?? 0)));
  const most = steps[steps.length - 1] ?? 1;
  const y = (width: number) => FOOT - (width / most) * (FOOT - TOP);
  const points = lines
    .filter((line) => line.width_p50_min !== undefined)
    .map((line) =>
      fill(text.widthPoint, {
        key: fill(text.before, { n: line.key }),
        p10: minutes(line.width_p10_min),
        p50: minutes(line.width_p50_min),
        p90: minutes(line.width_p90_min),
      }),
    );
  return (
    <Plot
      title={text.sharpness}
      desc={fill(text.sharpnessDesc, { points: points.join("; ") })}
      testid="sharpness"
    >
      <Axis ticks={steps.map((step) => [y(step), minutes(step)] as const)} />
      {lines.map((line, i) => {
        const { width_p10_min: p10, width_p50_min: p50, width_p90_min: p90 } = line;
        if (p10 === undefined || p50 === undefined || p90 === undefined) return null;
        const x = across(i, lines.length);
        return (
          <g key={line.key} class="plot-bar" data-few={line.attempts < FEW || undefined}>
            <rect x={x - 13} y={y(p90)} width={26} height={Math.max(2, y(p10) - y(p90))} rx={4} />
            <line x1={x - 17} x2={x + 17} y1={y(p50)} y2={y(p50)} />
            <text x={x} y={y(p90)} dy="-0.5em" text-anchor="middle">
              {minutes(p50)}
            </text>
          </g>
        );
      })}
      <Horizons lines={lines} />
    </Plot>
  );
}
