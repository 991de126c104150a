/** An answer as it is read at the desk. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Chip, Time } from "../../ui/facts";
import type { Answered, Question } from "./model";
import { t } from "./texts";

const MOST: Readonly<Partial<Record<Question, string>>> = { nps: "10", csi: "5" };

/** The mark in words: yes, no, "3 of 10"; nothing for a remark. */
export function markOf(answer: Pick<Answered, "question" | "score">): string {
  const text = t();
  if (answer.score === undefined) return "";
  if (answer.question === "all_right") return answer.score === 1 ? text.yes : text.no;
  return fill(text.of, { n: String(answer.score), most: MOST[answer.question] ?? "" });
}

export function Mark({ answer }: { answer: Answered }): JSX.Element {
  const text = t();
  const mark = markOf(answer);
  return (
    <span class="row">
      <span>{text.questions[answer.question]}</span>
      {mark !== "" && <Chip tone={answer.bad ? "bad" : "plain"}>{mark}</Chip>}
    </span>
  );
}

/** His own words; what he wrote is shown as he wrote it. */
export function Words({ words }: { words: string | undefined }): JSX.Element | null {
  return words ? <q class="words-said">{words}</q> : null;
}

/** All that he has answered about one parcel. */
export function Said({ answers }: { answers: readonly Answered[] }): JSX.Element {
  return (
    <ul class="said-list">
      {answers.map((answer) => (
        <li key={answer.question}>
          <span class="row">
            <Mark answer={answer} />
            <span class="sub">
              <Time at={answer.at} how="dated" />
            </span>
          </span>
          <Words words={answer.words} />
        </li>
      ))}
    </ul>
  );
}
