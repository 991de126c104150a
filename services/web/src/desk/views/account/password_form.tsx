import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, api } from "../../api";
import { session } from "../../session";
import { Button } from "../../ui/button";
import { sentenceOf } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import { isGood, PasswordRules, rulesOf } from "../login/password";
import { TEXTS } from "./texts";

export function PasswordForm(): JSX.Element {
  const t = TEXTS();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const rules = rulesOf(next, session.value?.name ?? "", session.value?.email ?? "");

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (busy || old === "" || !isGood(rules)) return;
    setBusy(true);
    try {
      await api.call("POST", "/v1/desk/password", { body: { old, new: next } });
      setOld("");
      setNext("");
      setTried(false);
      toast({ message: t.changed, tone: "good" });
    } catch (failed) {
      setError(isWrong(failed, "old") ? t.oldBad : sentenceOf(failed));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="pane form" onSubmit={send} noValidate data-testid="password-form">
      <h2>{t.password}</h2>
      {/* For password managers. */}
      <input type="text" name="email" autocomplete="username" value={session.value?.email} hidden readOnly />
      <TextField
        label={t.old}
        type="password"
        name="old"
        autocomplete="current-password"
        value={old}
        onInput={setOld}
        error={tried && old === "" ? t.fill : null}
        testid="password-old"
      />
      <TextField
        label={t.new}
        type="password"
        name="new"
        autocomplete="new-password"
        maxLength={200}
        value={next}
        onInput={setNext}
        hint={<PasswordRules rules={rules} />}
        error={tried && next === "" ? t.fill : null}
        testid="password-new"
      />
      {error !== null && (
        <p class="note" data-tone="bad" role="alert" data-testid="password-error">
          {error}
        </p>
      )}
      <div class="form-foot">
        <Button type="submit" busy={busy} testid="password-send">
          {t.change}
        </Button>
      </div>
    </form>
  );
}

/** Whether it was the password in this field of the body that was wrong. */
export function isWrong(error: unknown, field: string): boolean {
  return error instanceof ApiError && error.errors.some((one) => one.field === `body.${field}`);
}
