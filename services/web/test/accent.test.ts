import { describe, expect, it } from "vitest";
import { contrast, over, parseColour, type Rgb, readable, SURFACES } from "../src/theme/accent";

function colourOf(text: string): Rgb {
  const colour = parseColour(text);
  if (colour === null) throw new Error(`${text} is no colour`);
  return colour;
}

describe("the shop's colour", () => {
  it("is read only when it is one", () => {
    expect(parseColour("#0b5fff")).toEqual([11, 95, 255]);
    expect(parseColour("red")).toBeNull();
    expect(parseColour("#fff")).toBeNull();
    expect(parseColour("#0b5fff; background: url(x)")).toBeNull();
    expect(parseColour(undefined)).toBeNull();
  });

  const colours = ["#ffff00", "#000000", "#ffffff", "#ff5a00", "#0b5fff", "#7f7f7f", "#b8e986", "#2a0845"];
  it.each(colours)("%s is readable as text, and under text, in light and dark", (text) => {
    const colour = colourOf(text);
    for (const surface of Object.values(SURFACES)) {
      const accent = readable(colour, surface);
      expect(contrast(accent, surface)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(accent, over(accent))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("stays as it is when it can be read", () => {
    const blue = colourOf("#0b3fd0");
    expect(readable(blue, SURFACES.light)).toEqual(blue);
  });
});
