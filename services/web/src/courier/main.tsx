import "../theme/fonts.css";
import "../theme/base.css";
import "./courier.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { backoff_ms } from "../link/backoff";
import { enrol } from "./api";
import { App } from "./app";
import { Clock } from "./clock";
import { current } from "./current";
import { IdentityStore, WorkStore } from "./db";
import { Session } from "./session";
import * as store from "./store";
import type { Enrolment } from "./types";
import { follow } from "./views";

const TICK_MS = 1000;
const clock = new Clock(() => Date.now());

/** The code stands in the fragment, where no server sees it, and goes from the address once it is read. */
function takeCode(): string | null {
  const code = location.hash.slice(1);
  if (code === "") return null;
  history.replaceState(history.state, "", location.pathname);
  return /^[A-Za-z0-9_-]{22,64}$/.test(code) ? code : "";
}

async function begin(): Promise<void> {
  current.value?.stop();
  current.value = null;
  const code = takeCode();
  let identity: IdentityStore;
  try {
    identity = await IdentityStore.open();
  } catch {
    store.standing.value = "no_store";
    return;
  }
  const before = await identity.enrolment();
  if (code !== null) await redeem(identity, code, before);
  else if (before === null) store.standing.value = "none";
  else await enrolled(before);
  identity.close();
}

/** Exchange the code, as often as it takes: only the portal's no is final. */
async function redeem(identity: IdentityStore, code: string, before: Enrolment | null): Promise<void> {
  store.standing.value = "working";
  for (let tries = 0; ; tries++) {
    const answer =
      code === "" ? ({ is: "refused" } as const) : await enrol((url, init) => fetch(url, init), code);
    if (answer.is === "ok") {
      const slash = answer.value.ingest_url.endsWith("/") ? "" : "/";
      const got = { ...answer.value, ingest_url: `${answer.value.ingest_url}${slash}` };
      await identity.keep(got);
      void navigator.storage?.persist?.();
      return enrolled(got);
    }
    if (answer.is === "later" || answer.is === "same") {
      store.standing.value = "later";
      const asked_ms = answer.is === "later" ? (answer.after_ms ?? 0) : 0;
      const wait_ms = Math.max(asked_ms, 1000 + backoff_ms(tries, Math.random()));
      await new Promise((resolve) => setTimeout(resolve, wait_ms));
      continue;
    }
    if (before === null) {
      store.standing.value = "gone";
      return;
    }
    store.codeFailed.value = true;
    return enrolled(before);
  }
}

async function enrolled(who: Enrolment): Promise<void> {
  const session = new Session(who, await WorkStore.open(who.courier_id), clock);
  current.value = session;
  store.enrolment.value = who;
  store.standing.value = "enrolled";
  await session.start();
}

function wake(): void {
  store.online.value = navigator.onLine;
  store.now_ms.value = clock.now_ms();
  if (!document.hidden) current.value?.wake();
}

setInterval(() => {
  if (!document.hidden) store.now_ms.value = clock.now_ms();
}, TICK_MS);
document.addEventListener("visibilitychange", () => (document.hidden ? current.value?.leave() : wake()));
window.addEventListener("pagehide", () => current.value?.leave());
window.addEventListener("pageshow", (event) => event.persisted && wake());
window.addEventListener("online", wake);
window.addEventListener("offline", () => {
  store.online.value = false;
});
window.addEventListener("hashchange", () => location.hash !== "" && void begin());
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  store.installer.value = event as Event & { prompt(): Promise<unknown> };
});
window.addEventListener("appinstalled", () => {
  store.installer.value = null;
});

effect(() => {
  document.documentElement.lang = store.language.value;
  document.title = store.text.value.page.title;
});

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("/courier-sw.js", { scope: "/courier" }).catch((error: unknown) => {
    console.info("service worker:", error);
  });
}

const page = document.getElementById("page");
if (page !== null) render(<App />, page);
follow();
void begin();
