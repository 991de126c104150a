/** The shipments that nobody carries: dragged to a courier, or given to one. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { plural } from "../../i18n/texts";
import type { Resource } from "../../resource";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, WindowTime } from "../../ui/facts";
import { Grip, Move, Sorted } from "../../ui/icons";
import type { Carried, Target } from "./drag";
import { TEXTS } from "./texts";
import type { PoolPage, PoolShipment } from "./types";
import { dragging, press } from "./use_drag";

export const POOL_SHOWN = 50;

export function Pool(props: {
  count: number;
  shown: boolean;
  onShow: (shown: boolean) => void;
  page: Resource<PoolPage>;
  may: boolean;
  onDrop: (carried: Carried, target: Target) => void;
  onMove: (carried: Carried) => void;
}): JSX.Element {
  const t = TEXTS();
  const { page, count, shown } = props;
  const over = dragging.value?.target?.kind === "pool";
  const rows = page.data?.shipments ?? [];
  return (
    <section
      class="pool"
      data-testid="pool"
      data-drop="pool"
      data-over={over || undefined}
      aria-label={t.pool}
    >
      <button type="button" class="pool-head" aria-expanded={shown} onClick={() => props.onShow(!shown)}>
        <b class={count > 0 ? "warn" : "muted"} data-testid="pool-count">
          {count > 0 ? plural(t.poolCount, count) : t.poolEmpty}
        </b>
        <Sorted down={!shown} />
      </button>
      {shown && (
        <div class="pool-list" data-scrolls>
          {page.error && <ErrorNote error={page.error} onRetry={page.reload} />}
          {page.data === undefined && !page.error && <Loading />}
          <ul>
            {rows.map((row) => (
              <Row key={row.shipment} row={row} may={props.may} onDrop={props.onDrop} onMove={props.onMove} />
            ))}
          </ul>
          {page.data?.next !== undefined && (
            <p class="small muted">{fill(t.poolMore, { n: String(rows.length) })}</p>
          )}
        </div>
      )}
    </section>
  );
}

function Row(props: {
  row: PoolShipment;
  may: boolean;
  onDrop: (carried: Carried, target: Target) => void;
  onMove: (carried: Carried) => void;
}): JSX.Element {
  const t = TEXTS();
  const [held, setHeld] = useState(false);
  const { row, may } = props;
  const carried: Carried = { kind: "shipment", courier: null, shipments: [row.shipment] };
  const label = row.line ?? row.order_number;
  const begin = (event: PointerEvent) => press(event, carried, label, props.onDrop);
  return (
    <li
      class="pool-row"
      data-testid="pool-shipment"
      data-shipment={row.shipment}
      data-held={held || undefined}
      onPointerDown={(event) => {
        const free = (event.target as Element).closest("a, button") === null;
        if (may && free && event.pointerType === "mouse") begin(event);
      }}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      {may && (
        <span
          class="grip"
          aria-hidden="true"
          onPointerDown={(event) => event.pointerType !== "mouse" && begin(event)}
        >
          <Grip />
        </span>
      )}
      <div class="pool-text">
        <p>
          <b>{[row.line, row.city].filter(Boolean).join(", ") || row.order_number}</b>
        </p>
        {row.window && (
          <p class="small">
            <WindowTime window={row.window} />
          </p>
        )}
        <p class="small muted ellipsis">
          <a href={`/desk/shipments/${encodeURIComponent(row.shipment)}`}>{row.order_number}</a>{" "}
          {[row.name, row.shop].filter(Boolean).join(" · ")}{" "}
          {row.late && <Chip tone="bad">{t.lateWord}</Chip>}
        </p>
      </div>
      {may && (
        <Button
          small
          icon={<Move />}
          label={`${t.assign} ${label}`}
          testid="assign"
          onClick={() => props.onMove(carried)}
        >
          <span class="assign-text">{t.assign}</span>
        </Button>
      )}
    </li>
  );
}
