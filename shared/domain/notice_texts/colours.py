"""The shop's colour, made readable in a mail: under text, and as text on light and dark surfaces (WCAG
2.2)."""

from __future__ import annotations

import re

import msgspec

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
INK: Rgb = (20, 24, 31)
BLACK: Rgb = (0, 0, 0)
OWN: Rgb = (15, 107, 92)  # of a shop that has chosen none
READABLE = 4.5
DISTINCT = 1.6  # of a button against what it lies on: it is known by its text, which is always readable


class Accent(msgspec.Struct, frozen=True, kw_only=True):
    """Colours as #rrggbb: the band with the shop's name, and the button, each with the text on it; the button
    for a light and for a dark card."""

    band: str
    on_band: str
    button: str
    on_button: str
    dark_button: str
    on_dark_button: str


def accent(colour: str | None, light: Rgb, dark: Rgb) -> Accent:
    """For cards of the colours `light` and `dark`; what is no #rrggbb is as none chosen."""
    own = parsed(colour) or OWN
    button, dark_button = seen(own, light), seen(own, dark)
    return Accent(
        band=css(own),
        on_band=css(over(own)),
        button=css(button),
        on_button=css(over(button)),
        dark_button=css(dark_button),
        on_dark_button=css(over(dark_button)),
    )


def parsed(colour: str | None) -> Rgb | None:
    """`#rrggbb` or None."""
    found = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", colour or "", re.IGNORECASE)
    if found is None:
        return None
    red, green, blue = (int(pair, 16) for pair in found.groups())
    return red, green, blue


def css(colour: Rgb) -> str:
    """#rrggbb, which every mail client reads."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(colour: Rgb) -> Rgb:
    """Text that can be read on it: white, else our ink, else black, one of which always can."""
    return next((text for text in (WHITE, INK) if contrast(text, colour) >= READABLE), BLACK)


def seen(colour: Rgb, surface: Rgb) -> Rgb:
    """The colour itself where it stands out from the surface, otherwise mixed with ink or white until it
    does."""
    towards = WHITE if contrast(WHITE, surface) > contrast(INK, surface) else INK
    for share in range(0, 100, 4):
        mixed = _mix(colour, towards, share / 100)
        if contrast(mixed, surface) >= DISTINCT:
            return mixed
    return towards


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
