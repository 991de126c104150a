/** What the page's parts look at. */

import { computed, signal } from "@preact/signals";
import type { Language } from "../contracts";
import { choose, localeOf, remember, remembered } from "../i18n/choice";
import { formatsOf } from "../i18n/format";
import { textOf } from "../i18n/text";
import { AlbumStore } from "../view/album";
import { comingOf } from "../view/arrival";
import { RatingStore, tapKey } from "../view/rating";
import { sentence as sentenceOf } from "../view/sentence";
import { NOTHING } from "../view/state";

export const state = signal(NOTHING);
/** This device's clock, about once a second while the page is seen. */
export const now_ms = signal(Date.now());
/** The shipment's pictures. */
export const album = new AlbumStore(URL);
/** What he answers; what a message's link has chosen leaves the address once it is sent. */
export const rating = new RatingStore(tapKey, () => {
  if (location.search !== "") history.replaceState(history.state, "", location.pathname + location.hash);
});
const own = signal(remembered());

const browser = navigator.languages ?? [];
const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Set where the page is shown as a shop's recipients would see it: that language, whatever the reader's. */
export const shownIn = signal<Language | null>(null);
export const language = computed(
  () => shownIn.value ?? choose(own.value, browser, state.value.view?.language),
);
export const text = computed(() => textOf(language.value));
const zone = computed(() => (state.value.view === null ? ownZone : (state.value.view.zone ?? "UTC")));
export const formats = computed(() => formatsOf(localeOf(language.value, browser), zone.value, ownZone));
export const sentence = computed(() => sentenceOf(state.value, now_ms.value, text.value, formats.value));
/** When the driver comes, as it is told now. */
export const coming = computed(() => comingOf(state.value, now_ms.value, text.value, formats.value));

export function chooseLanguage(next: Language): void {
  own.value = next;
  remember(next);
}
