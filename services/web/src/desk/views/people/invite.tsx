import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { shell } from "../../i18n/messages";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy_field";
import { Dialog } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { ROLES, type Role } from "./model";
import { t } from "./texts";

export interface Invitation {
  url: string;
  expires_at: string;
}

/** A link that lets somebody in, shown this once. */
export function InvitationLink(props: { title: string; made: Invitation; onClose: () => void }): JSX.Element {
  const text = t();
  const time = formats.value.moment(Date.parse(props.made.expires_at), now_ms.value);
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      testid="invite-dialog"
      foot={
        <Button kind="main" onClick={props.onClose}>
          {text.done}
        </Button>
      }
    >
      <div class="form">
        <p>{fill(text.linkDetail, { time })}</p>
        <CopyField bare label={props.title} value={props.made.url} testid="invite-url" />
      </div>
    </Dialog>
  );
}

/** A link by which somebody makes his own account. */
export function InviteDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const text = t();
  const [role, setRole] = useState<Role>("staff");
  const [name, setName] = useState("");
  const [made, setMade] = useState<Invitation | null>(null);
  const [error, setError] = useState<unknown>(null);
  const make = async () => {
    setError(null);
    try {
      const body = { role, ...(name.trim() === "" ? {} : { name: name.trim() }) };
      setMade(await api.call<Invitation>("POST", "/v1/people/invitations", { body }));
    } catch (failed) {
      setError(failed);
    }
  };
  if (made !== null) return <InvitationLink title={text.linkReady} made={made} onClose={onClose} />;
  return (
    <Dialog
      title={text.inviteTitle}
      onClose={onClose}
      testid="invite-dialog"
      foot={
        <>
          <Button kind="quiet" onClick={onClose}>
            {shell().ui.cancel}
          </Button>
          <Button kind="main" onClick={make} testid="make-invitation">
            {text.make}
          </Button>
        </>
      }
    >
      <div class="form">
        {error !== null && <ErrorNote error={error} />}
        <TextField
          label={text.inviteName}
          hint={text.inviteNameHint}
          value={name}
          maxLength={120}
          autofocus
          onInput={setName}
          testid="invite-name"
        />
        <fieldset class="roles">
          <legend>{text.role}</legend>
          {ROLES.map((one) => (
            <label key={one} class="role">
              <input
                type="radio"
                name="role"
                checked={role === one}
                onChange={() => setRole(one)}
                value={one}
              />
              <span class="narrow-gap">
                <b>{text.roles[one]}</b>
                <span class="sub">{text.rolesDetail[one]}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </div>
    </Dialog>
  );
}
