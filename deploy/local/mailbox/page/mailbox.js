/** The mailbox's page: a list that fills itself, and the message that the address names (`#/12`). */

import { h } from "./dom.js";
import { message } from "./message.js";
import { choose, chosen, LANGUAGES, plural } from "./words.js";

const EVERY_MS = 1200;
const SEEN = "mailbox.seen";

const state = {
  language: chosen(),
  messages: [],
  tag: null,
  away: false,
  kind: "",
  whose: "",
  newest: null,
  seen: new Set(JSON.parse(localStorage.getItem(SEEN) ?? "[]")),
};
const app = document.getElementById("app");
const list = h("ol", { class: "list" });
const pane = h("section", { class: "pane" });
let head = null;
let opened = null;

const words = () => LANGUAGES[state.language];
const current = () => Number(location.hash.match(/^#\/(\d+)$/)?.[1] ?? 0);

function say(text) {
  document.getElementById("said").textContent = text;
}

/** The time of today, else the day too. */
function when(atMs) {
  const at = new Date(atMs);
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  const locale = { el: "el-GR", ru: "ru-RU", en: "en-GB" }[state.language];
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** The name before an address, else the address. */
export function nameOf(address) {
  return address.match(/^"?([^"<]+?)"?\s*</)?.[1] ?? address;
}

function see(ids) {
  if (ids.every((id) => state.seen.has(id))) return;
  for (const id of ids) state.seen.add(id);
  localStorage.setItem(SEEN, JSON.stringify([...state.seen].sort((a, b) => a - b).slice(-2000)));
}

function shown() {
  return state.messages
    .filter((one) => one.direction === "in")
    .filter((one) => (!state.kind || one.kind === state.kind) && (!state.whose || one.to === state.whose))
    .reverse();
}

function row(one) {
  const open = one.id === current();
  const classes = ["row", open && "open", !state.seen.has(one.id) && "unread"].filter(Boolean).join(" ");
  const failed = one.state === "undelivered" || one.state === "failed";
  return h(
    "li",
    { class: classes },
    h(
      "a",
      { href: `#/${one.id}`, "aria-current": open ? "true" : undefined },
      h("span", { class: `kind ${one.kind}`, "aria-hidden": "true" }),
      h(
        "span",
        { class: "lines" },
        h("span", { class: "top" }, h("b", {}, nameOf(one.from)), h("time", {}, when(one.at_ms))),
        h("span", { class: "subject" }, one.kind === "mail" ? one.subject || words().untitled : one.text),
        h(
          "span",
          { class: "sub" },
          h("span", { class: "unseen" }, `${words()[one.kind]} `),
          `${words().to} ${one.to}`,
          failed && h("span", { class: "bad" }, words().states[one.state]),
        ),
      ),
    ),
  );
}

function select(label, value, options, changed) {
  const made = h(
    "select",
    { "aria-label": label, onchange: () => changed(made.value) },
    options.map(([code, text]) => h("option", { value: code, selected: code === value }, text)),
  );
  return made;
}

function header() {
  const kinds = [["", words().all], ["mail", words().mail], ["sms", words().sms]];
  const whose = [...new Set(state.messages.filter((one) => one.direction === "in").map((one) => one.to))].sort();
  if (state.whose && !whose.includes(state.whose)) whose.push(state.whose);
  const languages = Object.entries(LANGUAGES).map(([code, its]) => [code, its.name]);
  const sure = h(
    "dialog",
    { "aria-label": words().clear },
    h("p", {}, words().clearSure),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", onclick: () => sure.close() }, words().no),
      h("button", { type: "button", class: "danger", onclick: () => clear(sure) }, words().yes),
    ),
  );
  return h(
    "header",
    {},
    h(
      "div",
      { class: "title" },
      h("img", { src: "/page/icon.svg", alt: "", width: "32", height: "32" }),
      h("h1", {}, words().title),
      select(words().language, state.language, languages, speak),
      h("button", {
        type: "button",
        class: "clear",
        "aria-label": words().clear,
        title: words().clear,
        disabled: !state.messages.length,
        onclick: () => sure.showModal(),
      }),
    ),
    h("p", { class: "about" }, words().about),
    h(
      "div",
      { class: "filters" },
      h(
        "div",
        { class: "kinds", role: "group", "aria-label": words().kinds },
        kinds.map(([code, text]) =>
          h(
            "button",
            {
              type: "button",
              "aria-pressed": String(code === state.kind),
              onclick: () => {
                state.kind = code;
                draw();
              },
            },
            text,
          ),
        ),
      ),
      select(words().whose, state.whose, [["", words().everyone], ...whose.map((to) => [to, to])], (value) => {
        state.whose = value;
        draw();
      }),
    ),
    state.away && h("p", { class: "away", role: "alert" }, words().away),
    sure,
  );
}

async function clear(dialog) {
  dialog.close();
  await fetch("/messages", { method: "DELETE" });
  location.hash = "";
  state.tag = null;
  await ask();
}

function speak(code) {
  state.language = code;
  choose(code);
  opened = null;
  draw();
}

/** Draw again without taking the keyboard away from where it is. */
function keeping(root, change) {
  const active = document.activeElement;
  const path = root.contains(active) ? active.getAttribute("href") ?? active.textContent : null;
  const tag = active?.tagName;
  const top = root.scrollTop;
  change();
  root.scrollTop = top;
  if (path === null) return;
  const same = [...root.querySelectorAll(tag.toLowerCase())].find(
    (one) => (one.getAttribute("href") ?? one.textContent) === path,
  );
  same?.focus({ preventScroll: true });
}

function draw() {
  document.documentElement.lang = state.language;
  const id = current();
  const one = state.messages.find((each) => each.id === id);
  const thread = one ? state.messages.filter((each) => together(each, one)) : [];
  see(thread.map((each) => each.id));
  const unread = shown().filter((each) => !state.seen.has(each.id)).length;
  document.title = `${unread ? `(${unread}) ` : ""}${words().title}`;
  document.body.classList.toggle("reading", id > 0);
  if (!head?.querySelector("dialog[open]")) {
    keeping(app, () => {
      const made = header();
      if (head) head.replaceWith(made);
      head = made;
      if (!app.firstChild) app.append(h("div", { class: "side" }, head, list), pane);
    });
  }
  keeping(list, () => {
    const rows = shown().map(row);
    list.replaceChildren(
      ...(rows.length ? rows : [h("li", { class: "empty" }, h("b", {}, words().empty), h("span", {}, words().emptyHint))]),
    );
  });
  drawMessage(id, one, thread);
}

function drawMessage(id, one, thread) {
  const key = JSON.stringify([id, state.language, thread.map((each) => [each.id, each.state])]);
  if (key === opened) return;
  opened = key;
  if (!one) {
    pane.replaceChildren(h("p", { class: "pick" }, id && state.tag ? words().gone : words().pick));
    return;
  }
  const draft = pane.querySelector("textarea");
  const kept = draft && pane.dataset.id === String(id) ? { text: draft.value, here: draft === document.activeElement } : null;
  pane.dataset.id = String(id);
  message(pane, one, thread, {
    words: words(),
    when,
    nameOf,
    say,
    plural: (forms, number) => plural(state.language, forms, number),
    answered: ask,
  });
  const box = pane.querySelector("textarea");
  if (kept && box) {
    box.value = kept.text;
    if (kept.here) box.focus();
  }
}

/** Whether two messages are shown together: SMS with one number, a mail with its answers. */
function together(each, one) {
  if (each.kind !== one.kind) return false;
  if (one.kind === "mail") return each.id === one.id || each.answers === one.id;
  const people = (sms) => [sms.from, sms.to].sort().join();
  return people(each) === people(one);
}

async function ask() {
  try {
    const headers = state.tag ? { "If-None-Match": state.tag } : {};
    const answer = await fetch("/messages?limit=1000", { headers, cache: "no-store" });
    const back = state.away;
    state.away = false;
    if (answer.status === 304) {
      if (back) draw();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    state.tag = answer.headers.get("ETag");
    state.messages = (await answer.json()).messages;
    const incoming = state.messages.filter((one) => one.direction === "in").map((one) => one.id);
    if (state.newest !== null) {
      const fresh = incoming.filter((id) => id > state.newest).length;
      if (fresh) say(plural(state.language, words().news, fresh));
    }
    state.newest = Math.max(state.newest ?? 0, ...incoming);
    draw();
  } catch {
    if (state.away) return;
    state.away = true;
    draw();
  }
}

let listAt = 0;
window.addEventListener("hashchange", () => {
  const wasList = !document.body.classList.contains("reading");
  if (wasList) listAt = window.scrollY;
  draw();
  const reading = current() > 0;
  if (reading) pane.querySelector("h2")?.focus({ preventScroll: true });
  if (reading !== !wasList) window.scrollTo(0, reading ? 0 : listAt);
});
draw();
await ask();
setInterval(ask, EVERY_MS);
