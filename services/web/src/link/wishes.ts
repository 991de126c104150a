/** What the recipient wishes to be told, read and changed with a ticket of his link. */

import type { Language } from "../contracts";
import { askWithTicket, type Fetch } from "./api";

export type Channel = "email" | "sms";

/** `address` is masked: a link is sometimes passed on. */
export interface Reach {
  channel: Channel;
  address: string;
  stopped: boolean;
}

export interface Wishes {
  channels: readonly Reach[];
  /** The channel that is used first; absent: none is left. */
  first?: Channel;
  language: Language;
}

/** What shall change; what is left out stays. */
export interface Change {
  first?: Channel;
  language?: Language;
  stop?: readonly Channel[];
  resume?: readonly Channel[];
}

export class WishesSource {
  constructor(
    private readonly secret: string,
    private readonly fetch: Fetch,
    private readonly now_ms: () => number,
  ) {}

  /** null: not now. */
  async read(): Promise<Wishes | null> {
    const response = await this.#ask({});
    const found: unknown = response?.ok === true ? await response.json().catch(() => null) : null;
    return isWishes(found) ? found : null;
  }

  /** Whether it is written down. */
  async change(change: Change): Promise<boolean> {
    const response = await this.#ask({
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(change),
    });
    return response?.ok === true;
  }

  async #ask(init: RequestInit): Promise<Response | null> {
    const url = "/v1/link/notices";
    const response = await askWithTicket(this.fetch, this.secret, this.now_ms(), url, init);
    return response === null || "failed" in response ? null : response;
  }
}

function isWishes(value: unknown): value is Wishes {
  const { channels, language } = (value ?? {}) as Partial<Wishes>;
  return Array.isArray(channels) && typeof language === "string";
}

/** What they are once a change holds. */
export function changed(before: Wishes, change: Change): Wishes {
  const channels = before.channels.map((reach) => ({
    ...reach,
    stopped:
      (reach.stopped || change.stop?.includes(reach.channel) === true) &&
      change.resume?.includes(reach.channel) !== true,
  }));
  const able = channels.filter((reach) => !reach.stopped).map((reach) => reach.channel);
  const wished = change.first ?? before.first;
  const first = wished !== undefined && able.includes(wished) ? wished : able[0];
  return {
    channels,
    language: change.language ?? before.language,
    ...(first === undefined ? {} : { first }),
  };
}
