import type { JSX } from "preact";
import { type ImportDocument, type ImportState, moving, STEPS, stepOf } from "./model";
import { t } from "./texts";

export function stateName(state: ImportState): string {
  const text = t();
  if (state === "failed") return text.failed;
  return state === "applying" ? text.applying : text.steps[state];
}

/** How far it is: the steps, and how much of the present one is done. */
export function Steps({ found }: { found: ImportDocument }): JSX.Element {
  const text = t();
  const at = stepOf(found.state);
  const { progress } = found;
  return (
    <div class="narrow-gap">
      <ol class="steps">
        {STEPS.map((step, i) => (
          <li
            key={step}
            data-step={i < at || found.state === "done" ? "done" : i === at ? "now" : "ahead"}
            aria-current={i === at ? "step" : undefined}
          >
            {text.steps[step]}
          </li>
        ))}
      </ol>
      {moving(found.state) && (
        <progress
          class="import-progress"
          aria-label={stateName(found.state)}
          {...(progress == null ? {} : { value: progress, max: 1 })}
        />
      )}
      <p class="unseen" role="status">
        {stateName(found.state)}
      </p>
    </div>
  );
}
