/** His phones: how each stands, a code for a new one, and the end of one that is lost. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { useResource } from "../../resource";
import { may } from "../../session";
import { now_ms } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, type Tone } from "../../ui/facts";
import { toast, toastError } from "../../ui/toast";
import { browserOf } from "./browser";
import { ConnectDialog } from "./connect";
import { type CourierRow, type Device, type Invitation, type PhoneState, phoneState } from "./model";
import { SetupDialog } from "./setup";
import { t } from "./texts";

const EVERY_MS = 10_000;
const TONES: Readonly<Record<PhoneState, Tone>> = {
  connected: "good",
  replacing: "warn",
  waiting: "accent",
  lapsed: "plain",
  revoked: "plain",
};

export function Phones({ courier, listed }: { courier: CourierRow; listed: boolean }): JSX.Element {
  const text = t();
  const id = encodeURIComponent(courier.courier_id);
  const read = useResource<{ devices: readonly Device[] }>(`/v1/devices?courier=${id}`, {
    every_ms: EVERY_MS,
  });
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [setup, setSetup] = useState<Device | "new" | null>(null);
  const devices = [...(read.data?.devices ?? [])].sort((a, b) => Number(a.revoked) - Number(b.revoked));
  const good = devices.filter((device) => !device.revoked && device.enrolled).length;
  const invite = async (path: string) => {
    try {
      setInvitation(await api.call<Invitation>("POST", path));
      read.reload();
    } catch (error) {
      toastError(error);
    }
  };
  const renew = async (device: Device) => {
    const sure =
      !device.enrolled ||
      (await confirm({
        title: fill(text.codeTitle, { phone: device.device_id }),
        text: text.codeDetail,
        action: text.newCode,
      }));
    if (sure) await invite(`/v1/devices/${encodeURIComponent(device.device_id)}/code`);
  };
  const revoke = async (device: Device) => {
    const sure = await confirm({
      title: fill(text.revokeTitle, { phone: device.device_id }),
      text: text.revokeDetail,
      action: text.revoke,
      danger: true,
    });
    if (!sure) return;
    try {
      await api.call("DELETE", `/v1/devices/${encodeURIComponent(device.device_id)}`);
      toast({ message: text.revoked });
    } catch (error) {
      toastError(error);
    }
    read.reload();
  };
  return (
    <section class="pane" aria-labelledby="phones-title" data-testid="phones">
      <div class="pane-head">
        <h2 id="phones-title">{text.phones}</h2>
        {may("staff") && listed && courier.active !== false && (
          <Button kind="main" testid="connect" onClick={() => invite(`/v1/couriers/${id}/phones`)}>
            {text.connect}
          </Button>
        )}
      </div>
      {read.data === undefined && read.error === null && <Loading />}
      {read.error !== null && <ErrorNote error={read.error} onRetry={read.reload} />}
      {read.data !== undefined && good === 0 && (
        <p class="note" data-tone="warn">
          <span>
            <b>{text.noPhones}</b> {text.noPhonesDetail}
          </span>
        </p>
      )}
      <ul class="phones">
        {devices.map((device) => (
          <Phone
            key={device.device_id}
            device={device}
            onCode={() => renew(device)}
            onRevoke={() => revoke(device)}
            onSetup={() => setSetup(device)}
          />
        ))}
      </ul>
      {may("staff") && courier.active !== false && (
        <p>
          <button type="button" class="as-link" data-testid="other-app" onClick={() => setSetup("new")}>
            {text.addPhone}
          </button>
        </p>
      )}
      {invitation !== null && (
        <ConnectDialog
          courier={courier}
          invitation={invitation}
          onAgain={() => invite(`/v1/devices/${encodeURIComponent(invitation.device_id)}/code`)}
          onClose={() => {
            setInvitation(null);
            read.reload();
          }}
        />
      )}
      {setup !== null && (
        <SetupDialog
          courier={courier}
          device={setup === "new" ? null : setup}
          taken={new Set(devices.map((device) => device.device_id))}
          onClose={() => {
            setSetup(null);
            read.reload();
          }}
        />
      )}
    </section>
  );
}

function Phone(props: {
  device: Device;
  onCode: () => Promise<void>;
  onRevoke: () => Promise<void>;
  onSetup: () => void;
}): JSX.Element {
  const text = t();
  const { device } = props;
  const state = phoneState(device, now_ms.value);
  return (
    <li data-state={state} data-device={device.device_id}>
      <div class="narrow-gap">
        <span class="row">
          <b>{device.device_id}</b>
          <Chip tone={TONES[state]}>{text.states[state]}</Chip>
        </span>
        {device.seen_as && (
          <span class="sub" title={device.seen_as}>
            {fill(text.seenAs, { name: browserOf(device.seen_as) })}
          </span>
        )}
      </div>
      {may("staff") && !device.revoked && (
        <div class="row">
          <Button small onClick={props.onCode} testid="new-code">
            {text.newCode}
          </Button>
          <Button small onClick={props.onSetup} testid="setup">
            {text.setup}
          </Button>
          <Button small kind="quiet" onClick={props.onRevoke} testid="revoke-phone">
            {text.revoke}
          </Button>
        </div>
      )}
    </li>
  );
}
