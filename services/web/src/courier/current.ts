/** The phone's session, once it is enrolled. */

import { signal } from "@preact/signals";
import type { Session } from "./session";

export const current = signal<Session | null>(null);
