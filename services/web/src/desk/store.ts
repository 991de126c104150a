/** What every view looks at: the language, the formats that follow from it, and this device's clock. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../contracts";
import { choose, localeOf, remember, remembered } from "../i18n/choice";
import { type Formats, formatsOf } from "../i18n/format";
import { textOf } from "../i18n/text";

const browser = typeof navigator === "undefined" ? [] : (navigator.languages ?? []);
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const own = signal(remembered());

/** What the account says, when somebody is logged in. */
export const accountLanguage = signal<Language | undefined>(undefined);
/** The IANA zone of the deliveries; until it is known, the reader's own. */
export const zone = signal(ownZone);
/** This device's clock, once a second while the page is seen. */
export const now_ms = signal(Date.now());

export const language = computed(() => choose(own.value, browser, accountLanguage.value));
/** The recipient's texts: a status has the same name at the desk as on his page. */
export const text = computed(() => textOf(language.value));
export const formats = computed(() => formatsIn(zone.value));

/** The formats in another zone than that of the deliveries: dear to make, so keep them from one redraw to the
 * next. 24 hours, whatever the reader's region writes. */
export function formatsIn(zone: string): Formats {
  return formatsOf(`${localeOf(language.value, browser)}-u-hc-h23`, zone, ownZone);
}

export function chooseLanguage(next: Language): void {
  own.value = next;
  remember(next);
}
