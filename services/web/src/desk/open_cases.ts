/** How many recipients wait for somebody to look after them: for the navigation. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useResource } from "./resource";

const EVERY_MS = 60_000;
const asked = signal(0);

/** A case was closed or opened just now. */
export function refreshCases(): void {
  asked.value += 1;
}

/** The number of open cases; 0 while it is not known. */
export function useOpenCases(): number {
  const read = useResource<{ open: number }>("/v1/cases/count", { every_ms: EVERY_MS });
  const now = asked.value;
  useEffect(() => {
    if (now > 0) read.reload();
  }, [now]);
  return read.data?.open ?? 0;
}
