import type { Language } from "../contracts";
import { LANGUAGES, NAMES } from "../i18n/text";
import { Globe } from "./icons";

export function LanguageSwitch(props: {
  language: Language;
  label: string;
  onChange: (l: Language) => void;
}) {
  return (
    <label class="language">
      <Globe />
      <span class="unseen">{props.label}</span>
      <select
        data-testid="language"
        value={props.language}
        onChange={(event) => props.onChange(event.currentTarget.value as Language)}
      >
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {NAMES[language]}
          </option>
        ))}
      </select>
    </label>
  );
}
