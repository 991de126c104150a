/** A language's texts with their plurals filled in. */

import type { Language } from "../contracts";
import { el } from "./el";
import { en } from "./en";
import type { Code, Messages, StatusText } from "./messages";
import { ru } from "./ru";

export const LANGUAGES = ["el", "ru", "en"] as const satisfies readonly Language[];

/** Each language by its own name, for the switch. */
export const NAMES: Readonly<Record<Language, string>> = { el: "Ελληνικά", ru: "Русский", en: "English" };

const TABLES: { readonly [L in Language]: Messages<L> } = { el, ru, en };

type Plurals = keyof Messages<Language>["plural"];

export interface Text extends Omit<Messages<Language>, "plural"> {
  language: Language;
  count(what: Plurals, n: number): string;
}

/** Replace each `{name}` of a template; a name without a value stays as it is, so that a test can see it. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const filled = template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  return filled.replace(/\.\.(?!\.)/g, "."); // "at 11:03 μ.μ." ends a sentence as it is
}

/** With a capital first letter. Not by CSS, nor by the locale: in Greek both take the accent away. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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

/** The texts of a status; a code this page does not know yet gets its general ones. */
export function statusText(text: Text, code: string): StatusText {
  return Object.hasOwn(text.status, code) ? text.status[code as Code] : text.status.other;
}
