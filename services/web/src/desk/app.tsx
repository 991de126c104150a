/** The frame: who may come in, the navigation, and the view that the address names. */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { LanguageSwitch } from "../ui/language_switch";
import { Frame } from "./frame";
import { shell } from "./i18n/messages";
import { address } from "./router";
import { recall, session, sessionError } from "./session";
import { chooseLanguage, language } from "./store";
import { Confirmation } from "./ui/dialog";
import { ErrorNote } from "./ui/error_note";
import { Toasts } from "./ui/toast";
import { viewOf } from "./views";
import { Invitation } from "./views/login/invitation";
import { Login } from "./views/login/login";

const INVITATION = "/desk/invitation";

export function App(): JSX.Element {
  return (
    <>
      <Inside />
      <Confirmation />
      <Toasts />
    </>
  );
}

function Inside(): JSX.Element {
  const invited = address.value.path === INVITATION;
  if (invited) {
    return (
      <Door>
        <Invitation />
      </Door>
    );
  }
  if (session.value) return <Frame />;
  return (
    <Door>
      {session.value === null ? (
        <Login />
      ) : sessionError.value ? (
        <ErrorNote error={sessionError.value} onRetry={recall} />
      ) : (
        <p role="status">{shell().frame.opening}</p>
      )}
    </Door>
  );
}

/** Before somebody is in. */
function Door({ children }: { children: JSX.Element }): JSX.Element {
  const failed = sessionError.value;
  useEffect(() => {
    // Not only by the button: the portal may just be starting.
    if (failed === null) return;
    const timer = setTimeout(recall, failed.after_ms ?? 4000);
    return () => clearTimeout(timer);
  }, [failed]);
  return (
    <main class="door">
      <header class="door-head">
        <span class="brand">Dromos</span>
        <LanguageSwitch language={language.value} label={shell().frame.language} onChange={chooseLanguage} />
      </header>
      <div class="door-card">{children}</div>
    </main>
  );
}

/** The window's title. */
export function titleOf(): string {
  const { nav, frame } = shell();
  const found = session.value ? viewOf(address.value.path) : null;
  return found === null ? `${frame.desk} · Dromos` : `${nav[found.view.title]} · Dromos`;
}
