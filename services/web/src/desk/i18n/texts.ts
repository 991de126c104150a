/** Tables of texts, one a view, the same in each language: what is missing or surplus fails the type check. */

import type { Language } from "../../contracts";
import type { Forms, PluralForms } from "../../i18n/messages";
import { language } from "../store";

/** English's two forms; where a table has them, each language gives the forms that it has. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}

type In<L extends Language, T> = T extends Plural
  ? Forms<PluralForms[L]>
  : T extends string
    ? string
    : { readonly [K in keyof T]: In<L, T[K]> };

export interface Texts<T> {
  /** The reader's language's; a component that asks is drawn anew when he chooses another. */
  (): T;
  readonly tables: Readonly<Record<Language, T>>;
}

/** A view's texts. Plurals are `{one, other}` (in Russian also `few` and `many`), with `{n}` for the number. */
export function texts<T extends object>(tables: {
  readonly en: T;
  readonly el: In<"el", NoInfer<T>>;
  readonly ru: In<"ru", NoInfer<T>>;
}): Texts<T> {
  const all = tables as unknown as Record<Language, T>;
  return Object.assign(() => all[language.value], { tables: all });
}

/** The form for this number, with the number in it. */
export function plural(forms: Plural, n: number): string {
  const rule = new Intl.PluralRules(language.value).select(n);
  const form = (forms as Partial<Record<Intl.LDMLPluralRule, string>>)[rule] ?? forms.other;
  return form.replace("{n}", new Intl.NumberFormat(language.value).format(n));
}
