/** Pictures and signatures of a stage: small beside it, larger in a dialog. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Snapshot, Stage } from "../contracts";
import { fill } from "../i18n/text";
import type { Listed } from "../link/pictures";
import { Cross } from "../ui/icons";
import { tagOf } from "../view/phase";
import { serverNow } from "../view/state";
import { album, formats, now_ms, state, text } from "./store";

/** Fetched a little before they come into sight. */
const MARGIN = "300px";

const larger = signal<{ url: string; what: string } | null>(null);

/** The stage that the page's sentence is about, if it has pictures. */
export function picturedNow(view: Snapshot): Stage | null {
  const { stages = [], substatus } = view.shipment;
  const current = stages.findLast((stage) => stage.substatus === substatus);
  return (current?.proofs ?? 0) > 0 ? (current ?? null) : null;
}

export function Proofs({ stage }: { stage: Stage }) {
  const { proofs } = text.value;
  const known = album.album.value;
  if (known.is === "failed") {
    return (
      <p class="proof-note" data-testid="proofs-failed">
        {proofs.failed}{" "}
        <button type="button" class="linklike" onClick={() => void album.load()}>
          {proofs.retry}
        </button>
      </p>
    );
  }
  if (known.is !== "ready") {
    return (
      <ul class="proofs">
        {Array.from({ length: stage.proofs ?? 0 }, (_, i) => (
          <li key={i} class="proof" data-is="loading">
            <span class="unseen">{proofs.loading}</span>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <ul class="proofs" data-testid="proofs">
      {known.listed
        .filter((listed) => listed.seq === stage.seq)
        .map((listed) => (
          <Proof key={listed.proof} listed={listed} stage={stage} />
        ))}
    </ul>
  );
}

function Proof({ listed, stage }: { listed: Listed; stage: Stage }) {
  const place = useRef<HTMLLIElement>(null);
  const shown = album.of(listed).value;
  const { proofs } = text.value;
  useEffect(() =>
    shown.is === "waiting" ? whenSeen(place.current, () => void album.want(listed)) : undefined,
  );
  const what = fill(proofs.at, {
    what: nameOf(listed, stage),
    when: formats.value.dated(stage.at_ms, serverNow(state.value, now_ms.value)),
  });
  return (
    <li ref={place} class="proof" data-is={shown.is} data-kind={listed.kind}>
      {shown.is === "shown" && (
        <button type="button" onClick={() => (larger.value = { url: shown.url, what })}>
          <img src={shown.url} alt={what} decoding="async" />
          <span class="proof-name" aria-hidden="true">
            {nameOf(listed, stage)}
          </span>
          <span class="unseen">: {proofs.larger}</span>
        </button>
      )}
      {(shown.is === "waiting" || shown.is === "loading") && <span class="unseen">{proofs.loading}</span>}
      {shown.is === "gone" && <span>{proofs.gone}</span>}
      {shown.is === "failed" && (
        <span>
          {proofs.failed}{" "}
          <button type="button" class="linklike" onClick={() => void album.want(listed)}>
            {proofs.retry}
          </button>
        </span>
      )}
    </li>
  );
}

function nameOf(listed: Listed, stage: Stage): string {
  const { proofs } = text.value;
  if (listed.kind === "signature") return proofs.signature;
  return tagOf(stage.substatus) === "Delivered" ? proofs.photo : proofs.photoOther;
}

function whenSeen(element: Element | null, then: () => void): (() => void) | undefined {
  if (element === null || !("IntersectionObserver" in window)) {
    then();
    return undefined;
  }
  const watcher = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && then(), {
    rootMargin: MARGIN,
  });
  watcher.observe(element);
  return () => watcher.disconnect();
}

/** The picture by itself. Escape, the button and a click beside it close it; the focus goes back. */
export function Larger() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = larger.value;
  useEffect(() => {
    if (open !== null && dialog.current?.open === false) dialog.current.showModal();
    if (open === null && dialog.current?.open === true) dialog.current.close();
  }, [open]);
  // Another link: its picture is not this one's.
  const { view } = state.value;
  useEffect(() => {
    if (view === null) larger.value = null;
  }, [view]);
  const close = () => dialog.current?.close();
  // Beside it is its backdrop, which is the dialog's own; Escape does the same for the keyboard.
  useEffect(() => {
    const beside = (event: Event) => event.target === dialog.current && close();
    dialog.current?.addEventListener("click", beside);
    return () => dialog.current?.removeEventListener("click", beside);
  }, []);
  return (
    <dialog
      ref={dialog}
      class="larger"
      aria-label={open?.what}
      data-testid="larger"
      onClose={() => (larger.value = null)}
    >
      {open !== null && (
        <>
          <img src={open.url} alt={open.what} />
          <p aria-hidden="true">{open.what}</p>
          <button
            type="button"
            aria-label={text.value.proofs.close}
            title={text.value.proofs.close}
            onClick={close}
          >
            <Cross />
          </button>
        </>
      )}
    </dialog>
  );
}
