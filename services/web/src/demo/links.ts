/** The demo's list of links, as the simulator keeps it. */

export interface DemoLink {
  kind: string;
  url: string;
  shop: string;
  order: string;
  courier: string;
  stops_left: number | null;
  state: string;
}

export interface Links {
  links: readonly DemoLink[];
  updated_ms: number;
}

/** What of an answer can be shown; an entry without an address of this origin or of the web is left out. */
export function linksOf(body: unknown, base: string): Links {
  const { links, updated_at } = (body ?? {}) as { links?: unknown; updated_at?: unknown };
  const list = Array.isArray(links) ? (links as Partial<DemoLink>[]) : [];
  return {
    links: list
      .filter((link) => typeof link?.url === "string" && isWeb(link.url, base))
      .map((link) => ({
        kind: String(link.kind ?? ""),
        url: String(link.url),
        shop: String(link.shop ?? ""),
        order: String(link.order ?? ""),
        courier: String(link.courier ?? ""),
        stops_left: typeof link.stops_left === "number" ? link.stops_left : null,
        state: String(link.state ?? ""),
      })),
    updated_ms: instant(updated_at),
  };
}

function isWeb(url: string, base: string): boolean {
  try {
    return /^https?:$/.test(new URL(url, base).protocol);
  } catch {
    return false;
  }
}

/** An RFC 3339 string, or seconds or milliseconds since 1970; 0 when unknown. */
function instant(value: unknown): number {
  if (typeof value === "number") return value < 1e11 ? value * 1000 : value;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? 0 : parsed;
}
