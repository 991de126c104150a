/** The demo's page of links: what a recipient would have been sent, kept interesting by the simulator. */

import "../theme/fonts.css";
import "../theme/base.css";
import "./demo.css";
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { choose, localeOf, remember, remembered } from "../i18n/choice";
import { formatsOf } from "../i18n/format";
import { fill, statusText, textOf } from "../i18n/text";
import { LanguageSwitch } from "../ui/language_switch";
import { type DemoLink, type Links, linksOf } from "./links";

const EVERY_MS = 3000;

const browser = navigator.languages ?? [];
const language = signal(choose(remembered(), browser, undefined));
const links = signal<Links | null>(null);
const lost = signal(false);
const now_ms = signal(Date.now());

async function load(): Promise<void> {
  try {
    const response = await fetch("/demo/links.json", { cache: "no-store", credentials: "omit" });
    if (response.ok) links.value = linksOf(await response.json(), location.href);
    // Not there yet is not lost: the list appears with the first links.
    lost.value = !response.ok && response.status !== 404;
  } catch {
    lost.value = true;
  }
  now_ms.value = Date.now();
  setTimeout(load, EVERY_MS);
}

function Demo() {
  const text = textOf(language.value);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const formats = formatsOf(localeOf(language.value, browser), zone, zone);
  const list = links.value;
  const ago =
    list === null ? null : (formats.ago(list.updated_ms, now_ms.value) ?? formats.time(list.updated_ms));
  return (
    <main class="demo" data-testid="demo">
      <header>
        <div>
          <p class="brand">Dromos</p>
          <h1>{text.demo.title}</h1>
        </div>
        <LanguageSwitch
          language={language.value}
          label={text.page.language}
          onChange={(next) => {
            remember(next);
            language.value = next;
          }}
        />
      </header>
      <p class="intro">{text.demo.intro}</p>
      <p role="status" class="lost">
        {lost.value ? text.demo.lost : (list?.links.length ?? 0) === 0 ? text.demo.waiting : ""}
      </p>
      <ul class="cards" data-testid="links">
        {(list?.links ?? []).map((link) => (
          <Card key={link.url} link={link} text={text} />
        ))}
      </ul>
      <footer>
        {text.demo.simulated}
        {list !== null && list.updated_ms > 0 && ` ${fill(text.demo.updated, { ago: ago ?? "" })}.`}
      </footer>
    </main>
  );
}

const KINDS = ["far", "near", "arriving"] as const;

function Card({ link, text }: { link: DemoLink; text: ReturnType<typeof textOf> }) {
  const kind = KINDS.find((known) => link.kind.startsWith(known));
  const state = /^[A-Za-z]+_\d{3}$/.test(link.state) ? statusText(text, link.state).name : null;
  return (
    <li data-kind={link.kind}>
      <a href={link.url} target="_blank" rel="noopener noreferrer" data-testid="link">
        <span class="kind">{kind === undefined ? link.kind : text.demo[kind]}</span>
        <span class="stops">
          {link.stops_left === null
            ? (state ?? link.state)
            : link.stops_left === 0
              ? text.facts.youAreNext
              : text.count("stopsLeft", link.stops_left)}
        </span>
        <span class="line">{link.shop}</span>
        <span class="line muted">
          {text.demo.order} {link.order} · {text.demo.courier} {link.courier}
        </span>
        {link.stops_left !== null && state !== null && <span class="line muted">{state}</span>}
        <span class="open">{text.demo.open}</span>
      </a>
    </li>
  );
}

effect(() => {
  document.documentElement.lang = language.value;
  document.title = `${textOf(language.value).demo.title} · Dromos`;
});
const page = document.getElementById("page");
if (page !== null) render(<Demo />, page);
void load();
