/** Today: the couriers as they stand, in words and on the map, and what they carry to be moved between them. */

import { useMedia } from "../../../ui/media";
import "./today.css";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { shell } from "../../i18n/messages";
import { plural } from "../../i18n/texts";
import { type Resource, useResource } from "../../resource";
import { address, navigate } from "../../router";
import { may as mayDo } from "../../session";
import { language, now_ms } from "../../store";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error_note";
import { Chip, Loading, MoneyList, Old } from "../../ui/facts";
import { useViewKeys } from "../../ui/keys";
import { SearchBox } from "../../ui/search_box";
import { nextRow } from "../../ui/table";
import * as actions from "./actions";
import { CourierCard } from "./courier_card";
import { actionOf, type Carried, type Target } from "./drag";
import { MapPanel } from "./map_panel";
import {
  type Card,
  cardOf,
  compare,
  isMeant,
  marksOf,
  OLD_MS,
  type Order,
  placeOf,
  ranksOf,
  serverNow,
  summaryOf,
} from "./model";
import { MoveDialog } from "./move_dialog";
import { PlanPanel } from "./plan";
import { POOL_SHOWN, Pool } from "./pool";
import { TEXTS } from "./texts";
import type { Fleet, Plan, PoolPage, TodayDocument } from "./types";
import { dragging } from "./use_drag";
import { useOrder } from "./use_order";

const TODAY_MS = 4_000;
const FLEET_MS = 3_000;
const PLAN_MS = 4_000;
const POOL_MS = 10_000;
/** What is on the page at once; the others on asking. */
const SHOWN = 100;
const NOBODY = { type: "FeatureCollection" as const, features: [] };

