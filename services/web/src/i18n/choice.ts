/** Which language the page speaks: the reader's own choice, then the browser's, then the merchant's. */

import type { Language } from "../contracts";
import { LANGUAGES } from "./text";

const KEY = "dromos.language";

export function isLanguage(value: unknown): value is Language {
  return (LANGUAGES as readonly unknown[]).includes(value);
}

/** The language of these; `browser` are BCP 47 tags in the reader's order. */
export function choose(
  own: string | null,
  browser: readonly string[],
  merchant: Language | undefined,
): Language {
  if (isLanguage(own)) return own;
  for (const tag of browser) {
    const primary = tag.toLowerCase().split("-")[0];
    if (isLanguage(primary)) return primary;
  }
  return merchant ?? "en";
}

/** The reader's locale in this language, such as en-IE; without one, Europe's. */
export function localeOf(language: Language, browser: readonly string[]): string {
  const own = browser.find((tag) => tag.toLowerCase().split("-")[0] === language && tag.includes("-"));
  return own ?? { el: "el-GR", ru: "ru-RU", en: "en-GB" }[language];
}

/** What the reader once chose; null without a choice or where the browser keeps nothing. */
export function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function remember(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Private windows may keep nothing: the choice then lasts as long as the page.
  }
}
