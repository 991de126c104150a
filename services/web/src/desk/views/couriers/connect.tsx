/** The code that connects a phone, to be scanned; a tick takes its place once it has been used. */

import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { Check } from "../../../ui/icons";
import { useResource } from "../../resource";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy_field";
import { Dialog } from "../../ui/dialog";
import { Qr } from "../../ui/qr";
import { browserOf, onlyHere } from "./browser";
import { type CourierRow, connected, countdown, type Device, type Invitation } from "./model";
import { t } from "./texts";

const EVERY_MS = 2_000;

interface Props {
  courier: CourierRow;
  invitation: Invitation;
  onAgain: () => Promise<void>;
  onClose: () => void;
}

export function ConnectDialog({ courier, invitation, onAgain, onClose }: Props): JSX.Element {
  const text = t();
  const read = useResource<{ devices: readonly Device[] }>(
    `/v1/devices?courier=${encodeURIComponent(courier.courier_id)}`,
    { every_ms: EVERY_MS },
  );
  const device = read.data?.devices.find((one) => one.device_id === invitation.device_id);
  const expires_ms = Date.parse(invitation.expires_at);
  const left = countdown(expires_ms, now_ms.value);
  const done = connected(device);
  return (
    <Dialog
      title={fill(text.connectTitle, { name: courier.name })}
      onClose={onClose}
      testid="connect-dialog"
      foot={
        <>
          {!done && left === null && (
            <Button kind="main" onClick={onAgain} testid="again">
              {text.newCode}
            </Button>
          )}
          <Button kind={done ? "main" : "plain"} onClick={onClose}>
            {done ? text.done : text.close}
          </Button>
        </>
      }
    >
      <div class="connect" data-state={done ? "connected" : left === null ? "lapsed" : "waiting"}>
        {done ? (
          <div class="connect-done" role="status">
            <span class="connect-tick">
              <Check />
            </span>
            <p>
              <b>{text.connected}</b>
            </p>
            {device?.seen_as && (
              <p class="muted" title={device.seen_as}>
                {fill(text.connectedAs, { name: browserOf(device.seen_as) })}
              </p>
            )}
          </div>
        ) : (
          <>
            <p>
              <b>{text.scan}</b> <span class="muted">{text.scanDetail}</span>
            </p>
            <div class="connect-code" data-lapsed={left === null || undefined}>
              <Qr text={invitation.url} label={text.qrLabel} />
              {left === null && <p class="connect-lapsed">{text.lapsed}</p>}
            </div>
            {onlyHere(invitation.url) && (
              <p class="note" data-tone="warn" data-testid="only-here">
                <span>
                  <b>{text.onlyHere}</b> {text.onlyHereDetail}
                </span>
              </p>
            )}
            {left !== null && (
              <p class="connect-left">
                <span class="numbers" title={formats.value.moment(expires_ms, now_ms.value)}>
                  {fill(text.left_time, { time: left })}
                </span>
                <span class="muted">{text.waiting}</span>
              </p>
            )}
            {left !== null && <CopyField label={text.address} value={invitation.url} testid="connect-url" />}
          </>
        )}
      </div>
    </Dialog>
  );
}