export default function Today(): JSX.Element {
  const t = TEXTS();
  const wide = useMedia("(min-width: 62rem)");
  const [mapShown, setMapShown] = useState(false);
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<Order>("trouble");
  const [poolShown, setPoolShown] = useState(false);
  const [moving, setMoving] = useState<Carried | null>(null);
  const chosen = new URLSearchParams(address.value.query).get("courier");

  const today = useResource<TodayDocument>("/v1/desk/today", { every_ms: TODAY_MS });
  const fleet = useResource<Fleet>("/v1/desk/fleet", { every_ms: FLEET_MS });
  const planPath = chosen === null ? null : `/v1/desk/couriers/${encodeURIComponent(chosen)}/plan`;
  const readPlan = useResource<Plan>(planPath, { every_ms: PLAN_MS });
  const pool = useResource<PoolPage>(poolShown ? `/v1/shipments?unassigned=true&limit=${POOL_SHOWN}` : null, {
    every_ms: POOL_MS,
  });

  const staff = mayDo("staff");
  const tick = now_ms.value;
  const server_ms = today.data ? serverNow(today.data, today.at_ms, tick) : tick;
  // Grey and red follow the clock, but not every second.
  const coarse_ms = Math.floor(server_ms / 5_000) * 5_000;
  const cards = useMemo(
    () => (today.data?.couriers ?? []).map((courier) => cardOf(courier, coarse_ms)),
    [today.data, coarse_ms],
  );
  const byId = useMemo(() => new Map(cards.map((card) => [card.courier.courier_id, card])), [cards]);
  const names = useMemo(
    () => (today.data?.couriers ?? []).map((one) => `${one.courier_id} ${one.name}`).join("\n"),
    [today.data],
  );
  const ranks = useMemo(() => ranksOf(today.data?.couriers ?? [], language.value), [names, language.value]);
  const marks_ms = Math.floor(coarse_ms / 15_000) * 15_000;
  const refresh = () => {
    today.reload();
    readPlan.reload();
    pool.reload();
  };
  const board: actions.Board = {
    nameOf: (courier) => byId.get(courier)?.courier.name ?? courier,
    refresh,
  };
  const ordering = useOrder(readPlan, board);
  const plan: Resource<Plan> = { ...readPlan, data: ordering.plan };
  const scene = useMemo(
    () => ({
      marks: fleet.data ? marksOf(fleet.data, byId, marks_ms) : NOBODY,
      chosen,
      routes: plan.data?.routes ?? [],
    }),
    [fleet.data, byId, marks_ms, chosen, plan.data],
  );
  const choose = (courier: string | null) => {
    if (courier === chosen) return;
    ordering.flush();
    navigate(courier === null ? "/desk" : `/desk?courier=${encodeURIComponent(courier)}`, {
      replace: chosen !== null,
    });
    if (courier !== null) setMapShown(false);
  };
  const give = (carried: Carried, to: string | null) => {
    setMoving(null);
    const from = carried.courier === null ? null : (plan.data ?? null);
    void actions.move({ do: "move", shipments: carried.shipments, to }, from, board);
  };
  const drop = (carried: Carried, target: Target) => {
    const action = actionOf(carried, target, plan.data ?? null);
    if (action === null) return;
    if (action.do === "order") ordering.put(action.route, action.stops);
    else void actions.move(action, carried.courier === null ? null : (plan.data ?? null), board);
  };
  // The page is drawn every second, the list only when something in it has changed.
  const list = useMemo(
    () => (
      <CourierList
        cards={cards}
        ranks={ranks}
        search={search}
        onSearch={setSearch}
        order={order}
        onOrder={setOrder}
        chosen={chosen}
        now_ms={coarse_ms}
        onOpen={(courier) => choose(courier === chosen ? null : courier)}
      />
    ),
    [cards, ranks, search, order, chosen, coarse_ms, language.value],
  );
  useViewKeys([
    { key: "m", text: t.keyMap, run: () => setMapShown((shown) => !shown) },
    { key: "x", text: t.keyClose, run: () => choose(null) },
    { key: "↑ ↓", text: shell().keys.move },
  ]);

  const card = chosen === null ? undefined : byId.get(chosen);
  const old = today.data !== undefined && (today.error !== null || tick - today.at_ms > OLD_MS);
  const narrowPlan = !wide && chosen !== null;
  return (
    <div class="today" data-wide={wide} data-plan={chosen !== null} data-testid="today">
      <header class="view-head">
        <h1>{shell().nav.today}</h1>
        {today.data && <SummaryLine cards={cards} />}
        {!wide && (
          <Button small testid="toggle-map" expanded={mapShown} onClick={() => setMapShown(!mapShown)}>
            {mapShown ? t.showList : t.showMap}
          </Button>
        )}
      </header>
      {old && <Old at_ms={today.at_ms} />}
      {today.error !== null && <ErrorNote error={today.error} onRetry={today.reload} />}
      <div class="today-columns">
        {!(mapShown && !wide) && !narrowPlan && (
          <section class="today-list" aria-label={t.list}>
            {today.data === undefined && today.error === null && <Loading />}
            {today.data && (
              <>
                <Pool
                  count={today.data.unassigned}
                  shown={poolShown}
                  onShow={setPoolShown}
                  page={pool}
                  may={staff}
                  onDrop={drop}
                  onMove={setMoving}
                />
                {list}
              </>
            )}
          </section>
        )}
        {chosen !== null && !(mapShown && !wide) && (
          <div class="today-plan">
            {card ? (
              <PlanPanel
                key={chosen}
                card={card}
                place={placeOf(fleet.data, chosen)}
                plan={plan}
                board={board}
                may={staff}
                onOrder={ordering.put}
                onDrop={drop}
                onMove={setMoving}
                onClose={() => choose(null)}
              />
            ) : (
              today.data && (
                <div class="pane">
                  <p>{t.courierGone}</p>
                  <Button onClick={() => choose(null)}>{t.close}</Button>
                </div>
              )
            )}
          </div>
        )}
        {(wide || mapShown) && <MapPanel scene={scene} onChoose={choose} />}
      </div>
      {moving && (
        <MoveDialog
          carried={moving}
          cards={cards}
          ranks={ranks}
          onChoose={(to) => give(moving, to)}
          onClose={() => setMoving(null)}
        />
      )}
      <Ghost />
    </div>
  );
}

