/** The recipient's answers, sent with a ticket of his link. Whoever only looks at a link answers nothing. */

import { askWithTicket, type Fetch } from "./api";

export type Question = "all_right" | "nps" | "csi" | "remark";

export interface Given {
  question: Question;
  /** Left out with a remark. */
  score?: number;
  /** Left out, what was written before stays; empty, it goes. */
  words?: string;
}

/** `early`: nothing was brought yet. `busy`: too many at once. `later`: not sent. */
export type Outcome = "kept" | "early" | "busy" | "gone" | "later";

export class Ratings {
  constructor(
    private readonly secret: string,
    private readonly fetch: Fetch,
    private readonly now_ms: () => number,
  ) {}

  /** `key` names the tap: sent again it is the same answer. */
  send(given: Given, key: string): Promise<Outcome> {
    return this.#ask("/v1/link/rating", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(given),
    });
  }

  takeBack(question: Question): Promise<Outcome> {
    return this.#ask(`/v1/link/rating/${question}`, { method: "DELETE" });
  }

  async #ask(url: string, init: RequestInit): Promise<Outcome> {
    const response = await askWithTicket(this.fetch, this.secret, this.now_ms(), url, init);
    if (response === null) return "later";
    if ("failed" in response) return response.failed === "gone" ? "gone" : "later";
    if (response.ok) return "kept";
    if (response.status === 409) return "early";
    if (response.status === 429) return "busy";
    return response.status === 404 ? "gone" : "later";
  }
}
