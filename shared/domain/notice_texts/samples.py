"""A message of each kind, to look at: what the preview shows."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from shared.contracts.common import Language, Money, Window
from shared.contracts.status import SUBSTATUSES, Tag, tag_of
from shared.domain.notice_texts.telling import Shop, Telling

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NOW_MS = 1_795_516_200_000  # Tuesday 24 November 2026, 12:30 in Athens
LINK = "https://dromos.example.org/t#mJ2cQ0hVQkqzJr0mJ5p3Aw"

SHOPS: Mapping[Language, Shop] = {
    "el": Shop(
        name="Βιβλιοπωλείο Πλειάδες",
        colour="#0b5fff",
        phone="+302100000000",
        email="help@example.org",
        hours="Δευ-Παρ 9-17",
    ),
    "ru": Shop(
        name="Книжный «Плеяды»",
        colour="#f2c14e",
        phone="+302100000000",
        email="help@example.org",
        hours="Пн-Пт 9-17",
    ),
    "en": Shop(
        name="Pleiades Books",
        colour="#12714a",
        phone="+302100000000",
        email="help@example.org",
        hours="Mon-Fri 9-17",
    ),
}
_NAMES: Mapping[Language, tuple[str, str]] = {
    "el": ("Ελένη Παπαδοπούλου", "Ν. Ιωάννου"),
    "ru": ("Елена Соколова", "Н. Иванов"),
    "en": ("Helen Parker", "N. Jones"),
}
_WROTE: Mapping[Language, tuple[str, str]] = {
    "el": (
        "Το κουδούνι δεν λειτουργούσε.",
        "Καλημέρα σας,\nτο δέμα θα το φέρουμε αύριο μετά τις 17:00, όπως ζητήσατε.\n\nΚαλή σας ημέρα,\nΆννα",
    ),
    "ru": (
        "Домофон не работал.",
        "Здравствуйте!\nПривезём завтра после 17:00, как вы просили.\n\nХорошего дня,\nАнна",
    ),
    "en": (
        "The bell did not work.",
        "Good morning,\nwe will bring it tomorrow after 17:00, as you asked.\n\nHave a good day,\nAnna",
    ),
}


def samples(language: Language, now_ms: int = NOW_MS) -> dict[str, Telling]:
    """By a name that says what it shows."""
    name, taken_by = _NAMES[language]
    remark, answer = _WROTE[language]

    def window(after_min: int, long_min: int) -> Window:
        start = now_ms + after_min * MINUTE_MS
        return Window(from_ms=start, to_ms=start + long_min * MINUTE_MS)

    usual = Telling(
        kind="announced",
        language=language,
        zone="Europe/Athens",
        shop=SHOPS[language],
        order_number="1042",
        parcels=2,
        cash=Money(amount="24.90", currency="EUR"),
        link=LINK,
        recipient_name=name,
        opt_out_link="https://dromos.example.org/stop#mJ2cQ0hVQkqzJr0mJ5p3Aw",
        now_ms=now_ms,
    )
    out = replace(usual, kind="out_for_delivery", window=window(90, 120))
    other = replace(
        out,
        order_number="1043",
        cash=None,
        parcels=1,
        kind="exception",
        substatus="Exception_004",
        window=None,
    )
    found = {
        "announced": replace(usual, window=window(24 * 60 + 90, 240)),
        "announced, no day yet": usual,
        "out for delivery": out,
        "out for delivery, nothing to pay": replace(out, cash=None, parcels=1),
        "three stops away": replace(out, kind="stops_away", stops_left=3, window=window(20, 20)),
        "next": replace(out, kind="stops_away", stops_left=0, window=window(8, 10)),
        "arriving": replace(out, kind="arriving", window=window(-2, 7)),
        "window moved": replace(
            out, kind="window_moved", window=window(70, 15), was=window(110, 30), why="sooner"
        ),
        "window moved, not known": replace(
            out, kind="window_moved", window=None, was=window(110, 30), why="silent"
        ),
        "late": replace(out, kind="late", window=window(130, 30), was=window(60, 30), why="late"),
        "delivered": replace(out, kind="delivered", substatus="Delivered_004"),
        "left with a neighbour": replace(
            out, kind="delivered", substatus="Delivered_005", cash=None, taken_by=taken_by
        ),
        "ready to collect": replace(usual, kind="pickup_ready"),
        "is everything all right": replace(usual, kind="all_right", cash=None),
        "survey": replace(usual, kind="survey", cash=None),
        "lost link": replace(out, kind="lost_link"),
        "answer": replace(usual, kind="reply", why=answer),
        "digest": replace(out, kind="digest", window=None, several=(out, other)),
    }
    for code, meaning in SUBSTATUSES.items():
        tag = tag_of(code)
        if tag is Tag.ATTEMPT_FAIL:
            why = remark if code == "AttemptFail_002" else None
            found[f"attempt: {meaning}"] = replace(usual, kind="attempt_failed", substatus=code, why=why)
        elif tag is Tag.EXCEPTION:
            found[f"exception: {meaning}"] = replace(usual, kind="exception", substatus=code)
        elif tag is Tag.EXPIRED:
            found[f"expired: {meaning}"] = replace(usual, kind="expired", substatus=code)
    return found