function SummaryLine({ cards }: { cards: readonly Card[] }): JSX.Element {
  const t = TEXTS();
  const { onDuty, late, silent, left, cash } = useMemo(() => summaryOf(cards), [cards]);
  return (
    <p class="summary" data-testid="summary">
      <span>{plural(t.onDuty, onDuty)}</span>
      <span>{plural(t.left, left)}</span>
      {late > 0 && <Chip tone="bad">{plural(t.late, late)}</Chip>}
      {silent > 0 && <Chip tone="warn">{plural(t.silent, silent)}</Chip>}
      {cash.length > 0 && (
        <span>
          {t.cashTaken}: <MoneyList of={cash} />
        </span>
      )}
    </p>
  );
}

function CourierList(props: {
  cards: readonly Card[];
  ranks: ReadonlyMap<string, number>;
  search: string;
  onSearch: (search: string) => void;
  order: Order;
  onOrder: (order: Order) => void;
  chosen: string | null;
  now_ms: number;
  onOpen: (courier: string) => void;
}): JSX.Element {
  const t = TEXTS();
  const { cards, ranks, search, order, chosen } = props;
  const [most, setMost] = useState(SHOWN);
  const list = useRef<HTMLUListElement>(null);
  const found = useMemo(
    () => cards.filter((card) => isMeant(card.courier, search)).sort(compare(order, ranks)),
    [cards, search, order, ranks],
  );
  const shown = found.slice(0, most);
  // Who was chosen on the map is in the list, wherever he would stand.
  const far = found.slice(most).find((card) => card.courier.courier_id === chosen);
  if (far) shown.unshift(far);
  useEffect(() => {
    if (chosen === null) return;
    const card = list.current?.querySelector(`[data-courier="${CSS.escape(chosen)}"]`);
    card?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const keys = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[data-row-focus]") ?? [])];
    const to = nextRow(event.key, all.indexOf(event.target as HTMLElement), all.length);
    if (to === null) return;
    event.preventDefault();
    all[to]?.focus();
  };
  return (
    <>
      <div class="today-tools">
        <SearchBox label={t.search} value={search} onInput={props.onSearch} testid="courier-search" />
        <select
          aria-label={t.order}
          value={order}
          onChange={(event) => props.onOrder(event.currentTarget.value as Order)}
        >
          {(["trouble", "name", "left"] as const).map((one) => (
            <option key={one} value={one}>
              {t.orders[one]}
            </option>
          ))}
        </select>
      </div>
      <ul class="couriers" ref={list} onKeyDown={keys} data-scrolls>
        {shown.map((card) => (
          <CourierCard
            key={card.courier.courier_id}
            card={card}
            now_ms={props.now_ms}
            chosen={card.courier.courier_id === chosen}
            onOpen={props.onOpen}
          />
        ))}
        {found.length > most && (
          <li class="row-centre">
            <Button small onClick={() => setMost(most + SHOWN)}>
              {plural(t.more, Math.min(SHOWN, found.length - most))}
            </Button>
          </li>
        )}
        {cards.length === 0 && (
          <li class="empty">
            <p>
              <b>{t.none}</b>
            </p>
            <p>{t.noneDetail}</p>
          </li>
        )}
        {cards.length > 0 && found.length === 0 && <li class="empty">{t.noneFound}</li>}
      </ul>
    </>
  );
}

/** What is being dragged, beside the pointer. */
function Ghost(): JSX.Element | null {
  const now = dragging.value;
  if (now === null) return null;
  return (
    <div
      class="ghost"
      style={{ transform: `translate(${now.x + 12}px, ${now.y + 12}px)` }}
      aria-hidden="true"
    >
      <b>{now.label}</b>
      {now.target === null && <span class="small">{TEXTS().dragHint}</span>}
    </div>
  );
}
