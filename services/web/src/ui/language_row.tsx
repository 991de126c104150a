import type { Language } from "../contracts";
import { LANGUAGES, NAMES } from "../i18n/text";

/** Each language in its own letters, so that nobody has to read another to find it. */
const SHORT: Readonly<Record<Language, string>> = { el: "Ελ", ru: "Ру", en: "En" };

export function LanguageRow(props: { language: Language; label: string; onChange: (l: Language) => void }) {
  return (
    <fieldset class="languages" data-testid="languages">
      <legend class="unseen">{props.label}</legend>
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          title={NAMES[language]}
          aria-pressed={language === props.language}
          onClick={() => props.onChange(language)}
        >
          <span aria-hidden="true">{SHORT[language]}</span>
          <span class="unseen">{NAMES[language]}</span>
        </button>
      ))}
    </fieldset>
  );
}
