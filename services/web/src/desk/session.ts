/** Who sits at the desk, and what his role lets him do. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../contracts";
import { ApiError, api } from "./api";
import { accountLanguage, zone } from "./store";

export type Role = "owner" | "staff" | "reader";

export interface Session {
  account: string;
  name: string;
  email: string;
  role: Role;
  tenant: string;
  csrf: string;
  /** Whether the second step is on. */
  totp: boolean;
  /** Recovery codes that have not been used. */
  recovery_left: number;
  language?: Language;
  /** The carrier's IANA zone. */
  zone?: string;
}

/** undefined: not known yet; null: nobody is logged in. */
export const session = signal<Session | null | undefined>(undefined);
/** Why it is not known whether somebody is logged in. */
export const sessionError = signal<ApiError | null>(null);

const ORDER: readonly Role[] = ["reader", "staff", "owner"];

/** Whether a role may do what takes `needed`: each may do what the one below it may. */
export function covers(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && ORDER.indexOf(role) >= ORDER.indexOf(needed);
}

/** Whether he who is logged in may; a reader is shown no button that takes more. */
export function may(needed: Role): boolean {
  return covers(session.value?.role, needed);
}

export const tenant = computed(() => session.value?.tenant ?? "");

export function begin(next: Session | null): void {
  if (next === null) api.forget();
  else api.csrf = next.csrf;
  accountLanguage.value = next?.language;
  if (next?.zone !== undefined) zone.value = next.zone;
  session.value = next;
  sessionError.value = null;
}

/** Ask who is logged in. */
export async function recall(): Promise<void> {
  sessionError.value = null;
  try {
    begin(await api.get<Session>("/v1/desk/session", { anonymous: true }));
  } catch (error) {
    if (error instanceof ApiError && error.kind === "login") begin(null);
    else sessionError.value = error instanceof ApiError ? error : new ApiError("other", 0, "", "");
  }
}

export type LoginOutcome = "in" | "code";

/** Throws ApiError; `code`: the second step's code is asked for. */
export async function logIn(email: string, password: string, code?: string): Promise<LoginOutcome> {
  try {
    const body = { email, password, ...(code === undefined ? {} : { code }) };
    begin(await api.call<Session>("POST", "/v1/desk/login", { body, anonymous: true }));
    return "in";
  } catch (error) {
    if (error instanceof ApiError && error.code === "totp_needed" && code === undefined) return "code";
    throw error;
  }
}

export async function logOut(): Promise<void> {
  try {
    await api.call("POST", "/v1/desk/logout");
  } catch (error) {
    // Whoever is not logged in any more has got what he asked for.
    if (!(error instanceof ApiError && error.kind === "login")) throw error;
  }
  begin(null);
}

api.onLogin = () => begin(null);
