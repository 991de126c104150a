/** Where an invitation's link leads. Its secret stands in the fragment, which no server sees in an address. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { ApiError, api } from "../../api";
import { navigate } from "../../router";
import { begin, type Session, session } from "../../session";
import { language } from "../../store";
import { Button } from "../../ui/button";
import { sentenceOf } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { isEmail } from "./login";
import { isGood, PasswordRules, rulesOf } from "./password";
import { TEXTS } from "./texts";

export function Invitation(): JSX.Element {
  const t = TEXTS();
  const [secret] = useState(() => location.hash.slice(1));
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const rules = rulesOf(password, name, email);

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    setErrors({});
    if (busy || name.trim() === "" || !isEmail(email) || !isGood(rules)) return;
    setBusy(true);
    try {
      const body = { secret, name: name.trim(), email: email.trim(), password, language: language.peek() };
      begin(await api.call<Session>("POST", "/v1/desk/invitation", { body, anonymous: true }));
      navigate("/desk", { replace: true });
    } catch (failed) {
      const gone = failed instanceof ApiError && (failed.kind === "not_found" || failed.kind === "login");
      if (failed instanceof ApiError && failed.kind === "invalid" && failed.errors.length > 0) {
        setErrors(Object.fromEntries(failed.errors.map((e) => [e.field.split(".").at(-1) ?? "", e.message])));
      }
      setError(gone ? t.gone : sentenceOf(failed));
    } finally {
      setBusy(false);
    }
  };

  if (secret === "") {
    return (
      <div class="form">
        <h1>{t.invitationTitle}</h1>
        <p class="note" data-tone="bad" role="alert">
          {t.noSecret}
        </p>
      </div>
    );
  }
  return (
    <form class="form" onSubmit={send} noValidate data-testid="invitation">
      <h1>{t.invitationTitle}</h1>
      <p>{t.invitationText}</p>
      {session.value && (
        <p class="note" data-tone="warn">
          {fill(t.elsewhere, { name: session.value.name })}
        </p>
      )}
      <TextField
        label={t.name}
        hint={t.nameHint}
        name="name"
        autocomplete="name"
        maxLength={64}
        value={name}
        onInput={setName}
        error={errors.name ?? (tried && name.trim() === "" ? t.fill : null)}
        autofocus
        testid="invitation-name"
      />
      <TextField
        label={t.email}
        type="email"
        name="email"
        autocomplete="username"
        inputMode="email"
        maxLength={254}
        value={email}
        onInput={setEmail}
        error={errors.email ?? (tried && !isEmail(email) ? t.emailBad : null)}
        testid="invitation-email"
      />
      <TextField
        label={t.password}
        type="password"
        name="password"
        autocomplete="new-password"
        maxLength={200}
        value={password}
        onInput={setPassword}
        hint={<PasswordRules rules={rules} />}
        error={errors.password ?? (tried && password === "" ? t.fill : null)}
        testid="invitation-password"
      />
      {error !== null && (
        <p class="note" data-tone="bad" role="alert" data-testid="invitation-error">
          {error}
        </p>
      )}
      <div class="form-foot">
        <Button type="submit" kind="main" busy={busy} testid="invitation-accept">
          {t.accept}
        </Button>
      </div>
    </form>
  );
}
