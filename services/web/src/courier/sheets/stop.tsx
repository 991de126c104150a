import type { ShownStop } from "../merge";
import { Door } from "../parts/door";

export function StopSheet({ stop }: { stop: ShownStop }) {
  return (
    <div class="sheet-body">
      <Door stop={stop} heading="h2" map />
    </div>
  );
}
