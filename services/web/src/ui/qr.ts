/** A QR code as one path, drawn here: what it says never leaves the page. */

import { encode } from "uqr";

/** The dark modules as one path of `size` units a side, the quiet zone included: `quiet` light modules around
 * it, four as ISO/IEC 18004 asks. */
export function qrPath(text: string, quiet = 4): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: "M", border: quiet });
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
