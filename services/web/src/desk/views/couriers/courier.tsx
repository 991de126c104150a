/** One courier and his phones. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { spaced } from "../../../i18n/phone";
import "../../ui/parts.css";
import "./couriers.css";
import { Back } from "../../../ui/icons";
import { useCouriers } from "../../names";
import { useResource } from "../../resource";
import { may } from "../../session";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, Time } from "../../ui/facts";
import type { ViewProps } from "../../views";
import { BatteryChip } from "./battery";
import { CourierDialog } from "./courier_dialog";
import type { CourierRow } from "./model";
import { Phones } from "./phones";
import { t } from "./texts";

export default function Courier({ params }: ViewProps): JSX.Element {
  const id = params.id ?? "";
  const text = t();
  const read = useResource<CourierRow>(`/v1/couriers/${encodeURIComponent(id)}`);
  const all = useCouriers(10_000);
  const seen = all.data?.couriers.find((one) => one.courier_id === id);
  const [editing, setEditing] = useState(false);
  const unlisted = read.error?.kind === "not_found" && seen?.listed === false;
  const courier = read.data ?? (unlisted ? seen : undefined);
  const missing = read.error?.kind === "not_found" && !unlisted && all.data !== undefined;
  const failed = read.error !== null && read.error.kind !== "not_found";
  return (
    <div class="stack" data-testid="courier">
      <a class="back" href="/desk/couriers">
        <Back />
        {text.back}
      </a>
      {courier === undefined && !missing && !failed && <Loading />}
      {missing && <h1>{text.missing}</h1>}
      {failed && <ErrorNote error={read.error} onRetry={read.reload} />}
      {courier !== undefined && (
        <>
          <header class="view-head courier-head">
            <h1>{courier.name}</h1>
            {may("staff") && (
              <Button
                testid="edit-courier"
                kind={unlisted ? "main" : "plain"}
                onClick={() => setEditing(true)}
              >
                {unlisted ? text.list : text.edit}
              </Button>
            )}
          </header>
          {unlisted && (
            <p class="note" data-tone="warn">
              {text.unlistedDetail}
            </p>
          )}
          <section class="pane">
            <Facts courier={courier} seen={seen} />
          </section>
          <Phones courier={courier} listed={!unlisted} />
        </>
      )}
      {editing && courier !== undefined && (
        <CourierDialog
          courier={courier}
          taken={new Set()}
          onClose={() => setEditing(false)}
          onSaved={() => {
            read.reload();
            all.reload();
          }}
        />
      )}
    </div>
  );
}

function Facts({ courier, seen }: { courier: CourierRow; seen: CourierRow | undefined }): JSX.Element {
  const text = t();
  return (
    <dl class="pairs">
      <dt>{text.id}</dt>
      <dd>{courier.courier_id}</dd>
      {courier.phone && (
        <>
          <dt>{text.telephone}</dt>
          <dd>
            <a href={`tel:${courier.phone}`}>{spaced(courier.phone)}</a>
          </dd>
        </>
      )}
      {courier.vehicle && (
        <>
          <dt>{text.vehicle}</dt>
          <dd>{courier.vehicle}</dd>
        </>
      )}
      <dt>{text.duty}</dt>
      <dd>
        {courier.active === false ? (
          <Chip>{text.left}</Chip>
        ) : (
          <Chip tone={seen?.on_duty ? "good" : "plain"}>{seen?.on_duty ? text.dutyOn : text.dutyOff}</Chip>
        )}
      </dd>
      <dt>{text.heard}</dt>
      <dd class="row">
        {seen?.seen_at ? <Time at={seen.seen_at} how="ago" /> : text.never}
        <BatteryChip pct={seen?.battery_pct} />
      </dd>
    </dl>
  );
}
