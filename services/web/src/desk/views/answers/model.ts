/** What recipients have answered, as the API tells it. */

export type Question = "all_right" | "nps" | "csi" | "remark";

export interface Answered {
  question: Question;
  score?: number;
  bad: boolean;
  words?: string;
  at: string;
}

export interface AnswerRow extends Answered {
  shipment: string;
  order_number: string;
  merchant: string;
  shop: string;
  courier?: string;
  courier_name?: string;
  name?: string;
  zone: string;
}

export interface AnswerPage {
  answers: readonly AnswerRow[];
  next?: string;
}

/** A figure in per cent with its 95 % interval; without answers there is none. */
export interface Measure {
  answers: number;
  few: boolean;
  value?: number;
  low?: number;
  high?: number;
}

export interface Nps extends Measure {
  promoters: number;
  passives: number;
  detractors: number;
}

export interface Group {
  key: string;
  name: string;
  nps: Nps;
  csi: Measure & { mean?: number };
  all_right: Measure & { yes: number };
}

export const BYS = ["shop", "courier", "day"] as const;
export type By = (typeof BYS)[number];

export interface Report {
  by: By;
  since: string;
  until: string;
  delivered: number;
  answered: number;
  all: Group;
  groups: readonly Group[];
}

export interface Closing {
  closing: string;
  word: string;
  at: string;
  by_name: string;
}

export interface Case {
  shipment: string;
  order_number: string;
  merchant: string;
  shop: string;
  courier?: string;
  courier_name?: string;
  status: string;
  zone: string;
  seq: number;
  opened_at: string;
  answers: readonly (Answered & { seq: number })[];
  recipient: { name?: string; phone?: string; email?: string; language?: string };
  closed?: Closing;
}

export interface CasePage {
  cases: readonly Case[];
  open: number;
  next?: string;
}

export interface ShipmentAnswers {
  answers: readonly (Answered & { seq: number })[];
  case?: "open" | "closed";
  closed?: Closing;
}

export interface Wanted {
  days: string;
  merchant: string;
  courier: string;
  bad: boolean;
  words: boolean;
}

export const ALL: Wanted = { days: "30", merchant: "", courier: "", bad: false, words: false };
export const DAYS = ["7", "30", "90", "365"] as const;

/** What the address asks for; what it can't ask for is left out. */
export function wantedOf(query: string): Wanted {
  const given = new URLSearchParams(query);
  const days = given.get("days") ?? ALL.days;
  return {
    days: (DAYS as readonly string[]).includes(days) ? days : ALL.days,
    merchant: given.get("merchant") ?? "",
    courier: given.get("courier") ?? "",
    bad: given.get("bad") === "true",
    words: given.get("words") === "true",
  };
}

/** The query of an address or a call: what is wanted, and further members. */
export function queryOf(wanted: Wanted, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams();
  if (wanted.days !== ALL.days) query.set("days", wanted.days);
  if (wanted.merchant !== "") query.set("merchant", wanted.merchant);
  if (wanted.courier !== "") query.set("courier", wanted.courier);
  if (wanted.bad) query.set("bad", "true");
  if (wanted.words) query.set("words", "true");
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Of how many delivered parcels an answer came, in whole per cent; null: nothing was delivered. */
export function rateOf(report: Pick<Report, "delivered" | "answered">): number | null {
  if (report.delivered === 0) return null;
  return Math.min(100, Math.round((100 * report.answered) / report.delivered));
}

/** Whether somebody should be warned before he compares: some figure stands on few answers. */
export function anyFew(groups: readonly Group[]): boolean {
  return groups.some((g) => [g.nps, g.csi, g.all_right].some((m) => m.answers > 0 && m.few));
}
