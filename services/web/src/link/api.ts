/** The portal's two answers to a link: a ticket for its secret, and the view for a ticket. */

import type { ServerFrame, Snapshot } from "../contracts";

export interface Ticket {
  ticket: string;
  /** Where the websocket is. */
  socket: string;
  expires_ms: number;
}

/** `gone`: unknown, expired or revoked. `refused`: this ticket is no longer good, another may be. */
export type Failure = { failed: "gone" } | { failed: "refused" } | { failed: "later"; after_ms?: number };

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const DEADLINE_MS = 10_000;
/** For what is asked with a ticket: the answer's body counts too. */
const WHOLE_DEADLINE_MS = 15_000;

export async function askTicket(fetch: Fetch, secret: string, now_ms: number): Promise<Ticket | Failure> {
  const answer = await ask(fetch, "/v1/link/ticket", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ secret }),
  });
  if ("failed" in answer) return answer;
  const body = (await answer.response.json().catch(() => null)) as Record<string, unknown> | null;
  if (typeof body?.ticket !== "string" || typeof body.socket !== "string") return { failed: "later" };
  const expires_ms = instant(body.expires_at) ?? now_ms + 30_000;
  return { ticket: body.ticket, socket: body.socket, expires_ms };
}

export async function askView(fetch: Fetch, ticket: string): Promise<Snapshot | Failure> {
  const answer = await ask(fetch, "/v1/link/view", { headers: { Authorization: `Ticket ${ticket}` } });
  if ("failed" in answer) return answer;
  const frame = frameOf((await answer.response.json().catch(() => null)) as unknown);
  return frame?.type === "snapshot" ? frame : { failed: "later" };
}

/** One request with a new ticket of the link. A failure is the ticket's; null: the request got no answer. */
export async function askWithTicket(
  fetch: Fetch,
  secret: string,
  now_ms: number,
  url: string,
  init: RequestInit,
): Promise<Response | Failure | null> {
  const ticket = await askTicket(fetch, secret, now_ms);
  if ("failed" in ticket) return ticket;
  try {
    return await fetch(url, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), Authorization: `Ticket ${ticket.ticket}` },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(WHOLE_DEADLINE_MS),
    });
  } catch {
    return null;
  }
}

const TYPES = ["snapshot", "position", "area", "shipment", "bye"];

/** A frame, or null for what this page does not know (a later version may send more). */
export function frameOf(value: unknown): ServerFrame | null {
  const type = (value as { type?: unknown } | null)?.type;
  return typeof type === "string" && TYPES.includes(type) ? (value as ServerFrame) : null;
}

async function ask(fetch: Fetch, url: string, init: RequestInit): Promise<{ response: Response } | Failure> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), DEADLINE_MS);
  try {
    const response = await fetch(url, {
      ...init,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: over.signal,
    });
    if (response.ok) return { response };
    if (response.status === 401 || response.status === 403) return { failed: "refused" };
    // 4xx of the form (a link cut short, say) are as final as unknown; 408 and 429 are not.
    if ([400, 404, 410, 413, 414, 422].includes(response.status)) return { failed: "gone" };
    const seconds = Number(response.headers.get("Retry-After"));
    return seconds > 0 ? { failed: "later", after_ms: seconds * 1000 } : { failed: "later" };
  } catch {
    return { failed: "later" };
  } finally {
    clearTimeout(timer);
  }
}

/** An RFC 3339 string, or a number of seconds or milliseconds since 1970. */
function instant(value: unknown): number | null {
  if (typeof value === "number" && Number.isFinite(value)) return value < 1e11 ? value * 1000 : value;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}
