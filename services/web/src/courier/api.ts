/** The courier's calls: the portal for his day and what he plans, ingest for reports and positions. */

import type { Fetch } from "../link/api";
import type { KeptFix, Picture } from "./db";
import type { Act, Day, Enrolment } from "./types";

export const DEADLINE_MS = 15_000;
/** A photo over a weak network takes its time. */
export const UPLOAD_DEADLINE_MS = 90_000;

/** `gone`: the secret is good no more. `refused`: never try again. `later`: try again, after the time if told. */
export type Answer<T> =
  | { is: "ok"; value: T; headers: Headers }
  | { is: "same"; headers: Headers }
  | { is: "gone" }
  | { is: "refused"; status: number; code: string; detail: string }
  | { is: "later"; why: "network" | "server"; status?: number; after_ms?: number };

const JSON_TYPE = { "Content-Type": "application/json" };

export function enrol(fetch: Fetch, code: string): Promise<Answer<Enrolment>> {
  return ask(fetch, "/v1/courier/enrolment", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ code }),
  });
}

export function readDay(fetch: Fetch, secret: string, etag: string | null): Promise<Answer<Day>> {
  return ask(fetch, "/v1/courier/day", {
    headers: { ...bearer(secret), ...(etag === null ? {} : { "If-None-Match": etag }) },
  });
}

/** What was decided about a command, where it was known in time. */
export interface Decided {
  outcome?: { accepted: boolean; reason?: string; explanation?: string };
  accepted?: boolean;
}

/** Everything but a report's pictures; they have become proofs before. */
export function sendAct(fetch: Fetch, who: Enrolment, act: Act): Promise<Answer<Decided>> {
  const at = new Date(act.at_ms).toISOString();
  const headers = { ...bearer(who.secret), ...JSON_TYPE, Prefer: "wait=2" };
  const keyed = { ...headers, "Idempotency-Key": act.id };
  switch (act.kind) {
    case "duty":
      return ask(fetch, "/v1/courier/duty", {
        method: "POST",
        headers: keyed,
        body: JSON.stringify({ on: act.payload.on, at }),
        keepalive: true,
      });
    case "set_out":
      return ask(fetch, `/v1/courier/routes/${encodeURIComponent(act.payload.route)}/set-out`, {
        method: "POST",
        headers: keyed,
        body: JSON.stringify({ at }),
        keepalive: true,
      });
    case "order":
      return ask(fetch, `/v1/courier/routes/${encodeURIComponent(act.payload.route)}/order`, {
        method: "PUT",
        headers: keyed,
        body: JSON.stringify({ stops: act.payload.stops, at }),
        keepalive: true,
      });
    case "report": {
      const { shipment, type, taken_by, note, cash, proofs } = act.payload;
      return ask(fetch, `${who.ingest_url}v1/shipments/${encodeURIComponent(shipment)}/events`, {
        method: "POST",
        headers,
        body: JSON.stringify({
          event_id: act.id,
          type,
          at,
          ...(taken_by ? { taken_by } : {}),
          ...(note ? { note } : {}),
          ...(cash ? { cash } : {}),
          ...(proofs.length > 0 ? { proofs } : {}),
        }),
        keepalive: true,
      });
    }
  }
}

/** `key` names the upload: after a lost answer the same picture is not kept twice. */
export function uploadProof(
  fetch: Fetch,
  who: Enrolment,
  shipment: string,
  picture: Picture,
  key: string,
): Promise<Answer<{ proof: string }>> {
  const query = new URLSearchParams({ shipment, kind: picture.kind });
  return ask(
    fetch,
    `/v1/courier/proofs?${query}`,
    {
      method: "POST",
      headers: { ...bearer(who.secret), "Content-Type": picture.type, "Idempotency-Key": key },
      body: new Blob([picture.bytes], { type: picture.type }),
    },
    UPLOAD_DEADLINE_MS,
  );
}

export interface FixResults {
  results: { result: "accepted" | "alive" | "parked" | "nothing"; reason?: string; detail?: string }[];
}

export function postFixes(
  fetch: Fetch,
  who: Enrolment,
  fixes: readonly KeptFix[],
): Promise<Answer<FixResults>> {
  return ask(fetch, `${who.ingest_url}v1/positions`, {
    method: "POST",
    headers: { ...bearer(who.secret), ...JSON_TYPE },
    body: JSON.stringify(fixes.map((fix) => fix.body)),
    keepalive: true,
  });
}

function bearer(secret: string): { Authorization: string } {
  return { Authorization: `Bearer ${secret}` };
}

async function ask<T>(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  deadline_ms = DEADLINE_MS,
): Promise<Answer<T>> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), deadline_ms);
  try {
    const response = await fetch(url, {
      ...init,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: over.signal,
    });
    const { status, headers } = response;
    if (status === 304) return { is: "same", headers };
    if (response.ok) return { is: "ok", value: (await response.json()) as T, headers };
    if (status === 401) return { is: "gone" };
    if (status >= 500 || [408, 425, 429].includes(status)) {
      const seconds = Number(headers.get("Retry-After"));
      return { is: "later", why: "server", status, ...(seconds > 0 ? { after_ms: seconds * 1000 } : {}) };
    }
    return { is: "refused", status, ...(await problem(response)) };
  } catch {
    return { is: "later", why: "network" };
  } finally {
    clearTimeout(timer);
  }
}

async function problem(response: Response): Promise<{ code: string; detail: string }> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const type = typeof body?.type === "string" ? body.type : "";
  const reason = typeof body?.reason === "string" ? body.reason : type.split(":").at(-1) || "";
  const said = body?.explanation ?? body?.detail ?? body?.title;
  return {
    code: reason || String(response.status),
    detail: typeof said === "string" ? said : `${response.status}`,
  };
}
