/** The desk's own icons; the rest are the pages' (`src/ui/icons`). All decorative. */

import { Icon } from "../../ui/icons";

export const Today = () => (
  <Icon>
    <path d="M4 6.5 9 4l6 2.5L20 4v13.500L15 20l-6-2.500L4 20zM9 4v13.500M15 6.500V20" />
  </Icon>
);
export const Couriers = () => (
  <Icon>
    <circle cx="9" cy="8" r="3.3" />
    <path d="M3 19.500c0-3.5 2.6-5.7 6-5.700s6 2.2 6 5.700M16 5.200a3.3 3.3 0 0 1 0 5.800M17.5 14.200c2.2.7 3.6 2.6 3.6 5.3" />
  </Icon>
);
export const Shop = () => (
  <Icon>
    <path d="M4.5 10v9.500h15V10M3.5 8.5 5.3 4.500h13.400l1.8 4c0 1.3-1.2 2.3-2.8 2.300s-2.9-1-2.9-2.300c0 1.3-1.2 2.3-2.8 2.300s-2.9-1-2.9-2.300c0 1.3-1.2 2.3-2.8 2.300S3.5 9.8 3.5 8.500ZM9.5 19.500v-5h5v5" />
  </Icon>
);
export const Held = () => (
  <Icon>
    <path d="M4 5.500h16v11H11l-4.5 4v-4H4zM10 9v4M14 9v4" />
  </Icon>
);
export const Talk = () => (
  <Icon>
    <path d="M3.5 4.500h12v8.500H9l-3.5 3V13h-2zM18.5 8.500h2v8.500h-2v3l-3.500-3h-4.500v-1.500" />
  </Icon>
);
export const People = () => (
  <Icon>
    <circle cx="12" cy="8" r="3.6" />
    <path d="M4.8 20c.3-4 3.2-6.3 7.2-6.300s6.9 2.3 7.2 6.3" />
  </Icon>
);
export const Audit = () => (
  <Icon>
    <path d="M6 3.500h12v17H6zM9 8h6M9 12h6M9 16h3.5" />
  </Icon>
);
export const Import = () => (
  <Icon>
    <path d="M12 3.500v11M7.5 10.5 12 15l4.5-4.500M4.5 16.500v4h15v-4" />
  </Icon>
);
export const Pulse = () => (
  <Icon>
    <path d="M3 12.500h4l2.5-7 4.5 13 2.5-6H21" />
  </Icon>
);
export const More = () => (
  <Icon>
    <path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3" />
  </Icon>
);
export const Search = () => (
  <Icon>
    <circle cx="10.5" cy="10.5" r="6" />
    <path d="m15 15 5.5 5.5" />
  </Icon>
);
export const Grip = () => (
  <Icon>
    <path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" stroke-width="2.6" />
  </Icon>
);
export const Sorted = ({ down }: { down: boolean }) => (
  <Icon>
    <path d={down ? "m6 10 6 6 6-6" : "m6 14 6-6 6 6"} />
  </Icon>
);
export const Battery = ({ share }: { share: number }) => (
  <Icon>
    <rect x="2.5" y="7.5" width="16.5" height="9" rx="2" />
    <path d="M21.5 10.500v3" />
    <rect
      x="4.5"
      y="9.5"
      width={Math.max(1, 12.5 * share)}
      height="5"
      rx="0.6"
      fill="currentColor"
      stroke="none"
    />
  </Icon>
);
export const Move = () => (
  <Icon>
    <path d="M4 12h14M13 7l5 5-5 5M20.5 5v14" />
  </Icon>
);
export const Out = () => (
  <Icon>
    <path d="M14 4.500H5.500v15H14M10 12h10.500M17 8.500l3.5 3.5-3.5 3.5" />
  </Icon>
);
export const Copy = () => (
  <Icon>
    <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2" />
    <path d="M15.5 8.500V4H4v11.500h4.5" />
  </Icon>
);
export const Promises = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5.500l3.5 2" />
  </Icon>
);
export const Answers = () => (
  <Icon>
    <path d="m12 4 2.5 5.100 5.600.800-4 4 1 5.600-5.100-2.700-5 2.700 1-5.600-4-4 5.500-.800Z" />
  </Icon>
);
export const Cases = () => (
  <Icon>
    <path d="M5.500 20.500V4h12l-2.500 4.500 2.500 4.500h-12" />
  </Icon>
);
