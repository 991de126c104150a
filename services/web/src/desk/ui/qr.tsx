/** A QR code, drawn here: what it says never leaves the page. */

import type { JSX } from "preact";
import { qrPath } from "../../ui/qr";

/** Black on white in dark mode too: cameras expect it. */
export function Qr(props: { text: string; label: string }): JSX.Element {
  const { path, size } = qrPath(props.text);
  return (
    <svg class="qr" role="img" aria-label={props.label} viewBox={`0 0 ${size} ${size}`} data-testid="qr">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}
