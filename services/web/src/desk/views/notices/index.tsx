/** Notices that may have gone: a person says whether they are sent again. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import { fill } from "../../../i18n/text";
import { after } from "../../../ui/after";
import { ApiError, api } from "../../api";
import { plural } from "../../i18n/texts";
import { useResource } from "../../resource";
import { may } from "../../session";
import { now_ms } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { toast, toastError } from "../../ui/toast";
import { type Decision, Decisions, type Held } from "./model";
import { t } from "./texts";
import { reasonOf } from "./words";

const EVERY_MS = 15_000;

const changes = signal(0);
/** They go on when another view is opened. */
const decisions = new Decisions({ now_ms: () => Date.now(), after }, () => {
  changes.value += 1;
});

export default function HeldNotices(): JSX.Element {
  const text = t();
  const read = useResource<{ notices: readonly Held[]; more: boolean }>("/v1/notices/held", {
    every_ms: EVERY_MS,
  });
  // Decided here; the list hears of it a moment later.
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const decide = async (held: Held, decision: Decision) => {
    const name = held.name ?? text.somebody;
    const sure = await confirm(
      decision === "release"
        ? {
            title: text.releaseTitle,
            text: fill(text.releaseDetail, { name }),
            action: text.release,
          }
        : { title: text.discardTitle, text: fill(text.discardDetail, { name }), action: text.discard },
    );
    if (!sure) return;
    decisions.decide(held.notice, decision, async () => {
      try {
        await api.call("POST", `${pathOf(held)}/${decision}`);
        toast({ message: decision === "release" ? text.released : text.discarded, tone: "good" });
        setDone((before) => new Set([...before, held.notice]));
      } catch (error) {
        if (error instanceof ApiError && error.kind === "conflict") toast({ message: text.late });
        else toastError(error);
      }
      read.reload();
    });
  };
  const rows = read.data?.notices.filter((held) => !done.has(held.notice));
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        <p class="muted">{text.detail}</p>
      </header>
      <Table<Held>
        caption={text.title}
        columns={columns(decide)}
        rows={rows}
        rowKey={(held) => held.notice}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        testid="held"
        empty={
          <>
            <p>
              <b>{text.none}</b>
            </p>
            <p>{text.noneDetail}</p>
          </>
        }
      />
      {read.data?.more && <p class="muted">{text.more}</p>}
    </>
  );
}

function pathOf(held: Held): string {
  return `/v1/shipments/${encodeURIComponent(held.shipment)}/notices/${encodeURIComponent(held.notice)}`;
}

function columns(decide: (held: Held, decision: Decision) => Promise<void>): readonly Column<Held>[] {
  const text = t();
  return [
    {
      key: "what",
      title: text.what,
      cell: (held) => (
        <span class="narrow-gap">
          <b>{text.kinds[held.kind] ?? held.kind}</b>
          <span class="sub">
            {text.channels[held.channel]} · {held.shop}
          </span>
        </span>
      ),
    },
    {
      key: "who",
      title: text.who,
      cell: (held) => (
        <a class="narrow-gap" href={`/desk/shipments/${encodeURIComponent(held.shipment)}`}>
          <b>{held.order_number ?? held.shipment}</b>
          {held.name && <span class="sub">{held.name}</span>}
        </a>
      ),
    },
    { key: "why", title: text.why, cell: (held) => reasonOf(held.reason) },
    { key: "when", title: text.when, cell: (held) => <Time at={held.at} how="dated" /> },
    {
      key: "do",
      title: text.do,
      align: "end",
      cell: (held) => <Deciding held={held} decide={decide} />,
    },
  ];
}

function Deciding(props: {
  held: Held;
  decide: (held: Held, decision: Decision) => Promise<void>;
}): JSX.Element | null {
  const text = t();
  const { held, decide } = props;
  void changes.value;
  void now_ms.value;
  const waits = decisions.of(held.notice);
  if (waits !== null) {
    const said = waits.decision === "release" ? text.releasing : text.discarding;
    return (
      <span class="row" role="status">
        <span>{plural(said, waits.left_s)}</span>
        <Button small testid="undo-decision" onClick={() => decisions.undo(held.notice)}>
          {text.undo}
        </Button>
      </span>
    );
  }
  if (!may("staff")) return null;
  return (
    <span class="row">
      <Button small testid="release" onClick={() => decide(held, "release")}>
        {text.release}
      </Button>
      <Button small kind="quiet" testid="discard" onClick={() => decide(held, "discard")}>
        {text.discard}
      </Button>
    </span>
  );
}
