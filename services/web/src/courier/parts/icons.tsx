/** Beside those that all pages share; decorative, the text beside them says the same. */

import { Icon } from "../../ui/icons";

export const PhoneCode = () => (
  <Icon>
    <rect x="6" y="2.8" width="12" height="18.4" rx="2.4" />
    <path d="M9.500 8h2v2h-2zM12.500 8h2v2h-2zM9.500 11h2v2h-2zM13 11.500h1.500V13M11 18.200h2" />
  </Icon>
);
export const Navigation = () => (
  <Icon>
    <path d="M20 4 4.500 10.500l6.500 2.500 2.500 6.500Z" />
  </Icon>
);
export const Camera = () => (
  <Icon>
    <path d="M4 8h3.500L9 5.500h6L16.500 8H20v11H4Z" />
    <circle cx="12" cy="13" r="3.300" />
  </Icon>
);
export const Pen = () => (
  <Icon>
    <path d="M4 20l1-4L16.500 4.500l3 3L8 19ZM14 7l3 3M4 20h16" />
  </Icon>
);
export const Up = () => (
  <Icon>
    <path d="M12 19V5.500M6 11l6-6 6 6" />
  </Icon>
);
export const Down = () => (
  <Icon>
    <path d="M12 5v13.500M6 13l6 6 6-6" />
  </Icon>
);
export const Grip = () => (
  <Icon>
    <path d="M5 9h14M5 15h14" />
  </Icon>
);
export const More = () => (
  <Icon>
    <path d="M9 6l6 6-6 6" />
  </Icon>
);
export const Signal = () => (
  <Icon>
    <path d="M5 19v-3M10 19v-6M15 19V9M20 19V5" />
  </Icon>
);
export const Note = () => (
  <Icon>
    <path d="M5 4.500h14v10l-5 5H5ZM19 14.500h-5v5M8.500 9h7M8.500 12.500h4" />
  </Icon>
);
