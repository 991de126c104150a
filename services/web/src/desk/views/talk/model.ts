/** What recipient and shop said to each other, and what belongs to no shipment, as the API has them. Pure. */

export const ABOUT = ["where", "when", "change", "problem", "cash", "other"] as const;
export type About = (typeof ABOUT)[number];

export type Way = "email" | "sms" | "call" | "chat" | "visit";

/** How a contact that nobody could record by itself came. */
export const NOTED = ["call", "chat", "visit"] as const satisfies readonly Way[];
export type Noted = (typeof NOTED)[number];

export interface Exchange {
  seq: number;
  at: string;
  direction: "in" | "out";
  way: Way;
  by: string;
  about?: About | null;
  text?: string | null;
  attachments?: number;
}

export interface Talk {
  exchanges: readonly Exchange[];
  answer_by?: "email" | "sms" | null;
}

export interface Stray {
  stray: string;
  way: Way;
  why: "forged" | "unmatched" | "other_sender" | "too_many" | "unreadable";
  sender: string;
  subject: string;
  text: string;
  attachments?: number;
  at: string;
  shipment?: string | null;
}

/** What stands where there are no words: they were deleted, or there never were any. */
export function wordsOf(one: Exchange): "said" | "deleted" | "none" {
  if (one.text) return "said";
  const written = one.by === "recipient" || one.direction === "out";
  return written && (one.attachments ?? 0) === 0 ? "deleted" : "none";
}
