/** The carrier's couriers, what was last heard of each, and the way to a new one. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { spaced } from "../../../i18n/phone";
import "../../ui/parts.css";
import "./couriers.css";
import { useCouriers } from "../../names";
import { navigate } from "../../router";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { Chip, Time } from "../../ui/facts";
import { type Column, Table } from "../../ui/table";
import { BatteryChip } from "./battery";
import { CourierDialog } from "./courier_dialog";
import type { CourierRow } from "./model";
import { t } from "./texts";

const EVERY_MS = 10_000;

export default function Couriers(): JSX.Element {
  const text = t();
  const read = useCouriers(EVERY_MS);
  const [adding, setAdding] = useState(false);
  const [all, setAll] = useState(false);
  const known = read.data?.couriers;
  const shown = known?.filter((one) => all || one.active !== false);
  const left = known?.some((one) => one.active === false) ?? false;
  return (
    <>
      <header class="view-head">
        <h1>{text.title}</h1>
        {left && (
          <label class="toggle">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
            {text.showLeft}
          </label>
        )}
        {may("staff") && (
          <Button kind="main" testid="add-courier" onClick={() => setAdding(true)}>
            {text.add}
          </Button>
        )}
      </header>
      <Table<CourierRow>
        caption={text.title}
        columns={columns()}
        rows={shown}
        rowKey={(row) => row.courier_id}
        href={(row) => `/desk/couriers/${encodeURIComponent(row.courier_id)}`}
        loading={read.loading}
        error={read.error}
        onRetry={read.reload}
        tone={(row) => (row.active === false ? "muted" : undefined)}
        testid="couriers"
        empty={
          <>
            <p>
              <b>{text.none}</b>
            </p>
            <p>{text.noneDetail}</p>
          </>
        }
      />
      {adding && (
        <CourierDialog
          courier={null}
          taken={new Set(known?.map((one) => one.courier_id))}
          onClose={() => setAdding(false)}
          onSaved={(id) => navigate(`/desk/couriers/${encodeURIComponent(id)}`)}
        />
      )}
    </>
  );
}

function columns(): readonly Column<CourierRow>[] {
  const text = t();
  return [
    {
      key: "name",
      title: text.courier,
      cell: (row) => (
        <span class="narrow-gap">
          <b>{row.name}</b>
          <span class="sub">
            {row.courier_id}
            {row.listed === false && ` · ${text.unlisted}`}
          </span>
        </span>
      ),
    },
    {
      key: "phone",
      title: text.phone,
      cell: (row) => row.phone && <a href={`tel:${row.phone}`}>{spaced(row.phone)}</a>,
    },
    { key: "vehicle", title: text.vehicle, cell: (row) => row.vehicle },
    {
      key: "duty",
      title: text.duty,
      cell: (row) => {
        if (row.active === false) return <Chip>{text.left}</Chip>;
        return row.on_duty ? <Chip tone="good">{text.dutyOn}</Chip> : <Chip>{text.dutyOff}</Chip>;
      },
    },
    {
      key: "phones",
      title: text.phones,
      cell: (row) =>
        row.phones === 0 ? (
          <Chip tone="warn">{text.noPhones}</Chip>
        ) : (
          <span class="numbers">{row.phones ?? ""}</span>
        ),
    },
    {
      key: "heard",
      title: text.heard,
      cell: (row) => (
        <span class="row">
          {row.seen_at ? <Time at={row.seen_at} how="ago" /> : <span class="sub">{text.never}</span>}
          <BatteryChip pct={row.battery_pct} />
        </span>
      ),
    },
  ];
}
