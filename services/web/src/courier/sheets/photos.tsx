/** Photos for a report: taken with the phone's camera, shown small, removed again. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { fill } from "../../i18n/text";
import { Cross } from "../../ui/icons";
import type { Picture } from "../db";
import { Camera } from "../parts/icons";
import { photoOf } from "../pictures";
import { text } from "../store";

export const MOST_PHOTOS = 3;

export function Photos(props: {
  photos: readonly Picture[];
  onChange: (photos: readonly Picture[]) => void;
}) {
  const { photos, onChange } = props;
  const { deliver } = text.value;
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file === undefined) return;
    setBusy(true);
    try {
      onChange([...photos, await photoOf(file)]);
      setFailed(false);
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
      input.value = "";
    }
  };
  return (
    <div class="photos">
      {photos.length < MOST_PHOTOS && (
        <label class="big outlined wide photo-button" aria-busy={busy}>
          <Camera />
          {photos.length === 0 ? deliver.photo : deliver.photoAgain}
          <input
            type="file"
            accept="image/*"
            capture="environment"
            data-testid="photo"
            onChange={(event) => void take(event.currentTarget)}
          />
        </label>
      )}
      {failed && (
        <p class="wrong" role="alert">
          {deliver.photoFailed}
        </p>
      )}
      {photos.length > 0 && (
        <ul class="thumbs" data-testid="thumbs">
          {photos.map((photo, n) => (
            <li key={photo.id}>
              <Thumb photo={photo} alt={fill(deliver.photoOf, { n: String(n + 1) })} />
              <button
                type="button"
                class="round"
                aria-label={`${deliver.remove}: ${fill(deliver.photoOf, { n: String(n + 1) })}`}
                onClick={() => onChange(photos.filter((each) => each !== photo))}
              >
                <Cross />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Thumb({ photo, alt }: { photo: Picture; alt: string }) {
  const url = useMemo(() => URL.createObjectURL(new Blob([photo.bytes], { type: photo.type })), [photo]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return <img src={url} alt={alt} />;
}
