import type { JSX } from "preact";
import { fill } from "../../../i18n/text";
import { ApiError, api } from "../../api";
import { may } from "../../session";
import { formats, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { toast, toastError } from "../../ui/toast";
import type { Invited, Person } from "./model";
import { t } from "./texts";

interface Props {
  invitations: readonly Invited[];
  people: readonly Person[];
  onChanged: () => void;
}

/** Links that nobody has used yet. */
export function Invitations({ invitations, people, onChanged }: Props): JSX.Element {
  const text = t();
  const withdraw = async (one: Invited) => {
    try {
      await api.call("DELETE", `/v1/people/invitations/${encodeURIComponent(one.invitation)}`);
      toast({ message: text.withdrawn });
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === "not_found")) toastError(error);
    }
    onChanged();
  };
  const named = (account: string) => people.find((one) => one.account === account)?.name ?? account;
  return (
    <section class="pane" aria-labelledby="invitations-title" data-testid="invitations">
      <h2 id="invitations-title">{text.invitations}</h2>
      <ul class="invitations">
        {invitations.map((one) => {
          const expires_ms = Date.parse(one.expires_at);
          const time = formats.value.moment(expires_ms, now_ms.value);
          return (
            <li key={one.invitation}>
              <div class="narrow-gap">
                <span>
                  <b>{one.name ?? one.email ?? text.roles[one.role]}</b> · {text.roles[one.role]}
                </span>
                <span class="sub">
                  {fill(expires_ms > now_ms.value ? text.expires : text.expired, { time })}
                  {one.by ? ` · ${fill(text.by, { who: named(one.by) })}` : ""}
                </span>
              </div>
              {may("owner") && (
                <Button small kind="quiet" onClick={() => withdraw(one)} testid="withdraw">
                  {text.withdraw}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
