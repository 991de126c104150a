/** How the system stands, for people first. Pure. */

export interface Part {
  role: string;
  part: string;
  ready: boolean;
  since?: string | null;
  detail?: string;
}

export interface Lag {
  role: string;
  group?: string;
  members: number;
  records: number;
  seconds: number;
}

export interface Mark {
  role: string;
  oldest_s?: number | null;
  late: readonly number[];
}

export interface Put {
  topic: string;
  reason: string;
  parked: boolean;
  count: number;
}

export interface Store {
  up: boolean;
  detail?: string | null;
}

/** The last fix that was sent all the way on purpose; without a delay it was lost. */
export interface Canary {
  at: string;
  delay_ms?: number | null;
  detail?: string;
}

/** `GET /v1/status`: what `dromos status` shows. */
export interface Standing {
  ok: boolean;
  say: string;
  see?: string | null;
  at: string;
  paused?: boolean | null;
  kafka: Store;
  redis: Store;
  postgres: Store;
  parts: readonly Part[];
  lag?: readonly Lag[] | null;
  marks?: readonly Mark[] | null;
  put_aside?: readonly Put[] | null;
  sockets?: number | null;
  canary?: Canary | null;
}

/** As `BEHIND_S` of shared/domain/standing.py. */
export const BEHIND_S = 5;
export const EVERY_MS = 8_000;
/** What was told longer ago is no longer how it stands. */
export const OLD_MS = 30_000;

export type Headline = "good" | "letters" | "parked" | "away" | "down" | "behind" | "unknown";

/** What matters most, worst first. */
export function headlineOf(now: Standing): Headline {
  if (away(now).length > 0) return "away";
  if (now.parts.some((part) => !part.ready)) return "down";
  if (behind(now).length > 0) return "behind";
  if (now.lag == null || now.put_aside == null) return "unknown";
  if (now.put_aside.some((put) => !put.parked && put.count > 0)) return "letters";
  return now.put_aside.some((put) => put.count > 0) ? "parked" : "good";
}

export function toneOf(headline: Headline): "good" | "warn" | "bad" {
  if (headline === "away" || headline === "down") return "bad";
  return headline === "behind" || headline === "letters" || headline === "unknown" ? "warn" : "good";
}

/** The stores that are away, by name. */
export function away(now: Standing): readonly string[] {
  return stores(now)
    .filter(([, store]) => !store.up)
    .map(([name]) => name);
}

export function stores(now: Standing): readonly (readonly [name: string, store: Store])[] {
  return [
    ["Kafka", now.kafka],
    ["Redis", now.redis],
    ["PostgreSQL", now.postgres],
  ];
}

/** The roles that are behind: records too old, or a mark missing or too old. */
export function behind(now: Standing): readonly string[] {
  const late = (now.marks ?? []).filter((mark) => mark.late.length > 0).map((mark) => mark.role);
  const slow = (now.lag ?? []).filter((lag) => lag.seconds > BEHIND_S).map((lag) => lag.role);
  return [...new Set([...late, ...slow])];
}

export function down(now: Standing): readonly string[] {
  return now.parts.filter((part) => !part.ready).map((part) => part.part);
}

/** Whether recipients' pages say "paused" for some: `lists` pauses none. */
export function paused(now: Standing): boolean {
  return now.paused ?? (now.marks ?? []).some((mark) => mark.role !== "lists" && mark.late.length > 0);
}

/** Counts of one kind by reason, most first. */
export function byReason(put: readonly Put[], parked: boolean): readonly { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const one of put)
    if (one.parked === parked) counts.set(one.reason, (counts.get(one.reason) ?? 0) + one.count);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
