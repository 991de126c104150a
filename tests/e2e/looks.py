"""How each page is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

AXE = Path("services/web/node_modules/axe-core/axe.min.js")
LANGUAGES = ("el", "ru", "en")
LOOKS = [("phone", "el"), ("phone", "ru"), ("desktop", "en")]
"""Sizes and languages: the longest words where there is the least room."""


def scheme(language: str) -> Literal["light", "dark"]:
    """Pages are read in Russian in the dark, in the others in the light."""
    return "dark" if language == "ru" else "light"


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run()).violations.map(v =>"
        " [v.impact, v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')])"
    )
    return [what for impact, what in found if impact in ("serious", "critical")]


def fits(page: Page, what: str) -> None:
    """Nothing is wider than the window."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{what} is {over} px too wide"
