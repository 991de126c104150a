/** The recipient's links: made on a click, and shown that once; only the hash of a secret is kept. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { ApiError, api } from "../../api";
import { may } from "../../session";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy_field";
import { confirm, Dialog } from "../../ui/dialog";
import { toast, toastError } from "../../ui/toast";
import { type LinkRow, linkState, linksInOrder, type ShipmentRecord } from "./model";
import { t } from "./texts";

interface NewLink {
  link_id: string;
  url: string;
  expires_at: string;
}

export function Links(props: { record: ShipmentRecord; onChanged: () => void }): JSX.Element {
  const text = t();
  const { record, onChanged } = props;
  const [made, setMade] = useState<NewLink | null>(null);
  const path = `/v1/shipments/${encodeURIComponent(record.shipment.shipment)}/links`;
  const make = async (): Promise<NewLink | null> => {
    try {
      const link = await api.call<NewLink>("POST", path, { body: {} });
      setMade(link);
      onChanged();
      return link;
    } catch (error) {
      toastError(error);
      return null;
    }
  };
  const end = async (link: LinkRow) => {
    try {
      await api.call("DELETE", `${path}/${link.link_id}`);
      return true;
    } catch (error) {
      // Gone is what was asked for.
      return error instanceof ApiError && error.kind === "not_found";
    } finally {
      onChanged();
    }
  };
  const revoke = async (link: LinkRow) => {
    const sure = await confirm({
      title: text.revokeTitle,
      text: text.revokeDetail,
      action: text.revoke,
      danger: true,
    });
    if (!sure) return;
    if (await end(link)) toast({ message: text.revoked });
    else toast({ message: text.renewHalf, tone: "bad" });
  };
  const renew = async (link: LinkRow) => {
    const sure = await confirm({ title: text.renewTitle, text: text.renewDetail, action: text.renew });
    if (!sure || (await make()) === null) return;
    if (await end(link)) toast({ message: text.renewed, tone: "good" });
    else toast({ message: text.renewHalf, tone: "bad" });
  };
  return (
    <section class="pane" aria-labelledby="links-title" data-testid="links">
      <div class="pane-head">
        <h2 id="links-title">{text.links}</h2>
        {may("staff") && (
          <Button small testid="new-link" onClick={make}>
            {text.newLink}
          </Button>
        )}
      </div>
      {record.links.length === 0 && <p class="muted">{text.linksNone}</p>}
      <ul class="links">
        {linksInOrder(record.links, now_ms.value).map((link) => (
          <Item key={link.link_id} link={link} onRenew={() => renew(link)} onRevoke={() => revoke(link)} />
        ))}
      </ul>
      {made !== null && <Made link={made} onClose={() => setMade(null)} />}
    </section>
  );
}

function Item(props: {
  link: LinkRow;
  onRenew: () => Promise<void>;
  onRevoke: () => Promise<void>;
}): JSX.Element {
  const text = t();
  const { link } = props;
  const state = linkState(link, now_ms.value);
  const moment = (at: string) => formats.value.moment(Date.parse(at), now_ms.value);
  return (
    <li data-state={state} data-link={link.link_id}>
      <div class="narrow-gap">
        <span>
          {state === "revoked"
            ? text.revokedState
            : fill(state === "good" ? text.good : text.expired, { time: moment(link.expires_at) })}
        </span>
        <span class="sub">
          {fill(text.made, { time: link.created_at ? moment(link.created_at) : text.unknownTime })}
          {" · "}
          <code>{link.link_id.slice(0, 8)}</code>
        </span>
      </div>
      {may("staff") && state === "good" && (
        <div class="row">
          <Button small testid="renew" onClick={props.onRenew}>
            {text.renew}
          </Button>
          <Button small kind="quiet" testid="revoke" onClick={props.onRevoke}>
            {text.revoke}
          </Button>
        </div>
      )}
    </li>
  );
}

function Made({ link, onClose }: { link: NewLink; onClose: () => void }): JSX.Element {
  const text = t();
  return (
    <Dialog
      title={text.linkMade}
      onClose={onClose}
      testid="link-made"
      foot={
        <>
          <a class="button" href={link.url} target="_blank" rel="noopener noreferrer">
            {text.open}
          </a>
          <Button kind="main" onClick={onClose}>
            {text.close}
          </Button>
        </>
      }
    >
      <div class="form">
        <p>{text.linkMadeDetail}</p>
        <CopyField bare label={text.linkMade} value={link.url} testid="link-url" />
      </div>
    </Dialog>
  );
}
