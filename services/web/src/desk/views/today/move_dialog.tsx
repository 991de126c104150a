/** "Move to…": the same as dragging, for keys, for fingers, and for a courier far down the list. */

import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { plural } from "../../i18n/texts";
import { Dialog } from "../../ui/dialog";
import { SearchBox } from "../../ui/search_box";
import { nextRow } from "../../ui/table";
import type { Carried } from "./drag";
import { type Card, compare, isMeant } from "./model";
import { TEXTS } from "./texts";

const SHOWN = 60;

export function MoveDialog(props: {
  carried: Carried;
  cards: readonly Card[];
  /** By name. */
  ranks: ReadonlyMap<string, number>;
  onChoose: (to: string | null) => void;
  onClose: () => void;
}): JSX.Element {
  const t = TEXTS();
  const [search, setSearch] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(() => {
    const others = props.cards.filter((card) => card.courier.courier_id !== props.carried.courier);
    const duty = (card: Card) => (card.courier.on_duty ? 0 : 1);
    const byName = compare("name", props.ranks);
    return others
      .filter((card) => isMeant(card.courier, search))
      .sort((a, b) => duty(a) - duty(b) || byName(a, b))
      .slice(0, SHOWN);
  }, [props.cards, props.carried, props.ranks, search]);
  const first = () => list.current?.querySelector<HTMLElement>("button");
  const keys = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = all.indexOf(event.target as HTMLElement);
    const to = nextRow(event.key, at, all.length);
    if (to === null) return;
    event.preventDefault();
    all[to]?.focus();
  };
  return (
    <Dialog
      title={plural(t.moveTitle, props.carried.shipments.length)}
      onClose={props.onClose}
      testid="move-dialog"
    >
      <div class="stack">
        <SearchBox
          label={t.search}
          value={search}
          onInput={setSearch}
          onSubmit={() => first()?.click()}
          testid="move-search"
        />
        <ul class="choices" ref={list} onKeyDown={keys}>
          {found.map(({ courier }) => (
            <li key={courier.courier_id}>
              <button
                type="button"
                class="choice"
                data-testid="move-choice"
                data-courier={courier.courier_id}
                onClick={() => props.onChoose(courier.courier_id)}
              >
                <b>{courier.name}</b>
                <span class="small muted">
                  {[courier.vehicle, courier.on_duty ? "" : t.offDutyOut, plural(t.left, courier.stops_left)]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li class="empty">{t.noneFound}</li>}
          {props.carried.courier !== null && (
            <li>
              <button
                type="button"
                class="choice"
                data-testid="move-nobody"
                onClick={() => props.onChoose(null)}
              >
                <b>{t.nobody}</b>
                <span class="small muted">{t.nobodyHint}</span>
              </button>
            </li>
          )}
        </ul>
      </div>
    </Dialog>
  );
}
