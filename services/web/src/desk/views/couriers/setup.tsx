/** What to enter into an app of somebody else's, with a new secret that is shown once. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { shell } from "../../i18n/messages";
import { tenant } from "../../session";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy_field";
import { Dialog } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { Choice, TextField } from "../../ui/field";
import { Qr } from "../../ui/qr";
import { type CourierRow, type Device, ID, idOf, type Setup, setups } from "./model";
import { t } from "./texts";

interface Props {
  courier: CourierRow;
  /** null: a phone that is not there yet. */
  device: Device | null;
  taken: ReadonlySet<string>;
  onClose: () => void;
}

export function SetupDialog({ courier, device, taken, onClose }: Props): JSX.Element {
  const text = t();
  const [name, setName] = useState(device?.device_id ?? idOf(`${courier.courier_id} phone`, taken));
  const [made, setMade] = useState<Device | null>(null);
  const [error, setError] = useState<unknown>(null);
  const bad = !ID.test(name) ? text.faults.bad_id : taken.has(name) ? text.faults.id_taken : null;
  const make = async () => {
    setError(null);
    try {
      setMade(
        device === null
          ? await api.call<Device>("POST", "/v1/devices", {
              body: {
                device_id: name,
                courier_id: courier.courier_id,
                tenant: courier.tenant ?? tenant.value,
              },
            })
          : await api.call<Device>("POST", `/v1/devices/${encodeURIComponent(device.device_id)}/rotate`),
      );
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog
      title={fill(text.setupTitle, { phone: made?.device_id ?? name })}
      onClose={onClose}
      wide={made !== null}
      testid="setup-dialog"
      foot={
        made === null ? (
          <>
            <Button kind="quiet" onClick={onClose}>
              {shell().ui.cancel}
            </Button>
            <Button
              kind="main"
              disabled={device === null && bad !== null}
              onClick={make}
              testid="make-secret"
            >
              {device === null ? text.enrol : text.makeSecret}
            </Button>
          </>
        ) : (
          <Button kind="main" onClick={onClose}>
            {text.done}
          </Button>
        )
      }
    >
      <div class="form">
        {error !== null && <ErrorNote error={error} />}
        {made === null && (
          <>
            <p>{text.setupDetail}</p>
            {device === null ? (
              <TextField
                label={text.deviceId}
                hint={text.deviceIdHint}
                error={bad}
                value={name}
                maxLength={64}
                onInput={setName}
                testid="device-id"
              />
            ) : (
              <p class="muted">{text.makeSecretDetail}</p>
            )}
          </>
        )}
        {made !== null && <Values made={made} />}
      </div>
    </Dialog>
  );
}

function Values({ made }: { made: Device }): JSX.Element {
  const text = t();
  const [app, setApp] = useState<Setup["app"]>("Traccar Client");
  const until = made.old_secret_until
    ? formats.value.moment(Date.parse(made.old_secret_until), now_ms.value)
    : null;
  if (!made.ingest_url || !made.secret) return <p role="alert">{text.ingestUnknown}</p>;
  const all = setups(made.ingest_url, made.device_id, made.secret);
  const setup = all.find((one) => one.app === app);
  return (
    <>
      <p class="note" data-tone="warn">
        {until === null ? text.secretFirst : fill(text.secretOnce, { time: until })}
      </p>
      <Choice
        label={text.app}
        value={app}
        options={all.map((one) => ({ value: one.app, label: one.app }))}
        onChange={setApp}
        testid="app"
      />
      <div class="setup-values">
        <div class="form" data-testid="setup-lines">
          {setup?.lines.map((line) => (
            <CopyField key={line.field} label={line.field} value={line.value} />
          ))}
        </div>
        {setup?.link && (
          <div class="narrow-gap setup-link">
            <b>{text.setupLink}</b>
            <Qr text={setup.link} label={text.setupLink} />
            <CopyField bare label={text.setupLink} value={setup.link} />
          </div>
        )}
      </div>
      <p class="hint">{text.setupDocs}</p>
    </>
  );
}
