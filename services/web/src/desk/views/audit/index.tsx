/** Who changed what, page after page, the newest first. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./audit.css";
import { api } from "../../api";
import { useResource } from "../../resource";
import { Button } from "../../ui/button";
import { Time } from "../../ui/facts";
import { Pick } from "../../ui/pick";
import { SearchBox } from "../../ui/search_box";
import { type Column, Table } from "../../ui/table";
import { toastError } from "../../ui/toast";
import {
  type AuditEntry,
  type AuditPage,
  actorsOf,
  countOf,
  fitting,
  groupsOf,
  joined,
  keyOf,
  toQuery,
} from "./model";
import { actionText, t } from "./texts";

export default function Audit(): JSX.Element {
  const text = t();
  const read = useResource<AuditPage>(toQuery(null));
  const [older, setOlder] = useState<AuditPage | null>(null);
  const [adding, setAdding] = useState(false);
  const [filter, setFilter] = useState({ words: "", actor: "", action: "" });
  const entries = read.data === undefined ? undefined : joined(read.data.entries, older ?? { entries: [] });
  const next = (older ?? read.data)?.next ?? null;
  const more = async () => {
    if (next === null) return;
    setAdding(true);
    try {
      const page = await api.get<AuditPage>(toQuery(next));
      setOlder({ entries: joined(older?.entries ?? [], page), next: page.next ?? null });
    } catch (error) {
      toastError(error);
    }
    setAdding(false);
  };
  const narrowed = filter.words !== "" || filter.actor !== "" || filter.action !== "";
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        <p class="muted">{text.detail}</p>
      </header>
      <div class="filters">
        <SearchBox
          label={text.search}
          value={filter.words}
          onInput={(words) => setFilter({ ...filter, words })}
        />
        <Pick
          label={text.who}
          any={text.anybody}
          value={filter.actor}
          options={actorsOf(entries ?? []).map(({ id, name }) => [id, said(id, name)])}
          onChange={(actor) => setFilter({ ...filter, actor })}
          testid="audit-actor"
        />
        <Pick
          label={text.what}
          any={text.anything}
          value={filter.action}
          options={groupsOf(entries ?? []).map((group) => [group, group])}
          onChange={(action) => setFilter({ ...filter, action })}
          testid="audit-action"
        />
      </div>
      <Table<AuditEntry>
        caption={text.title}
        columns={columns()}
        rows={entries === undefined ? undefined : fitting(entries, filter, actionText)}
        rowKey={keyOf}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        testid="audit"
        empty={
          narrowed ? (
            <>
              <p>
                <b>{text.noMatch}</b>
              </p>
              <p>{text.noMatchDetail}</p>
            </>
          ) : (
            <p>{text.none}</p>
          )
        }
      />
      <p class="audit-more">
        {next !== null ? (
          <Button onClick={more} busy={adding} testid="more-rows">
            {text.more}
          </Button>
        ) : (
          entries !== undefined && entries.length > 0 && <span class="muted">{text.end}</span>
        )}
      </p>
    </>
  );
}

function said(id: string, name: string | null | undefined): string {
  if (id === "admin") return t().admin;
  return name || id;
}

function columns(): readonly Column<AuditEntry>[] {
  const text = t();
  return [
    { key: "at", title: text.when, cell: (entry) => <Time at={entry.at} how="dated" /> },
    { key: "who", title: text.who, cell: (entry) => said(entry.actor, entry.actor_name) },
    {
      key: "what",
      title: text.what,
      cell: (entry) => (
        <span>
          <span title={entry.action}>{actionText(entry.action)}</span>
          {countOf(entry) > 1 && <span class="numbers"> ×{countOf(entry)}</span>}
        </span>
      ),
    },
    {
      key: "about",
      title: text.about,
      cell: (entry) => entry.subject && <span class="audit-about">{entry.subject}</span>,
    },
    {
      key: "detail",
      title: text.details,
      cell: (entry) => entry.detail && <span class="sub">{entry.detail}</span>,
    },
  ];
}
