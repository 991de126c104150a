/** A page that says one thing: not connected yet, no longer, or not yet loaded. */

import { LanguageSwitch } from "../../ui/language_switch";
import { chooseLanguage, language, text } from "../store";
import { PhoneCode } from "./icons";

export function Sign(props: {
  state: string;
  title: string;
  detail: string;
  more?: string | undefined;
  again?: boolean;
}) {
  const { enrol, page } = text.value;
  const waits = ["starting", "loading", "working", "later"].includes(props.state);
  return (
    <main class="sign" data-testid="courier" data-state={props.state} aria-busy={waits}>
      <header class="top">
        <span class="brand">Dromos</span>
        <LanguageSwitch language={language.value} label={page.language} onChange={chooseLanguage} />
      </header>
      <div class="sign-body" role="status">
        <span class="sign-icon" data-waits={waits} aria-hidden="true">
          <PhoneCode />
        </span>
        <h1>{props.title}</h1>
        {props.detail !== "" && <p>{props.detail}</p>}
        {props.more !== undefined && <p>{props.more}</p>}
      </div>
      {props.again === true && (
        <button type="button" class="big" onClick={() => location.reload()}>
          {enrol.retry}
        </button>
      )}
    </main>
  );
}
