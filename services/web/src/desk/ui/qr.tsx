/** A QR code, drawn here: what it says never leaves the page. */

import type { JSX } from "preact";
import { encode } from "uqr";

/** Light modules around it, as ISO/IEC 18004 asks. */
const QUIET = 4;

/** The dark modules as one path of `size` units a side, the quiet zone included. */
export function qrPath(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  let path = "";
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      let to = x;
      while (to < size && row[to]) to++;
      path += `M${x} ${y}h${to - x}v1h${x - to}z`;
      x = to;
    }
  }
  return { path, size };
}

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
