import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../api";
import { shell } from "../../i18n/messages";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ErrorNote } from "../../ui/error_note";
import { TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import { type CourierForm, type CourierRow, courierBody, faultsOf, idOf } from "./model";
import { t } from "./texts";

interface Props {
  /** null: a new one. */
  courier: CourierRow | null;
  /** Ids that others have. */
  taken: ReadonlySet<string>;
  onClose: () => void;
  onSaved: (id: string) => void;
}

export function CourierDialog(props: Props): JSX.Element {
  const text = t();
  const { courier, taken } = props;
  const [form, setForm] = useState<CourierForm>({
    courier_id: courier?.courier_id ?? "",
    name: courier?.name ?? "",
    phone: courier?.phone ?? "",
    vehicle: courier?.vehicle ?? "",
    active: courier?.active ?? true,
  });
  const [ownId, setOwnId] = useState(false);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const set = (next: Partial<CourierForm>) => setForm({ ...form, ...next });
  const faults = faultsOf(form, courier === null ? taken : new Set());
  const said = (field: keyof CourierForm) => {
    const fault = faults[field];
    return tried && fault ? text.faults[fault] : null;
  };
  const save = async () => {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    setError(null);
    try {
      await api.call("PUT", `/v1/couriers/${encodeURIComponent(form.courier_id)}`, {
        body: courierBody(form),
      });
      toast({ message: text.saved, tone: "good" });
      props.onClose();
      props.onSaved(form.courier_id);
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog
      title={courier === null ? text.add : courier.name}
      onClose={props.onClose}
      testid="courier-dialog"
      foot={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {shell().ui.cancel}
          </Button>
          <Button kind="main" testid="save-courier" onClick={save}>
            {text.save}
          </Button>
        </>
      }
    >
      <div class="form">
        {error !== null && <ErrorNote error={error} />}
        <TextField
          label={text.name}
          hint={text.nameHint}
          error={said("name")}
          value={form.name}
          maxLength={120}
          autofocus
          testid="courier-name"
          onInput={(name) =>
            set({ name, ...(courier === null && !ownId ? { courier_id: idOf(name, taken) } : {}) })
          }
        />
        {courier === null && (
          <TextField
            label={text.id}
            hint={text.idHint}
            error={said("courier_id")}
            value={form.courier_id}
            maxLength={64}
            testid="courier-id"
            onInput={(courier_id) => {
              setOwnId(courier_id !== "");
              set({ courier_id });
            }}
          />
        )}
        <TextField
          label={text.telephone}
          hint={text.telephoneHint}
          error={said("phone")}
          type="tel"
          value={form.phone}
          onInput={(phone) => set({ phone })}
        />
        <TextField
          label={text.vehicle}
          hint={text.vehicleHint}
          value={form.vehicle}
          maxLength={64}
          onInput={(vehicle) => set({ vehicle })}
        />
        {courier !== null && (
          <div class="narrow-gap">
            <label class="toggle">
              <input
                type="checkbox"
                checked={form.active}
                onChange={(event) => set({ active: event.currentTarget.checked })}
              />
              {text.active}
            </label>
            <p class="hint">{text.inactiveHint}</p>
          </div>
        )}
      </div>
    </Dialog>
  );
}
