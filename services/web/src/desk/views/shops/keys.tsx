import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { api } from "../../api";
import { Button } from "../../ui/button";
import { CopyField } from "../../ui/copy_field";
import { confirm, Dialog } from "../../ui/dialog";
import { Chip } from "../../ui/facts";
import { toast, toastError } from "../../ui/toast";
import type { Merchant } from "./model";
import { t } from "./texts";

interface Props {
  shop: Merchant;
  onMade: (key: string) => void;
  onChanged: () => void;
}

/** API keys by their ids; a key itself is shown when it is made. */
export function Keys({ shop, onMade, onChanged }: Props): JSX.Element {
  const text = t();
  const path = `/v1/merchants/${encodeURIComponent(shop.merchant)}/keys`;
  const keys = [...(shop.keys ?? [])].sort((a, b) => Number(a.revoked) - Number(b.revoked));
  const make = async () => {
    if (!(await confirm({ title: text.newKeyTitle, text: text.newKeyDetail, action: text.newKey }))) return;
    try {
      onMade((await api.call<{ key: string }>("POST", path)).key);
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  const revoke = async (id: string) => {
    const sure = await confirm({
      title: fill(text.revokeTitle, { id }),
      text: text.revokeDetail,
      action: text.revoke,
      danger: true,
    });
    if (!sure) return;
    try {
      await api.call("DELETE", `${path}/${encodeURIComponent(id)}`);
      toast({ message: text.revokedDone });
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  return (
    <section class="pane" aria-labelledby="keys-title" data-testid="keys">
      <div class="pane-head">
        <h2 id="keys-title">{text.keysTitle}</h2>
        <Button small onClick={make} testid="new-key">
          {text.newKey}
        </Button>
      </div>
      {keys.every((key) => key.revoked) && (
        <p class="note" data-tone="warn">
          {text.keysNone}
        </p>
      )}
      <ul class="keys-list">
        {keys.map((key) => (
          <li key={key.key_id} class="row" data-key={key.key_id}>
            <code>mk_{key.key_id}_…</code>
            {key.revoked ? (
              <Chip>{text.revoked}</Chip>
            ) : (
              <Button small kind="quiet" onClick={() => revoke(key.key_id)} testid="revoke-key">
                {text.revoke}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A key, this once. */
export function KeyDialog(props: { title: string; value: string; onClose: () => void }): JSX.Element {
  const text = t();
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      testid="key-dialog"
      foot={
        <Button kind="main" onClick={props.onClose} testid="key-done">
          {text.done}
        </Button>
      }
    >
      <div class="form">
        <p>{text.keyOnce}</p>
        <CopyField bare label={text.keysTitle} value={props.value} testid="key" />
      </div>
    </Dialog>
  );
}
