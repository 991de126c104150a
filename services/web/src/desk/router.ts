/** Which view the address names. Addresses hold ids and nothing personal; a search goes into the state. */

import { signal } from "@preact/signals";

export type Params = Readonly<Record<string, string>>;

export interface Address {
  path: string;
  /** The query, as it stands: filters without anything personal. */
  query: string;
  /** What goes with this entry of the history without standing in the address, such as a search. */
  state: Readonly<Record<string, unknown>>;
}

export const HOME = "/desk";

export const address = signal<Address>({ path: HOME, query: "", state: {} });

/** The parameters of `pattern` (`/desk/shipments/:id`) in a path; null when it does not fit. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = tidy(path).split("/");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const here = given[i] ?? "";
    if (!part.startsWith(":")) {
      if (part !== here) return null;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(here);
    } catch {
      return null;
    }
    if (here === "") return null;
  }
  return params;
}

/** Without a slash at its end. */
export function tidy(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Go to a view: `to` is a path with or without a query. */
export function navigate(
  to: string,
  options: { replace?: boolean; state?: Readonly<Record<string, unknown>> } = {},
): void {
  const state = options.state ?? {};
  history[options.replace ? "replaceState" : "pushState"](state, "", to);
  follow();
}

/** Keep something of a view, such as its search, with the present entry of the history. */
export function keep(state: Readonly<Record<string, unknown>>): void {
  history.replaceState({ ...address.peek().state, ...state }, "", location.href);
  follow();
}

function follow(): void {
  address.value = {
    path: tidy(location.pathname),
    query: location.search,
    state: (history.state as Address["state"] | null) ?? {},
  };
}

/** What of a click on a link is ours to follow: null for another page, a new tab or a download. */
export function ownLink(event: MouseEvent, origin: string): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || link.target || link.hasAttribute("download")) return null;
  const url = new URL(link.href, origin);
  if (url.origin !== origin || !(url.pathname === HOME || url.pathname.startsWith(`${HOME}/`))) return null;
  if (url.hash !== "") return null;
  return url.pathname + url.search;
}

/** Follow the history and clicks on links within the desk. */
export function listen(): void {
  follow();
  window.addEventListener("popstate", follow);
  document.addEventListener("click", (event) => {
    const to = ownLink(event, location.origin);
    if (to === null) return;
    event.preventDefault();
    navigate(to);
  });
}
