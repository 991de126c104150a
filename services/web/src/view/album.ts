/** What the page has of the shipment's pictures: the list, and each picture once it was wanted. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Snapshot, Stage } from "../contracts";
import type { Listed, Picture } from "../link/pictures";

export interface Source {
  list(): Promise<readonly Listed[] | null>;
  picture(listed: Listed): Promise<Picture>;
}

export type Shown =
  | { is: "waiting" | "loading" | "gone" | "failed" }
  /** `url` is an object URL of this document. */
  | { is: "shown"; url: string };

export type Album = { is: "empty" | "loading" | "failed" } | { is: "ready"; listed: readonly Listed[] };

const NONE: Signal<Shown> = signal({ is: "gone" });

/** How many pictures the stages have, by stage: another one means to ask again. */
function inked(stages: readonly Stage[]): string {
  return stages
    .filter((stage) => (stage.proofs ?? 0) > 0)
    .map((stage) => `${stage.seq}:${stage.proofs}`)
    .join(" ");
}

export class AlbumStore {
  readonly #album = signal<Album>({ is: "empty" });
  readonly #shown = new Map<string, Signal<Shown>>();
  #source: Source | null = null;
  #asked = "";

  constructor(private readonly urls: Pick<typeof URL, "createObjectURL" | "revokeObjectURL">) {}

  get album(): ReadonlySignal<Album> {
    return this.#album;
  }

  /** Another link, or none: what was shown of the one before is let go. */
  open(source: Source | null): void {
    for (const { value } of this.#shown.values()) {
      if (value.is === "shown") this.urls.revokeObjectURL(value.url);
    }
    this.#shown.clear();
    this.#source = source;
    this.#asked = "";
    this.#album.value = { is: "empty" };
  }

  /** The page shows this: ask for the list when it tells of pictures that are not listed yet. */
  see(view: Snapshot): void {
    const told = inked(view.shipment.stages ?? []);
    if (told === this.#asked) return;
    this.#asked = told;
    if (told !== "") void this.load();
  }

  /** Ask for the list, once more. */
  async load(): Promise<void> {
    const [source, asked] = [this.#source, this.#asked];
    if (source === null) return;
    if (this.#album.value.is !== "ready") this.#album.value = { is: "loading" };
    const listed = await source.list();
    if (source !== this.#source || asked !== this.#asked) return;
    if (listed !== null) this.#album.value = { is: "ready", listed };
    else if (this.#album.value.is !== "ready") this.#album.value = { is: "failed" };
    else this.#asked = ""; // with the next frame
  }

  /** What is shown of one. */
  of(listed: Listed): ReadonlySignal<Shown> {
    if (listed.url === undefined) return NONE;
    const key = `${listed.seq} ${listed.proof}`;
    let shown = this.#shown.get(key);
    if (shown === undefined) {
      shown = signal<Shown>({ is: "waiting" });
      this.#shown.set(key, shown);
    }
    return shown;
  }

  /** It is in sight: fetch it, unless that was done. */
  async want(listed: Listed): Promise<void> {
    const [source, shown] = [this.#source, this.#shown.get(`${listed.seq} ${listed.proof}`)];
    if (source === null || shown === undefined) return;
    if (shown.value.is === "loading" || shown.value.is === "shown") return;
    shown.value = { is: "loading" };
    const picture = await source.picture(listed);
    if (source !== this.#source) return;
    if (picture.is === "there") {
      shown.value = { is: "shown", url: this.urls.createObjectURL(picture.blob) };
    } else {
      shown.value = { is: picture.is === "gone" ? "gone" : "failed" };
    }
  }
}
