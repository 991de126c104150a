/** A language's texts of the courier's page, with their plurals filled in. */

import type { Language } from "../../contracts";
import { fill } from "../../i18n/text";
import { el } from "./el";
import { en } from "./en";
import type { Messages } from "./messages";
import { ru } from "./ru";

export const TABLES: { readonly [L in Language]: Messages<L> } = { el, ru, en };

type Plurals = keyof Messages<Language>["plural"];

export interface Text extends Omit<Messages<Language>, "plural"> {
  language: Language;
  count(what: Plurals, n: number): string;
}

export function textOf(language: Language): Text {
  const table = TABLES[language];
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return {
    ...table,
    language,
    count(what, n) {
      const forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string } = table.plural[what];
      return fill(forms[rules.select(n)] ?? forms.other, { n: numbers.format(n) });
    },
  };
}
