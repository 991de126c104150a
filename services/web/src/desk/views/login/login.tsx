import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../api";
import { address, navigate } from "../../router";
import { logIn } from "../../session";
import { Button } from "../../ui/button";
import { sentenceOf } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { TEXTS } from "./texts";

const LOGIN = "/desk/login";

/** What a refused login says. */
export function refusal(error: unknown, second: boolean): string {
  const t = TEXTS();
  if (error instanceof ApiError) {
    if (error.kind === "busy") return t.locked;
    if (error.kind === "login") return second ? t.badCode : t.bad;
  }
  return sentenceOf(error);
}

export function isEmail(text: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text.trim());
}

/** Stands at whatever address was asked for: once in, that is what opens. */
export function Login(): JSX.Element {
  const t = TEXTS();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [second, setSecond] = useState(false);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (busy || !isEmail(email) || password === "" || (second && code.trim() === "")) return;
    setBusy(true);
    try {
      const outcome = await logIn(email.trim(), password, second ? code.replace(/\s/g, "") : undefined);
      if (outcome === "code") {
        setSecond(true);
        setTried(false);
      } else if (address.peek().path === LOGIN) navigate("/desk", { replace: true });
    } catch (failed) {
      setError(refusal(failed, second));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="form" onSubmit={send} noValidate data-testid="login">
      <h1>{second ? t.codeTitle : t.title}</h1>
      {second ? (
        <TextField
          key="code"
          label={t.code}
          value={code}
          onInput={setCode}
          hint={t.codeHint}
          error={tried && code.trim() === "" ? t.fill : null}
          autocomplete="one-time-code"
          name="code"
          autofocus
          testid="login-code"
        />
      ) : (
        <>
          <TextField
            label={t.email}
            type="email"
            name="email"
            autocomplete="username"
            inputMode="email"
            value={email}
            onInput={setEmail}
            error={tried && !isEmail(email) ? t.emailBad : null}
            autofocus
            testid="login-email"
          />
          <TextField
            label={t.password}
            type="password"
            name="password"
            autocomplete="current-password"
            value={password}
            onInput={setPassword}
            error={tried && password === "" ? t.fill : null}
            testid="login-password"
          />
        </>
      )}
      {error !== null && (
        <p class="note" data-tone="bad" role="alert" data-testid="login-error">
          {error}
        </p>
      )}
      <div class="form-foot">
        <Button type="submit" kind="main" busy={busy} testid="login-enter">
          {second ? t.goOn : t.enter}
        </Button>
        {second && (
          <Button
            kind="quiet"
            onClick={() => {
              setSecond(false);
              setCode("");
              setError(null);
            }}
          >
            {t.back}
          </Button>
        )}
      </div>
      {!second && <p class="hint">{t.forgot}</p>}
    </form>
  );
}
