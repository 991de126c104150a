import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { recall, session } from "../../session";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { sentenceOf } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { Qr } from "../../ui/qr";
import { toast, toastError } from "../../ui/toast";
import { isWrong } from "./password_form";
import { TEXTS } from "./texts";

interface Start {
  secret: string;
  uri: string;
}

export function SecondStep(): JSX.Element {
  const t = TEXTS();
  const on = session.value?.totp === true;
  const [start, setStart] = useState<Start | null>(null);
  const [ending, setEnding] = useState(false);
  const begin = async () => {
    try {
      setStart(await api.call<Start>("POST", "/v1/desk/totp"));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <section class="pane form" data-testid="second-step" data-on={on}>
      <h2>{t.totp}</h2>
      <p>
        <b>{on ? t.totpOn : t.totpOff}</b> {on && plural(t.recoveryLeft, session.value?.recovery_left ?? 0)}
      </p>
      {!on && <p class="hint">{t.totpWhy}</p>}
      <div class="form-foot">
        {on ? (
          <Button testid="totp-off" onClick={() => setEnding(true)}>
            {t.turnOff}
          </Button>
        ) : (
          <Button kind="main" testid="totp-start" onClick={begin}>
            {t.setUp}
          </Button>
        )}
      </div>
      {start !== null && <SetUp start={start} onClose={() => setStart(null)} />}
      {ending && <TurnOff onClose={() => setEnding(false)} />}
    </section>
  );
}

function SetUp({ start, onClose }: { start: Start; onClose: () => void }): JSX.Element {
  const t = TEXTS();
  const [code, setCode] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [recovery, setRecovery] = useState<readonly string[] | null>(null);

  const confirm = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setError(null);
    setBusy(true);
    try {
      const body = { code: code.replace(/\s/g, "") };
      const made = await api.call<{ recovery: string[] }>("POST", "/v1/desk/totp/confirm", {
        body,
      });
      setRecovery(made.recovery);
      await recall();
    } catch (failed) {
      setError(isWrong(failed, "code") ? t.codeBad : sentenceOf(failed));
    } finally {
      setBusy(false);
    }
  };

  if (recovery !== null) {
    return (
      <Dialog
        title={t.recoveryTitle}
        onClose={onClose}
        testid="recovery"
        foot={
          <>
            <CopyButton text={recovery.join("\n")} label={t.copyAll} />
            <Button kind="main" testid="recovery-saved" onClick={onClose}>
              {t.saved}
            </Button>
          </>
        }
      >
        <p>{t.recoveryText}</p>
        <ul class="codes">
          {recovery.map((one) => (
            <li key={one}>
              <code>{one}</code>
            </li>
          ))}
        </ul>
      </Dialog>
    );
  }
  return (
    <Dialog title={t.totp} onClose={onClose} testid="totp">
      <form class="form" onSubmit={confirm} noValidate>
        <p>{t.scan}</p>
        <Qr text={start.uri} label={t.qr} />
        <p class="hint">
          {t.orType}
          <br />
          <code class="secret" data-testid="totp-secret">
            {start.secret.replace(/(.{4})(?=.)/g, "$1 ")}
          </code>
        </p>
        <p>{t.confirm}</p>
        <TextField
          label={t.code}
          name="code"
          inputMode="numeric"
          autocomplete="one-time-code"
          value={code}
          onInput={setCode}
          error={error}
          testid="totp-code"
        />
        <div class="form-foot">
          <Button type="submit" kind="main" busy={busy} testid="totp-confirm">
            {t.turnOn}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function TurnOff({ onClose }: { onClose: () => void }): JSX.Element {
  const t = TEXTS();
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setError(null);
    setBusy(true);
    try {
      await api.call("DELETE", "/v1/desk/totp", { body: { password } });
      await recall();
      toast({ message: t.off });
      onClose();
    } catch (failed) {
      setError(isWrong(failed, "password") ? t.oldBad : sentenceOf(failed));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.turnOff} onClose={onClose}>
      <form class="form" onSubmit={send} noValidate>
        <p>{t.turnOffText}</p>
        <TextField
          label={t.old}
          type="password"
          name="password"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
          error={error}
          testid="totp-password"
        />
        <div class="form-foot">
          <Button type="submit" kind="danger" busy={busy} testid="totp-off-yes">
            {t.turnOff}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
