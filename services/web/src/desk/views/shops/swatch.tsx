import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { applyAccent } from "../../../theme/accent";

/** The shop's letter in its colour, made readable as on the recipient's page. */
export function Swatch(props: { colour: string | null | undefined; name: string }): JSX.Element {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (mark.current !== null) applyAccent(mark.current, props.colour ?? undefined);
  }, [props.colour]);
  return (
    <span class="swatch" ref={mark} aria-hidden="true">
      {/\p{L}|\p{N}/u.exec(props.name)?.[0].toUpperCase() ?? ""}
    </span>
  );
}
