/** The courier's service worker: opens the page without network. It keeps the page's own files and nothing
 * else: neither the day, nor an answer of any server. */

/** Written in by the build: the shell's files, and a name that changes with them. */
declare const __SHELL_FILES__: readonly string[];
declare const __SHELL_NAME__: string;

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface AskEvent extends LifeEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface WorkerScope {
  addEventListener(type: "install" | "activate", listen: (event: LifeEvent) => void): void;
  addEventListener(type: "fetch", listen: (event: AskEvent) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

const scope = globalThis as unknown as WorkerScope;
const PREFIX = "courier-shell-";
const NAME = `${PREFIX}${__SHELL_NAME__}`;
const PAGE = "/courier";
/** A network that answers no sooner is none: the page opens from what is kept. */
const PATIENCE_MS = 3_000;

scope.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/") || __SHELL_FILES__.includes(url.pathname)) {
    event.respondWith(file(request));
  }
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(NAME);
  // Page and files must be of one build: taken from the server, not from the browser's cache.
  await cache.addAll([PAGE, ...__SHELL_FILES__].map((path) => new Request(path, { cache: "reload" })));
}

/** The build before this one stays: a page that is open may still ask for its files. */
async function dropOlder(): Promise<void> {
  const mine = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(mine.slice(0, -1).map((name) => caches.delete(name)));
}

/** From the network, so that a new build is seen at once; from what is kept when that fails or dawdles. */
async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(PAGE);
  const over = new AbortController();
  const timer = kept === undefined ? undefined : setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request.url, { signal: over.signal, cache: "no-store" });
    return answer.ok || kept === undefined ? answer : kept;
  } catch (error) {
    if (kept !== undefined) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Named by their contents: what is kept is good. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  return kept ?? fetch(request);
}
