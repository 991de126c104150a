/** Drawn here rather than loaded; all decorative, the text beside them says the same. */

import type { ComponentChildren } from "preact";

/** The frame of every icon: a line drawing in the colour of the text, or filled with it. */
export function Icon({ children, filled = false }: { children: ComponentChildren; filled?: boolean }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      fill={filled ? "currentColor" : "none"}
      stroke={filled ? "none" : "currentColor"}
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

export const Phone = () => (
  <Icon>
    <path d="M6.6 3.5h2.7l1.5 4.2-2 1.5a12 12 0 0 0 6 6l1.5-2 4.2 1.5v2.7a2 2 0 0 1-2.2 2A16.6 16.6 0 0 1 4.6 5.7a2 2 0 0 1 2-2.2Z" />
  </Icon>
);
export const Mail = () => (
  <Icon>
    <rect x="3.5" y="5.5" width="17" height="13" rx="2" />
    <path d="m4 7 8 6 8-6" />
  </Icon>
);
export const Cash = () => (
  <Icon>
    <rect x="2.8" y="6.5" width="18.4" height="11" rx="2" />
    <circle cx="12" cy="12" r="2.6" />
    <path d="M6 9.6v4.8M18 9.6v4.8" />
  </Icon>
);
export const Box = () => (
  <Icon>
    <path d="M12 3.5 20 8v8l-8 4.5L4 16V8Zm0 9 8-4.5M12 12.5 4 8m8 4.5v8M8 5.8l8 4.5" />
  </Icon>
);
export const Van = () => (
  <Icon>
    <path d="M2.5 6.5h11v9.5h-11zM13.5 10h4l4 3.6V16h-8z" />
    <circle cx="7" cy="17" r="1.9" fill="var(--surface)" />
    <circle cx="17" cy="17" r="1.9" fill="var(--surface)" />
  </Icon>
);
export const Check = () => (
  <Icon>
    <path d="m5 12.5 4.6 4.6L19 7.5" />
  </Icon>
);
export const Warning = () => (
  <Icon>
    <path d="M12 4 2.8 19.5h18.4ZM12 10v4.2M12 17v.1" />
  </Icon>
);
export const Pause = () => (
  <Icon>
    <path d="M8.5 6v12M15.5 6v12" />
  </Icon>
);
export const Shield = () => (
  <Icon>
    <path d="M12 3.2 19 6v5.5c0 4.300-2.900 7.600-7 9.300-4.100-1.700-7-5-7-9.300V6Z" />
    <path d="M9.300 12.200l1.900 1.900 3.600-4" />
  </Icon>
);
export const House = () => (
  <Icon filled>
    <path d="M4.5 11.5 12 5l7.5 6.5V19a.8.8 0 0 1-.8.8h-4.2v-5h-5v5H5.300a.8.8 0 0 1-.8-.8z" />
  </Icon>
);
export const Door = () => (
  <Icon>
    <path d="M5 20.5h14M7 20.5V4.5h10v16M13.8 12.6v.1" />
  </Icon>
);
export const Link = () => (
  <Icon>
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />
  </Icon>
);
export const Plus = () => (
  <Icon>
    <path d="M12 5.5v13M5.5 12h13" />
  </Icon>
);
export const Minus = () => (
  <Icon>
    <path d="M5.5 12h13" />
  </Icon>
);
export const Cross = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);
export const Target = () => (
  <Icon>
    <circle cx="12" cy="12" r="6" />
    <path d="M12 2.8V6M12 18v3.2M2.8 12H6M18 12h3.2" />
  </Icon>
);
export const Globe = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M3.5 12h17M12 3.5c3 2.6 3 14.4 0 17-3-2.6-3-14.4 0-17Z" />
  </Icon>
);
export const Clock = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.5V12l3 2" />
  </Icon>
);
export const Calendar = () => (
  <Icon>
    <rect x="4" y="5.5" width="16" height="14.5" rx="2.2" />
    <path d="M4 10h16M8.200 3.200v4M15.800 3.200v4M12 12.800v4.400M9.800 15h4.400" />
  </Icon>
);
export const Chevron = () => (
  <Icon>
    <path d="m6.500 9.500 5.500 5.500 5.500-5.5" />
  </Icon>
);
export const Pin = () => (
  <Icon>
    <path d="M12 21s6.5-6.2 6.5-11a6.5 6.5 0 0 0-13 0C5.500 14.800 12 21 12 21Z" />
    <circle cx="12" cy="10" r="2.3" />
  </Icon>
);
export const Back = () => (
  <Icon>
    <path d="M19 12H5M11 6l-6 6 6 6" />
  </Icon>
);
