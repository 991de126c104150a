/** An outcome on somebody's behalf: by the time at which it happened, under the name of who reports it. */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { fill } from "../../../i18n/text";
import { ApiError, api } from "../../api";
import { now_ms } from "../../store";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { statusName } from "../../ui/facts";
import { Choice, Field, TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import type { Row } from "../shipments/model";
import { asksCash, faultOf, localIn, OUTCOMES, type Outcome, type OutcomeForm, reportOf } from "./model";
import { t } from "./texts";

interface Props {
  row: Row;
  onClose: () => void;
  onDone: () => void;
}

export function ReportDialog({ row, onClose, onDone }: Props): JSX.Element {
  const text = t();
  const [form, setForm] = useState<OutcomeForm>({
    status: row.cash ? "Delivered_004" : "Delivered_001",
    at: "",
    taken_by: "",
    note: "",
    cash: row.cash?.amount ?? "",
  });
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  // The same for as long as the dialog is open: sent again after a lost answer it is one report.
  const event_id = useMemo(() => `desk-${crypto.randomUUID()}`, []);
  const set = (next: Partial<OutcomeForm>) => setForm({ ...form, ...next });
  const fault = faultOf(form, row, now_ms.value);
  const said = (...mine: NonNullable<typeof fault>[]) =>
    tried && fault !== null && mine.includes(fault) ? text.faults[fault] : null;
  const send = async () => {
    setTried(true);
    if (fault !== null) return;
    setError(null);
    try {
      const answer = await api.call<{ status: string; explanation?: string }>(
        "POST",
        `/v1/shipments/${encodeURIComponent(row.shipment)}/events`,
        { body: reportOf(form, row, event_id, now_ms.value), headers: { Prefer: "wait=2" } },
      );
      toast({
        message: answer.status === "pending" ? text.reportPending : text.reported,
        tone: "good",
      });
      onDone();
      onClose();
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog
      title={text.report}
      onClose={onClose}
      testid="report-dialog"
      foot={
        <>
          <Button kind="quiet" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button kind="main" onClick={send} testid="send-report">
            {text.send}
          </Button>
        </>
      }
    >
      <div class="form">
        <p class="muted">{text.reportDetail}</p>
        {error !== null &&
          (error instanceof ApiError && error.kind === "conflict" ? (
            <p class="note" data-tone="bad" role="alert">
              {fill(text.refused, { why: error.detail })}
            </p>
          ) : (
            <ErrorNote error={error} />
          ))}
        <Choice<Outcome>
          label={text.outcome}
          value={form.status}
          options={OUTCOMES.map((code) => ({ value: code, label: statusName(code) }))}
          onChange={(status) => set({ status })}
          testid="outcome"
        />
        <Field label={text.at} hint={text.atHint} error={said("future", "bad_time")}>
          {(ties) => (
            <input
              {...ties}
              type="datetime-local"
              value={form.at}
              max={localIn(now_ms.peek(), row.zone ?? "UTC")}
              onInput={(event) => set({ at: event.currentTarget.value })}
            />
          )}
        </Field>
        {form.status.startsWith("Delivered_") && (
          <TextField
            label={text.takenByField}
            value={form.taken_by}
            maxLength={120}
            error={said("taken_by_missing")}
            onInput={(taken_by) => set({ taken_by })}
            testid="taken-by"
          />
        )}
        {row.cash && asksCash(form.status) && (
          <TextField
            label={`${text.cashField} (${row.cash.currency})`}
            value={form.cash}
            inputMode="decimal"
            error={said("bad_amount")}
            onInput={(cash) => set({ cash })}
          />
        )}
        <Field label={text.noteField}>
          {(ties) => (
            <textarea
              {...ties}
              rows={3}
              maxLength={1000}
              value={form.note}
              onInput={(event) => set({ note: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
