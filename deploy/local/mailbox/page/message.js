/** One message: a mail as a mail program shows it, SMS as a telephone does. */

import { h, linked } from "./dom.js";

/** Fill `pane` with a message and those shown together with it. */
export function message(pane, one, thread, page) {
  const back = h("a", { class: "back", href: "#" }, `← ${page.words.back}`);
  const content = one.kind === "mail" ? mail(one, thread, page) : sms(one, thread, page);
  pane.replaceChildren(back, ...content);
  if (one.kind === "sms") pane.querySelector(".phone").scrollTop = Number.MAX_SAFE_INTEGER;
}

function mail(one, thread, page) {
  const { words } = page;
  const body = h("div", { class: "body" });
  const extras = h("div", { class: "extras" });
  const tabs = h("div", { class: "kinds", role: "group", "aria-label": words.views });
  const answers = thread.filter((each) => each.direction === "out");
  void fill(one, body, tabs, extras, page);
  return [
    h("h2", { tabindex: "-1" }, one.subject || words.untitled),
    h(
      "dl",
      { class: "facts" },
      fact(words.from, one.from),
      fact(words.to, one.to),
      fact(words.at, page.when(one.at_ms)),
    ),
    extras,
    tabs,
    body,
    answers.length > 0 &&
      h(
        "section",
        { class: "answers" },
        h("h3", {}, words.answersHere),
        answers.map((each) =>
          h(
            "div",
            { class: "answer" },
            h("p", { class: "who" }, h("b", {}, words.answered), h("time", {}, page.when(each.at_ms))),
            h("p", { class: "plain" }, each.text),
          ),
        ),
      ),
    form(one, words.answer, page),
  ].filter(Boolean);
}

/** What the list did not tell: the parts of the mail. */
async function fill(one, body, tabs, extras, page) {
  const { words } = page;
  const answer = await fetch(`/messages/${one.id}`);
  if (!answer.ok) return;
  const whole = await answer.json();
  const views = [
    whole.html !== null && ["html", words.html, () => framed(one.id, words.frame)],
    ["text", words.text, () => h("div", { class: "plain sheet" }, linked(one.text))],
    ["source", words.source, () => source(one.id)],
  ].filter(Boolean);
  const show = (code) => {
    for (const button of tabs.children) button.setAttribute("aria-pressed", String(button.dataset.view === code));
    body.replaceChildren(views.find(([each]) => each === code)[2]());
  };
  tabs.replaceChildren(
    ...views.map(([code, text]) =>
      h("button", { type: "button", "data-view": code, onclick: () => show(code) }, text),
    ),
  );
  show(views[0][0]);
  if (whole.answer_to && !one.from.includes(whole.answer_to)) {
    extras.append(h("span", { class: "muted" }, `${words.answerTo} ${whole.answer_to}`));
  }
  if (whole.unsubscribe?.one_click) {
    const button = h(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: async () => {
          const done = await fetch(`/messages/${one.id}/unsubscribe`, { method: "POST" });
          const text = done.ok ? words.unsubscribed : words.notTaken + (await done.json()).error;
          button.replaceWith(h("span", { class: done.ok ? "good" : "bad" }, text));
          page.say(text);
        },
      },
      words.unsubscribe,
    );
    extras.append(button);
  } else if (whole.unsubscribe) {
    const to = { href: whole.unsubscribe.url, target: "_blank", rel: "noopener" };
    extras.append(h("a", to, words.unsubscribePage));
  }
}

/** The HTML in a frame where no script runs, as high as what is in it. */
function framed(id, title) {
  const frame = h("iframe", {
    src: `/messages/${id}/html`,
    title,
    sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    class: "sheet",
  });
  const fit = () => {
    const root = frame.contentDocument?.documentElement;
    if (!root) return;
    frame.height = "0";
    frame.height = String(root.scrollHeight + 2);
  };
  frame.addEventListener("load", () => {
    fit();
    let width = frame.clientWidth;
    new ResizeObserver(() => {
      if (frame.clientWidth === width) return;
      width = frame.clientWidth;
      fit();
    }).observe(frame);
  });
  return frame;
}

function source(id) {
  const made = h("pre", { class: "sheet source", tabindex: "0" });
  void fetch(`/messages/${id}/source`)
    .then((answer) => answer.text())
    .then((text) => {
      made.textContent = text;
    });
  return made;
}

function sms(one, thread, page) {
  const { words } = page;
  return [
    h("h2", { tabindex: "-1" }, page.nameOf(one.from)),
    h("dl", { class: "facts" }, fact(words.to, one.to)),
    h("ol", { class: "phone" }, thread.map((each) => bubble(each, page))),
    form(thread.filter((each) => each.direction === "in").at(-1), words.answerSms, page),
  ];
}

function bubble(each, page) {
  const { words } = page;
  const failed = each.state === "undelivered" || each.state === "failed";
  const state = each.direction === "in" && (words.states[each.state] ?? each.state);
  const facts = [
    page.when(each.at_ms),
    `${page.plural(words.segments, each.segments)} · ${page.plural(words.characters, each.units)} · ${each.encoding}`,
  ].join(" · ");
  return h(
    "li",
    { class: `bubble ${each.direction}` },
    h("p", { class: "plain" }, h("span", { class: "unseen" }, each.direction === "in" ? "" : `${words.you}: `), linked(each.text)),
    h(
      "p",
      { class: "small" },
      facts,
      state && h("span", { class: failed ? "bad" : "state" }, ` · ${state}${each.code ? ` (${each.code})` : ""}`),
    ),
  );
}

function fact(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}

function form(one, label, page) {
  const { words } = page;
  const box = h("textarea", { rows: "2", maxlength: "1600", "aria-label": label, placeholder: label, required: true });
  const said = h("p", { class: "said", role: "status" });
  const send = async (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    const answer = await fetch(`/messages/${one.id}/answer`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: box.value }),
    });
    if (answer.ok) {
      box.value = "";
      page.say(words.sent);
      await page.answered();
      return;
    }
    said.className = "said bad";
    said.textContent = words.notTaken + (await answer.json()).error;
  };
  return h("form", { class: "form", onsubmit: send }, box, h("button", { type: "submit", class: "send" }, words.send), said);
}
