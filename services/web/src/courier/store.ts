/** What the page's parts look at. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../contracts";
import { choose, localeOf, remember, remembered } from "../i18n/choice";
import { formatsOf } from "../i18n/format";
import type { KeptDay } from "./db";
import { textOf } from "./i18n/text";
import { merge, remaining } from "./merge";
import type { OutboxState } from "./outbox";
import type { FixState, Reading } from "./positions";
import { statusOf } from "./status";
import type { Enrolment } from "./types";
import type { Receiver } from "./watch";

/** Where the phone stands with the portal. `kept`: a new code was bad, the old enrolment goes on. */
export type Standing = "starting" | "none" | "working" | "later" | "gone" | "no_store" | "ended" | "enrolled";

export const standing = signal<Standing>("starting");
export const enrolment = signal<Enrolment | null>(null);
export const codeFailed = signal(false);
export const kept = signal<KeptDay | null>(null);
/** Whether the last try to read the day failed. */
export const dayFailed = signal(false);
export const outbox = signal<OutboxState>({ acts: [], refusals: [], waiting: null });
export const fixes = signal<FixState>({ waiting: 0, sent_ms: null, failed: null, parked: null });
export const receiver = signal<Receiver>("off");
export const place = signal<Reading | null>(null);
export const online = signal(navigator.onLine);
export const leads = signal(false);
/** null: this browser can't keep the screen on. */
export const awake = signal<boolean | null>(false);
/** How long the page was in the background while on duty, to be told once. */
export const away_ms = signal(0);
export const navigator_app = signal<"phone" | "google" | "apple" | null>(null);
/** By the corrected clock, about once a second while the page is seen. */
export const now_ms = signal(Date.now());
export const installer = signal<{ prompt(): Promise<unknown> } | null>(null);

const own = signal(remembered());
const browser = navigator.languages ?? [];
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

export const language = computed(() => choose(own.value, browser, undefined));
export const text = computed(() => textOf(language.value));
export const formats = computed(() => formatsOf(localeOf(language.value, browser), ownZone, ownZone));
export const day = computed(() => (kept.value === null ? null : merge(kept.value.day, outbox.value.acts)));
export const onDuty = computed(() => day.value?.on_duty ?? false);
export const open = computed(() => (day.value === null ? [] : remaining(day.value)));
export const unsent = computed(() => outbox.value.acts.filter((act) => act.sent_ms === undefined));
/** What the last tap did, while it can be undone. */
export const undoable = computed(() => {
  const held = unsent.value.filter((act) => act.not_before_ms > now_ms.value);
  return held.filter((act) => act.group === held.at(-1)?.group);
});
export const status = computed(() =>
  statusOf({
    on_duty: onDuty.value,
    leads: leads.value,
    receiver: receiver.value,
    online: online.value,
    fixes: fixes.value,
    now_ms: now_ms.value,
  }),
);

export function chooseLanguage(next: Language): void {
  own.value = next;
  remember(next);
}
