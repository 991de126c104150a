/** A QR code drawn here, as one path. Black on white in the dark too: scanners want it so. */

import { useMemo } from "preact/hooks";
import { qrPath } from "../../ui/qr";

export function Qr({ value, label }: { value: string; label: string }) {
  const { size, path } = useMemo(() => qrPath(value, 3), [value]);
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} data-testid="qr">
      <title>{label}</title>
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  );
}
