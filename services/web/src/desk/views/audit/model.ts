/** Who did what: the audit log's pages and what they are narrowed to. Pure. */

export interface AuditEntry {
  at: string;
  actor: string;
  actor_name?: string | null;
  action: string;
  subject?: string | null;
  detail?: string | null;
  /** How often, for what is counted together. */
  count?: number;
}

export interface AuditPage {
  entries: readonly AuditEntry[];
  next?: string | null;
}

export const LIMIT = 100;

export function toQuery(before: string | null): string {
  const query = new URLSearchParams({ limit: String(LIMIT) });
  if (before !== null) query.set("before", before);
  return `/v1/audit?${query}`;
}

export interface AuditFilter {
  words: string;
  actor: string;
  action: string;
}

/** Those that fit; words are looked for in all that a line shows, its action as `said` too. */
export function fitting(
  entries: readonly AuditEntry[],
  filter: AuditFilter,
  said: (action: string) => string = (action) => action,
): readonly AuditEntry[] {
  const words = filter.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return entries.filter((entry) => {
    if (filter.actor !== "" && entry.actor !== filter.actor) return false;
    if (filter.action !== "" && group(entry.action) !== filter.action) return false;
    const text = [
      entry.actor_name,
      entry.actor,
      entry.action,
      said(entry.action),
      entry.subject,
      entry.detail,
    ]
      .filter((part) => part)
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What an action is about: `people.invite` is about people. */
export function group(action: string): string {
  return action.split(/[._]/)[0] ?? action;
}

/** Who appears, by name. */
export function actorsOf(entries: readonly AuditEntry[]): readonly { id: string; name: string }[] {
  const found = new Map(entries.map((entry) => [entry.actor, entry.actor_name || entry.actor]));
  return [...found].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

export function groupsOf(entries: readonly AuditEntry[]): readonly string[] {
  return [...new Set(entries.map((entry) => group(entry.action)))].sort();
}

export function keyOf(entry: AuditEntry): string {
  return [entry.at, entry.actor, entry.action, entry.subject, entry.detail].join(" ");
}

export function countOf(entry: AuditEntry): number {
  return entry.count ?? 1;
}

/** Entries with a further page; the same line is not told twice. */
export function joined(entries: readonly AuditEntry[], page: AuditPage): readonly AuditEntry[] {
  const known = new Set(entries.map(keyOf));
  return [...entries, ...page.entries.filter((entry) => !known.has(keyOf(entry)))];
}
