/** Who works at the desk, with what role; and who has been asked to come. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./people.css";
import { api } from "../../api";
import { useResource } from "../../resource";
import { may, session } from "../../session";
import { language } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Chip, Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import { Invitations } from "./invitations";
import { type Invitation, InvitationLink, InviteDialog } from "./invite";
import { inOrder, lastOwner, mayChange, type People, type Person, ROLES, type Role } from "./model";
import { t } from "./texts";

export default function PeopleView(): JSX.Element {
  const text = t();
  const read = useResource<People>("/v1/people");
  const [inviting, setInviting] = useState(false);
  const people = read.data?.people;
  return (
    <div class="stack">
      <header class="view-head people-head">
        <h1>{text.title}</h1>
        {may("owner") && (
          <Button kind="main" testid="invite" onClick={() => setInviting(true)}>
            {text.invite}
          </Button>
        )}
      </header>
      {!may("owner") && <p class="muted">{text.ownersOnly}</p>}
      <Table<Person>
        caption={text.title}
        columns={columns(people ?? [], read.reload)}
        rows={people === undefined ? undefined : inOrder(people, language.value)}
        rowKey={(person) => person.account}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        tone={(person) => (person.disabled ? "muted" : undefined)}
        testid="people"
        empty={<p>{text.none}</p>}
      />
      {read.data !== undefined && read.data.invitations.length > 0 && (
        <Invitations invitations={read.data.invitations} people={read.data.people} onChanged={read.reload} />
      )}
      {inviting && (
        <InviteDialog
          onClose={() => {
            setInviting(false);
            read.reload();
          }}
        />
      )}
    </div>
  );
}

function columns(people: readonly Person[], reload: () => void): readonly Column<Person>[] {
  const text = t();
  const me = session.value;
  const own: Column<Person>[] = [
    {
      key: "name",
      title: text.name,
      cell: (person) => (
        <span class="narrow-gap">
          <span>
            <b>{person.name}</b> {person.account === me?.account && <Chip tone="accent">{text.you}</Chip>}
          </span>
          <span class="sub">{person.email}</span>
        </span>
      ),
    },
    {
      key: "role",
      title: text.role,
      cell: (person) =>
        me && mayChange(me, people, person.account) && !person.disabled ? (
          <RolePick person={person} onChanged={reload} />
        ) : (
          <span class="narrow-gap">
            <span>{text.roles[person.role]}</span>
            {person.disabled && <span class="sub">{text.disabled}</span>}
            {may("owner") && lastOwner(people, person.account) && <span class="sub">{text.lastOwner}</span>}
          </span>
        ),
    },
    {
      key: "totp",
      title: text.second,
      cell: (person) => (person.totp ? <Chip tone="good">{text.on}</Chip> : <Chip>{text.off}</Chip>),
    },
    {
      key: "login",
      title: text.lastLogin,
      cell: (person) => (person.last_login_at ? <Time at={person.last_login_at} how="dated" /> : text.never),
    },
  ];
  if (!may("owner")) return own;
  return [
    ...own,
    {
      key: "change",
      title: "",
      align: "end",
      cell: (person) =>
        me && mayChange(me, people, person.account) ? (
          <span class="row people-acts">
            {!person.disabled && <Renew person={person} onChanged={reload} />}
            <Block person={person} onChanged={reload} />
          </span>
        ) : null,
    },
  ];
}

function RolePick({ person, onChanged }: { person: Person; onChanged: () => void }): JSX.Element {
  const text = t();
  const change = async (role: Role) => {
    try {
      await api.call("PATCH", `/v1/people/${encodeURIComponent(person.account)}`, { body: { role } });
      toast({ message: fill(text.changed, { name: person.name, role: text.roles[role] }), tone: "good" });
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  return (
    <select
      class="role-pick"
      aria-label={fill(text.change, { name: person.name })}
      value={person.role}
      data-testid="role"
      onChange={(event) => change(event.currentTarget.value as Role)}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {text.roles[role]}
        </option>
      ))}
    </select>
  );
}

function Block({ person, onChanged }: { person: Person; onChanged: () => void }): JSX.Element {
  const text = t();
  const words = { name: person.name };
  const block = async () => {
    const disabled = !person.disabled;
    const sure =
      !disabled ||
      (await confirm({
        title: fill(text.disableTitle, words),
        text: text.disableDetail,
        action: text.disable,
        danger: true,
      }));
    if (!sure) return;
    try {
      await api.call("PATCH", `/v1/people/${encodeURIComponent(person.account)}`, { body: { disabled } });
      toast({ message: fill(disabled ? text.disabledDone : text.enabledDone, words) });
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  return (
    <Button small kind="quiet" onClick={block} testid="block">
      {person.disabled ? text.enable : text.disable}
      <span class="unseen">: {person.name}</span>
    </Button>
  );
}

/** A way back for who has forgotten his password. */
function Renew({ person, onChanged }: { person: Person; onChanged: () => void }): JSX.Element {
  const text = t();
  const words = { name: person.name };
  const [made, setMade] = useState<Invitation | null>(null);
  const renew = async () => {
    const title = fill(text.renewTitle, words);
    if (!(await confirm({ title, text: text.renewDetail, action: text.make }))) return;
    try {
      setMade(
        await api.call<Invitation>("POST", `/v1/people/${encodeURIComponent(person.account)}/password`),
      );
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  return (
    <>
      <Button small kind="quiet" onClick={renew} testid="renew-password">
        {text.renew}
        <span class="unseen">: {person.name}</span>
      </Button>
      {made !== null && (
        <InvitationLink title={fill(text.renewReady, words)} made={made} onClose={() => setMade(null)} />
      )}
    </>
  );
}
