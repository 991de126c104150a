/** What the recipient was told, and what was not told and why. */

import type { JSX } from "preact";
import { api } from "../../api";
import { useResource } from "../../resource";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Loading, Time } from "../../ui/facts";
import { toast, toastError } from "../../ui/toast";
import { byNotice, type Entry, type Told } from "../notices/model";
import { t } from "../notices/texts";
import { Detail, StateChip } from "../notices/words";

const EVERY_MS = 15_000;

export function Notices({ shipment }: { shipment: string }): JSX.Element {
  const text = t();
  const path = `/v1/shipments/${encodeURIComponent(shipment)}/notices`;
  const read = useResource<{ notices: readonly Entry[] }>(path, { every_ms: EVERY_MS });
  const resend = async () => {
    try {
      await api.call("POST", `${path}/link`);
      toast({ message: text.resent, tone: "good" });
      read.reload();
    } catch (error) {
      toastError(error);
    }
  };
  const told = byNotice(read.data?.notices ?? []);
  return (
    <section class="pane" aria-labelledby="notices-title" data-testid="notices">
      <div class="pane-head">
        <h2 id="notices-title">{text.pane}</h2>
        {may("staff") && (
          <Button small testid="resend-link" onClick={resend}>
            {text.resend}
          </Button>
        )}
      </div>
      {read.data === undefined && read.loading && !read.error && <Loading />}
      {read.data === undefined && read.error && <ErrorNote error={read.error} onRetry={read.reload} />}
      {read.data !== undefined && told.length === 0 && <p class="muted">{text.paneNone}</p>}
      <ul class="links">
        {told.map((one) => (
          <Item key={one.key} told={one} path={path} onDone={read.reload} />
        ))}
      </ul>
    </section>
  );
}

function Item({ told, path, onDone }: { told: Told; path: string; onDone: () => void }): JSX.Element {
  const text = t();
  const { newest, before } = told;
  const redeliver = async () => {
    try {
      await api.call("POST", `${path}/${encodeURIComponent(newest.notice ?? "")}/redeliver`);
      toast({ message: text.redelivered, tone: "good" });
      onDone();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <li data-state={newest.state} data-kind={newest.kind}>
      <div class="narrow-gap">
        <span class="row">
          <b>
            {newest.channel === "webhook"
              ? (newest.event ?? text.hook)
              : (text.kinds[newest.kind] ?? newest.kind)}
          </b>
          <StateChip entry={newest} />
          <span class="sub">
            <Time at={newest.at} how="dated" />
          </span>
        </span>
        <Detail entry={newest} />
        {before.length > 0 && (
          <details class="sub">
            <summary>{text.earlier}</summary>
            {before.map((entry) => (
              <p key={`${entry.at} ${entry.state}`}>
                <Time at={entry.at} how="dated" /> {text.states[entry.state]} · <Detail entry={entry} />
              </p>
            ))}
          </details>
        )}
      </div>
      {newest.held && (
        <a class="button" href="/desk/held">
          {text.decideThere}
        </a>
      )}
      {newest.channel === "webhook" && newest.state !== "deferred" && may("staff") && (
        <Button small testid="redeliver" onClick={redeliver}>
          {text.redeliver}
        </Button>
      )}
    </li>
  );
}
