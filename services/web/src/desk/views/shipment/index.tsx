/** One shipment with all that is known of it, and what staff may do about it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { spaced } from "../../../i18n/phone";
import { fill } from "../../../i18n/text";
import "../../ui/parts.css";
import "./shipment.css";
import { Back } from "../../../ui/icons";
import { api } from "../../api";
import { useResource } from "../../resource";
import { may } from "../../session";
import { now_ms } from "../../store";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, Old, Status, Time, WindowTime } from "../../ui/facts";
import { toast, toastError } from "../../ui/toast";
import type { ViewProps } from "../../views";
import type { Row } from "../shipments/model";
import { TalkPane } from "../talk/pane";
import { AnswersPane } from "./answers_pane";
import { CashPane } from "./cash_pane";
import { History } from "./history";
import { Links } from "./links";
import type { ShipmentRecord } from "./model";
import { Notices } from "./notices";
import { RecipientPane } from "./recipient";
import { ReportDialog } from "./report";
import { t } from "./texts";
import { Windows } from "./windows";

const EVERY_MS = 10_000;
const OLD_MS = 45_000;

export default function Shipment({ params }: ViewProps): JSX.Element {
  const id = params.id ?? "";
  const text = t();
  const read = useResource<ShipmentRecord>(`/v1/shipments/${encodeURIComponent(id)}/record`, {
    every_ms: EVERY_MS,
  });
  const [reporting, setReporting] = useState(false);
  const record = read.data;
  if (record === undefined) {
    const missing = read.error?.kind === "not_found";
    return (
      <div class="stack">
        <BackLink />
        {missing && (
          <div class="pane">
            <h1>{text.missing}</h1>
            <p>{text.missingDetail}</p>
          </div>
        )}
        {read.error && !missing && <ErrorNote error={read.error} onRetry={read.reload} />}
        {!read.error && <Loading />}
      </div>
    );
  }
  const row = record.shipment;
  const old = read.error !== null && now_ms.value - read.at_ms > OLD_MS;
  return (
    <div class="stack shipment" data-testid="shipment">
      <BackLink />
      <header class="view-head">
        <div class="narrow-gap shipment-title">
          <h1>{fill(text.order, { n: row.order_number })}</h1>
          <p class="row">
            <Status code={row.status} />
            {row.late && <Chip tone="warn">{text.late}</Chip>}
            <span class="sub">
              <Time at={row.status_at} how="dated" />
            </span>
          </p>
        </div>
        {may("staff") && (
          <Button kind="main" testid="report" onClick={() => setReporting(true)}>
            {text.report}
          </Button>
        )}
      </header>
      {old && <Old at_ms={read.at_ms} />}
      <div class="shipment-panes">
        <div class="stack">
          <RecipientPane record={record} />
          <CarriedBy row={row} phone={record.courier_phone ?? null} />
          <CashPane record={record} />
          <AnswersPane shipment={id} />
        </div>
        <div class="stack">
          <TalkPane shipment={id} />
          <History record={record} />
          <Windows shipment={id} zone={row.zone ?? "UTC"} />
          <Links record={record} onChanged={read.reload} />
          <Notices shipment={id} />
          {may("owner") && record.recipient?.name && <Forget id={id} onDone={read.reload} />}
        </div>
      </div>
      {reporting && <ReportDialog row={row} onClose={() => setReporting(false)} onDone={read.reload} />}
    </div>
  );
}

function BackLink(): JSX.Element {
  return (
    <a class="back" href="/desk/shipments">
      <Back />
      {t().back}
    </a>
  );
}

function CarriedBy({ row, phone }: { row: Row; phone: string | null }): JSX.Element {
  const text = t();
  const { courier } = row;
  return (
    <section class="pane">
      <dl class="pairs">
        <dt>{text.courier}</dt>
        <dd>
          {courier ? (
            <a href={`/desk/couriers/${encodeURIComponent(courier)}`}>{row.courier_name ?? courier}</a>
          ) : (
            text.nobody
          )}
          {phone !== null && (
            <>
              {" · "}
              <a href={`tel:${phone}`}>{spaced(phone)}</a>
            </>
          )}
        </dd>
        {row.route && (
          <>
            <dt>{text.route}</dt>
            <dd>{row.route}</dd>
          </>
        )}
        {row.window && (
          <>
            <dt>{text.window}</dt>
            <dd>
              <WindowTime window={row.window} />
            </dd>
          </>
        )}
        <dt>{text.shop}</dt>
        <dd>
          <a href={`/desk/shops/${encodeURIComponent(row.merchant)}`}>{row.shop ?? row.merchant}</a>
        </dd>
        <dt>{text.parcels}</dt>
        <dd class="numbers">{row.parcels ?? 1}</dd>
        <dt>{text.handover}</dt>
        <dd>{text.handovers[row.handover ?? "door"]}</dd>
        <dt>{text.registered}</dt>
        <dd>
          <Time at={row.registered_at} how="dated" />
        </dd>
        <dt>{text.id}</dt>
        <dd>
          <code class="id">{row.shipment}</code>
        </dd>
      </dl>
    </section>
  );
}

/** The recipient's right: all that says who he is goes, for good. */
function Forget({ id, onDone }: { id: string; onDone: () => void }): JSX.Element {
  const text = t();
  const forget = async () => {
    const sure = await confirm({
      title: text.forgetTitle,
      text: text.forgetDetail,
      action: text.forget,
      danger: true,
    });
    if (!sure) return;
    try {
      await api.call("DELETE", `/v1/shipments/${encodeURIComponent(id)}/recipient`);
      toast({ message: text.forgetDone });
      onDone();
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <p>
      <Button kind="quiet" small testid="forget" onClick={forget}>
        {text.forget}
      </Button>
    </p>
  );
}
