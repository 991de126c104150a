import "../theme/fonts.css";
import "../theme/base.css";
import "./recipient.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { Connection, type World } from "../link/connection";
import { Pictures } from "../link/pictures";
import { Ratings } from "../link/ratings";
import { applyAccent } from "../theme/accent";
import { tapOf } from "../view/rating";
import { apply, NOTHING, withLink } from "../view/state";
import { App } from "./app";
import { album, language, now_ms, rating, sentence, state, text } from "./store";

const TICK_MS = 1000;

const world: World = {
  fetch: (url, init) => fetch(url, init),
  socket: (url) => new WebSocket(url) as ReturnType<World["socket"]>,
  now_ms: () => Date.now(),
  random: Math.random,
  visible: () => !document.hidden,
};

let connection: Connection | null = null;

/** The secret stands in the fragment: no server ever sees it in an address. */
function follow(): void {
  connection?.stop();
  connection = null;
  state.value = NOTHING;
  album.open(null);
  rating.open(null);
  const secret = location.hash.slice(1);
  if (secret === "") {
    state.value = withLink(state.value, "gone", Date.now());
    return;
  }
  const mine = new Connection(
    secret,
    {
      frame: (frame) => {
        if (mine === connection) state.value = apply(state.value, frame, Date.now());
        now_ms.value = Date.now();
      },
      status: (link) => {
        if (mine === connection) state.value = withLink(state.value, link, Date.now());
      },
    },
    world,
  );
  connection = mine;
  album.open(new Pictures(secret, world.fetch, world.now_ms));
  rating.open(new Ratings(secret, world.fetch, world.now_ms), tapOf(location.search));
  void mine.run();
}

function wake(): void {
  now_ms.value = Date.now();
  if (!document.hidden) connection?.nudge();
}

setInterval(() => {
  if (!document.hidden) now_ms.value = Date.now();
}, TICK_MS);
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);
window.addEventListener("pageshow", (event) => event.persisted && wake());
window.addEventListener("hashchange", follow);

effect(() => {
  document.documentElement.lang = language.value;
});
effect(() => {
  const { view } = state.value;
  if (view !== null) album.see(view);
});
effect(() => {
  const shop = state.value.shop?.name;
  const title = shop === undefined ? text.value.page.title : `${sentence.value.headline} · ${shop}`;
  if (document.title !== title) document.title = title;
});
effect(() => applyAccent(document.documentElement, state.value.shop?.colour));

const page = document.getElementById("page");
if (page !== null) render(<App />, page);
follow();
