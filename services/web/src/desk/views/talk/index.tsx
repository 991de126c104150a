/** What people wrote that belongs to no shipment for certain: somebody says where it belongs. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./talk.css";
import { api } from "../../api";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Time } from "../../ui/facts";
import { TextField } from "../../ui/field";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import type { Stray } from "./model";
import { t } from "./texts";

const EVERY_MS = 30_000;

export default function Strays(): JSX.Element {
  const text = t();
  const read = useResource<{ strays: readonly Stray[]; more: boolean }>("/v1/strays", {
    every_ms: EVERY_MS,
  });
  return (
    <>
      <header class="view-head">
        <h1>{text.straysTitle}</h1>
        <p class="muted">{text.straysDetail}</p>
      </header>
      <Table<Stray>
        caption={text.straysTitle}
        columns={columns(read.reload)}
        rows={read.data?.strays}
        rowKey={(stray) => stray.stray}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        testid="strays"
        empty={
          <>
            <p>
              <b>{text.straysNone}</b>
            </p>
            <p>{text.straysNoneDetail}</p>
          </>
        }
      />
      {read.data?.more && <p class="muted">{text.straysMore}</p>}
    </>
  );
}

function columns(onDone: () => void): readonly Column<Stray>[] {
  const text = t();
  return [
    {
      key: "message",
      title: text.message,
      cell: (stray) => (
        <span class="narrow-gap">
          {stray.subject && <b>{stray.subject}</b>}
          <span class="stray-words">{stray.text}</span>
          {(stray.attachments ?? 0) > 0 && (
            <span class="sub">{plural(text.attachments, stray.attachments ?? 0)}</span>
          )}
        </span>
      ),
    },
    {
      key: "from",
      title: text.from,
      cell: (stray) => (
        <span class="narrow-gap">
          <span>{stray.sender}</span>
          <span class="sub">
            {text.ways[stray.way]} · {text.whys[stray.why]}
          </span>
        </span>
      ),
    },
    { key: "when", title: text.when, cell: (stray) => <Time at={stray.at} how="dated" /> },
    { key: "do", title: text.do, cell: (stray) => <Settle stray={stray} onDone={onDone} /> },
  ];
}

function Settle({ stray, onDone }: { stray: Stray; onDone: () => void }): JSX.Element {
  const text = t();
  const [shipment, setShipment] = useState(stray.shipment ?? "");
  const path = `/v1/strays/${encodeURIComponent(stray.stray)}`;
  const done = async (work: Promise<unknown>, message: string) => {
    try {
      await work;
      toast({ message, tone: "good" });
    } catch (error) {
      toastError(error);
    }
    onDone();
  };
  const drop = async () => {
    const sure = await confirm({
      title: text.dropTitle,
      text: text.dropDetail,
      action: text.drop,
      danger: true,
    });
    if (sure) await done(api.call("DELETE", path), text.dropped);
  };
  if (!may("staff")) return <>{stray.shipment ?? ""}</>;
  return (
    <div class="narrow-gap">
      {stray.shipment && (
        <span class="sub">
          {text.guess} <a href={`/desk/shipments/${encodeURIComponent(stray.shipment)}`}>{stray.shipment}</a>
        </span>
      )}
      <div class="stray-do">
        <TextField label={text.shipment} value={shipment} maxLength={64} onInput={setShipment} />
        <Button
          small
          testid="attach-stray"
          disabled={shipment.trim() === ""}
          onClick={() =>
            done(api.call("POST", `${path}/attach`, { body: { shipment: shipment.trim() } }), text.attached)
          }
        >
          {text.attach}
        </Button>
        <Button kind="quiet" small testid="drop-stray" onClick={drop}>
          {text.drop}
        </Button>
      </div>
    </div>
  );
}
