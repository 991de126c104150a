/**
 * The shipment's pictures: which there are, and each by its short-lived address. They are fetched into memory,
 * so that an address that ends takes no picture off the page, and none stands in the document.
 */

import { askTicket, type Failure, type Fetch } from "./api";

/** A picture that a report has named. Without `url` it is kept no longer. */
export interface Listed {
  /** The stage's number. */
  seq: number;
  proof: string;
  kind?: "photo" | "signature";
  url?: string;
}

export type Picture = { is: "there"; blob: Blob } | { is: "gone" } | { is: "later" };

const DEADLINE_MS = 30_000;

export class Pictures {
  constructor(
    private readonly secret: string,
    private readonly fetch: Fetch,
    private readonly now_ms: () => number,
  ) {}

  /** All that the reports have named, in the order of the stages; null: not now. */
  async list(): Promise<readonly Listed[] | null> {
    const ticket = await askTicket(this.fetch, this.secret, this.now_ms());
    if ("failed" in ticket) return failed(ticket);
    const response = await this.#get("/v1/link/proofs", { Authorization: `Ticket ${ticket.ticket}` });
    if (response?.ok !== true) return null;
    const found: unknown = await response.json().catch(() => null);
    return Array.isArray(found) ? found.filter(isListed) : null;
  }

  /** One picture. Its address may have ended since it was listed: then it is asked for anew, once. */
  async picture(listed: Listed): Promise<Picture> {
    const found = await this.#fetched(listed.url);
    if (found.is !== "gone" || listed.url === undefined) return found;
    const again = await this.list();
    if (again === null) return { is: "later" };
    return this.#fetched(again.find((each) => each.seq === listed.seq && each.proof === listed.proof)?.url);
  }

  async #fetched(url: string | undefined): Promise<Picture> {
    // An address of another origin is none of ours, whoever has written it.
    if (url === undefined || !/^\/v1\/proofs\/[\w.~-]+$/.test(url)) return { is: "gone" };
    const response = await this.#get(url);
    if (response?.status === 404) return { is: "gone" };
    const blob = response?.ok === true ? await response.blob().catch(() => null) : null;
    return blob?.type.startsWith("image/") === true ? { is: "there", blob } : { is: "later" };
  }

  async #get(url: string, headers: Record<string, string> = {}): Promise<Response | null> {
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), DEADLINE_MS);
    try {
      return await this.fetch(url, {
        headers,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: over.signal,
      });
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Of a link that is gone there is nothing to show; the page says so by itself. */
function failed(failure: Failure): readonly Listed[] | null {
  return failure.failed === "gone" ? [] : null;
}

function isListed(value: unknown): value is Listed {
  const { seq, proof } = (value ?? {}) as Partial<Listed>;
  return typeof seq === "number" && typeof proof === "string";
}
