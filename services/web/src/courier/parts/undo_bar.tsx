/** What the last tap did, for ten seconds with its undo. */

import { useState } from "preact/hooks";
import { current } from "../current";
import { stopsOf } from "../merge";
import { day, now_ms, text, undoable } from "../store";
import { actWord } from "../words";

const SAID_MS = 4_000;

export function UndoBar() {
  const [said, setSaid] = useState<{ words: string; until_ms: number } | null>(null);
  const acts = undoable.value;
  const [first] = acts;
  const { undo } = text.value;
  if (first === undefined) {
    const shown = said !== null && said.until_ms > now_ms.value ? said.words : "";
    return (
      <div class="undo" role="status" data-testid="undo-said" data-empty={shown === ""}>
        {shown}
      </div>
    );
  }
  const left_s = Math.min(10, Math.max(1, Math.ceil((first.not_before_ms - now_ms.value) / 1000)));
  const take = async () => {
    const undone = await current.value?.undo(first.group);
    setSaid({ words: undone === true ? undo.undone : undo.tooLate, until_ms: now_ms.value + SAID_MS });
  };
  const stops = day.value === null ? [] : stopsOf(day.value);
  return (
    <div class="undo" data-testid="undo">
      <span role="status">{actWord(first, stops, text.value)}</span>
      <button type="button" class="undo-button" onClick={() => void take()}>
        {undo.undo}
        <span aria-hidden="true"> · {left_s}</span>
      </button>
    </div>
  );
}
