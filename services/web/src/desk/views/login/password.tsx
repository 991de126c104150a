/** What a password has to be; shown while it is being chosen. The portal decides. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Check } from "../../../ui/icons";
import { TEXTS } from "./texts";

/** As the portal has them (services/portal/core/office.py). */
export const LEAST = 10;
const FEW_SIGNS = 5;
const OBVIOUS = ["dromos", "password"];

export interface Rules {
  length: boolean;
  own: boolean;
  varied: boolean;
}

/** Which rules a password meets. */
export function rulesOf(password: string, name: string, email: string): Rules {
  const said = password.normalize("NFKC").toLowerCase();
  const about = [email.toLowerCase().split("@")[0] ?? "", ...name.toLowerCase().split(/\s+/), ...OBVIOUS];
  // A word of one's own may stand in it if enough stands beside it.
  const made = about.some(
    (word) => word.length >= 4 && said.includes(word) && said.length - word.length < LEAST - 2,
  );
  return {
    length: [...password].length >= LEAST,
    own: password !== "" && !made,
    varied: new Set(said).size >= FEW_SIGNS,
  };
}

export function isGood(rules: Rules): boolean {
  return rules.length && rules.own && rules.varied;
}

export function PasswordRules({ rules }: { rules: Rules }): JSX.Element {
  const t = TEXTS();
  const list = [
    [rules.length, fill(t.ruleLength, { n: String(LEAST) })],
    [rules.own, t.ruleOwn],
    [rules.varied, t.ruleVaried],
  ] as const;
  return (
    <>
      <span>{t.rules}</span>
      <ul class="rules">
        {list.map(([met, text]) => (
          <li key={text} data-met={met}>
            <span class="rule-mark">{met && <Check />}</span>
            {text} <span class="unseen">({met ? t.ruleMet : t.ruleNot})</span>
          </li>
        ))}
      </ul>
    </>
  );
}
