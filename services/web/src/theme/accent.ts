/** The shop's colour, made readable: as text on our surfaces and under text, in light and dark. */

export type Rgb = readonly [r: number, g: number, b: number];

/** The hardest surfaces the accent stands on: --ground and --sunken of base.css. */
export const SURFACES: { readonly light: Rgb; readonly dark: Rgb } = {
  light: [243, 244, 241],
  dark: [31, 36, 44],
};

/** Above the 4.5 of WCAG AA: tinted surfaces take some of it away. */
const READABLE = 5.2;
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [16, 20, 26];

/** `#rrggbb` or null. */
export function parseColour(text: string | undefined): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? "");
  if (match === null) return null;
  const [r = 0, g = 0, b = 0] = match.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [r, g, b];
}

/** Relative luminance and contrast: WCAG 2.2. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [r = 0, g = 0, b = 0] = colour.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The colour itself when it is readable on the surface, otherwise mixed with ink or white until it is. */
export function readable(colour: Rgb, surface: Rgb): Rgb {
  const towards = contrast(WHITE, surface) > contrast(INK, surface) ? WHITE : INK;
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = mix(colour, towards, share);
    if (contrast(mixed, surface) >= READABLE) return mixed;
  }
  return towards;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [at(0), at(1), at(2)];
}

/** White or ink, whichever is easier to read on the colour. */
export function over(colour: Rgb): Rgb {
  return contrast(colour, WHITE) >= 4.5 || contrast(colour, WHITE) >= contrast(colour, INK) ? WHITE : INK;
}

export function css(colour: Rgb): string {
  return `rgb(${colour.join(" ")})`;
}

/** Set the accent on the page; through CSSOM, which a strict content security policy allows. */
export function applyAccent(root: { style: CSSStyleDeclaration }, colour: string | undefined): void {
  const own = parseColour(colour);
  for (const scheme of ["light", "dark"] as const) {
    if (own === null) {
      root.style.removeProperty(`--accent-${scheme}`);
      root.style.removeProperty(`--on-accent-${scheme}`);
      continue;
    }
    const accent = readable(own, SURFACES[scheme]);
    root.style.setProperty(`--accent-${scheme}`, css(accent));
    root.style.setProperty(`--on-accent-${scheme}`, css(over(accent)));
  }
}
