"""How each page is looked at."""

from typing import Literal

LOOKS = [("phone", "el"), ("phone", "ru"), ("desktop", "en")]
"""Sizes and languages: the longest words where there is the least room."""


def scheme(language: str) -> Literal["light", "dark"]:
    """Pages are read in Russian in the dark, in the others in the light."""
    return "dark" if language == "ru" else "light"
