"""How a mail looks: colours for light and dark, the styles that every element carries itself, and the few
rules that only a style sheet can hold. Clients that drop the sheet show the light form."""

from __future__ import annotations

from shared.domain.notice_texts.colours import Accent, Rgb

LIGHT_CARD: Rgb = (255, 255, 255)
DARK_CARD: Rgb = (24, 28, 34)

FONT = "font-family:'Noto Sans',-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
WIDTH = 600

LIGHT = {
    "ground": "#f3f4f1",
    "card": "#ffffff",
    "sunken": "#f5f6f4",
    "ink": "#14181f",
    "muted": "#59626f",
    "line": "#e2e5e3",
    "good": "#12714a",
    "good-soft": "#e2f3ea",
    "bad": "#9a3412",
    "bad-soft": "#fdf0e4",
}
DARK = {
    "ground": "#0f1216",
    "card": "#181c22",
    "sunken": "#1f242c",
    "ink": "#eef1f4",
    "muted": "#a3adba",
    "line": "#2b323b",
    "good": "#6fd3a3",
    "good-soft": "#17302a",
    "bad": "#f6b27c",
    "bad-soft": "#35241a",
}


def sheet(accent: Accent) -> str:
    """The style sheet: dark colours by class, and room on narrow screens. Outlook.com marks its dark mode by
    an attribute of its own."""
    dark = {
        ".ground": f"background-color:{DARK['ground']}",
        ".card": f"background-color:{DARK['card']}",
        ".sunken": f"background-color:{DARK['sunken']}",
        ".ink": f"color:{DARK['ink']}",
        ".muted": f"color:{DARK['muted']}",
        ".rule": f"border-color:{DARK['line']}",
        ".good": f"color:{DARK['good']}",
        ".good-soft": f"background-color:{DARK['good-soft']}",
        ".bad": f"color:{DARK['bad']}",
        ".bad-soft": f"background-color:{DARK['bad-soft']}",
        ".bad-rule": f"border-color:{DARK['bad']}",
        ".button": f"background-color:{accent.dark_button};border-color:{accent.dark_button}",
        ".on-button": f"color:{accent.on_dark_button}",
        ".button-rule": f"border-color:{accent.dark_button}",
    }
    rules = "".join(f"{name}{{{_forced(style)}}}" for name, style in dark.items())
    outlook = "".join(f"[data-ogsc] {name}{{{_forced(style)}}}" for name, style in dark.items())
    return (
        ":root{color-scheme:light dark;supported-color-schemes:light dark}"
        "@media (max-width:480px){.side{padding-left:20px!important;padding-right:20px!important}"
        ".edge{padding:0!important}.round{border-radius:0!important}.big{font-size:26px!important}"
        ".wide{width:100%!important}.wide a{display:block!important}"
        ".dot{display:none!important}.own{display:block!important;white-space:normal!important}}"
        f"@media (prefers-color-scheme:dark){{{rules}}}{outlook}"
    )


def _forced(style: str) -> str:
    return ";".join(f"{rule}!important" for rule in style.split(";"))
