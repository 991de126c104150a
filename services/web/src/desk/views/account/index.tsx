/** One's own account: password, the second step, language, the way out. */

import type { JSX } from "preact";
import { AccountFoot } from "../../frame";
import { shell } from "../../i18n/messages";
import { session } from "../../session";
import { PasswordForm } from "./password_form";
import { SecondStep } from "./second_step";
import { TEXTS } from "./texts";

export default function Account(): JSX.Element {
  const { nav } = shell();
  const t = TEXTS();
  const me = session.value;
  return (
    <div class="stack account">
      <header class="view-head">
        <h1>{nav.account}</h1>
      </header>
      <section class="pane">
        <p>
          <b>{me?.name}</b> <span class="muted">({me && t.roles[me.role]})</span>
        </p>
        <p class="muted">{me?.email}</p>
        <AccountFoot />
      </section>
      <SecondStep />
      <PasswordForm />
    </div>
  );
}
