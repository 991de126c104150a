/** One shop: who it is, who sees the driver, its keys; beside it what its recipients would see. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import "../../ui/parts.css";
import "./shops.css";
import { Back } from "../../../ui/icons";
import { api } from "../../api";
import { useDraft } from "../../draft";
import { useShops } from "../../names";
import { useResource } from "../../resource";
import { navigate } from "../../router";
import { may, tenant } from "../../session";
import { language, zone } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Loading } from "../../ui/facts";
import { toast } from "../../ui/toast";
import type { ViewProps } from "../../views";
import { Deliveries } from "./deliveries";
import { Identity } from "./identity";
import { KeyDialog, Keys } from "./keys";
import { LevelsPane } from "./levels";
import { bodyOf, faultsOf, formOf, type Merchant, type ShopForm } from "./model";
import { NoticesPane } from "./notices";
import { PolicyPane } from "./policy";
import { Preview } from "./preview";
import { t } from "./texts";
import { ZONES } from "./zones";

const NEW = "new";

export default function ShopView({ params }: ViewProps): JSX.Element {
  const text = t();
  const id = params.id ?? "";
  const read = useResource<Merchant>(id === NEW ? null : `/v1/merchants/${encodeURIComponent(id)}`);
  const missing = read.error?.kind === "not_found";
  return (
    <div class="stack" data-testid="shop">
      <a class="back" href="/desk/shops">
        <Back />
        {text.back}
      </a>
      {missing && <h1>{text.missing}</h1>}
      {read.error !== null && !missing && <ErrorNote error={read.error} onRetry={read.reload} />}
      {id !== NEW && read.loading && read.data === undefined && <Loading />}
      {(id === NEW || read.data !== undefined) && (
        <Editor key={id} shop={read.data ?? null} reload={read.reload} put={read.put} />
      )}
    </div>
  );
}

interface Props {
  shop: Merchant | null;
  reload: () => void;
  put: (shop: Merchant) => void;
}

function Editor({ shop, reload, put }: Props): JSX.Element {
  const text = t();
  const others = useShops().data?.merchants ?? [];
  const draft = useDraft<ShopForm>(formOf(shop, zone.peek(), language.peek()));
  const { form } = draft;
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [key, setKey] = useState<{ key: string; after: (() => void) | null } | null>(null);
  const set = (next: Partial<ShopForm>) => draft.write({ ...form, ...next });
  const taken = new Set(shop === null ? [...others.map((one) => one.merchant), NEW] : []);
  const faults = faultsOf(form, taken, ZONES);
  const may_change = may("owner");
  const save = async () => {
    setTried(true);
    if (Object.keys(faults).length > 0) {
      setTimeout(() => document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setError(null);
    try {
      const path = `/v1/merchants/${encodeURIComponent(form.merchant)}`;
      const body = bodyOf(form, shop?.tenant ?? tenant.value);
      const saved = await api.call<Merchant>("PUT", path, { body });
      if (shop === null) {
        const after = () => navigate(`/desk/shops/${encodeURIComponent(saved.merchant)}`, { replace: true });
        if (saved.key) setKey({ key: saved.key, after });
        else after();
        return;
      }
      put(saved);
      draft.saved();
      toast({ message: text.saved, tone: "good" });
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <>
      <header class="view-head shop-head">
        <h1>{shop === null ? text.add : shop.name}</h1>
        {shop !== null && (
          <a href={`/desk/shipments?merchant=${encodeURIComponent(shop.merchant)}`}>{text.parcels}</a>
        )}
        {may_change ? (
          <>
            {draft.written && key === null && <span class="muted">{text.unsaved}</span>}
            <Button kind="main" onClick={save} disabled={!draft.written && shop !== null} testid="save-shop">
              {text.save}
            </Button>
          </>
        ) : (
          <span class="muted">{text.ownersOnly}</span>
        )}
      </header>
      {error !== null && <ErrorNote error={error} />}
      <div class="shop-panes">
        <fieldset class="stack shop-form" disabled={!may_change}>
          <Identity
            form={form}
            faults={tried ? faults : {}}
            isNew={shop === null}
            taken={taken}
            onChange={set}
          />
          <PolicyPane form={form} faults={tried ? faults : {}} onChange={set} />
        </fieldset>
        <Preview form={form} />
      </div>
      {shop !== null && <NoticesPane merchant={shop.merchant} mayChange={may_change} />}
      {shop !== null && <LevelsPane merchant={shop.merchant} mayChange={may_change} />}
      {shop !== null && may_change && (
        <Keys shop={shop} onMade={(made) => setKey({ key: made, after: null })} onChanged={reload} />
      )}
      {shop !== null && <Deliveries merchant={shop.merchant} mayChange={may("staff")} />}
      {key !== null && (
        <KeyDialog
          title={key.after === null ? text.newKey : text.made}
          value={key.key}
          onClose={() => {
            key.after?.();
            setKey(null);
          }}
        />
      )}
    </>
  );
}
