import type { ShownStop } from "../merge";
import { text } from "../store";
import { Door } from "./door";

export function NextStop({ stop }: { stop: ShownStop }) {
  return (
    <section class="card next" data-testid="next" data-stop={stop.stop} aria-labelledby="next-title">
      <h2 id="next-title" class="card-title">
        {text.value.day.next}
      </h2>
      <Door stop={stop} heading="h3" map />
    </section>
  );
}
