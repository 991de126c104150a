/** What the page's parts look at. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../contracts";
import { choose, localeOf, remember, remembered } from "../i18n/choice";
import { formatsOf } from "../i18n/format";
import { textOf } from "../i18n/text";
import { sentence as sentenceOf } from "../view/sentence";
import { NOTHING } from "../view/state";

export const state = signal(NOTHING);
/** This device's clock, about once a second while the page is seen. */
export const now_ms = signal(Date.now());
const own = signal(remembered());

const browser = navigator.languages ?? [];
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

export const language = computed(() => choose(own.value, browser, state.value.view?.language));
export const text = computed(() => textOf(language.value));
const zone = computed(() => (state.value.view === null ? ownZone : (state.value.view.zone ?? "UTC")));
export const formats = computed(() => formatsOf(localeOf(language.value, browser), zone.value, ownZone));
export const sentence = computed(() => sentenceOf(state.value, now_ms.value, text.value, formats.value));

export function chooseLanguage(next: Language): void {
  own.value = next;
  remember(next);
}
