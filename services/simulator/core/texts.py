"""Who there is in the demonstration's world. All shops, people and orders are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant of the demonstration; prefix begins its order numbers, policy is who sees the driver."""

    id: str
    name: str
    language: str
    phone: str
    email: str
    hours: str
    colour: str
    prefix: str
    policy: dict[str, Any]


# The telephone numbers are made of zeros, or from ranges kept free for fiction.
FICTION = {"el": "+30690000", "ru": "+7900000", "en": "+44770090"}
"""How recipients' numbers begin; four digits follow."""

SHOPS = (
    Shop(
        "amygdalia",
        "Ανθοπωλείο Αμυγδαλιά",
        "el",
        "+302100000010",
        "geia@amygdalia.example",
        "Δευ-Σαβ 9-20",
        "#c2185b",
        "AM",
        {"mode": "live", "show_driver": True},
    ),
    Shop(
        "chainaya-lavka",
        "Чайная лавка «Самоварная, 7»",
        "ru",
        "+74950000020",
        "chai@samovarnaya.example",
        "пн-сб 10-21",
        "#8d4b00",
        "ЧЛ",
        {"mode": "live", "show_driver": True},
    ),
    Shop(
        "fern-and-fable",
        "Fern & Fable Books",
        "en",
        "+442079460030",
        "hello@fernandfable.example",
        "Mon-Sat 9-18",
        "#00695c",
        "FF",
        {"mode": "live", "show_driver": True},
    ),
    Shop(
        "lygaria",
        "Κεραμικά Λυγαριά",
        "el",
        "+302100000040",
        "ergastiri@lygaria.example",
        "Δευ-Παρ 10-18",
        "#1565c0",
        "ΛΥ",
        {"mode": "strict"},
    ),
    Shop(
        "sinitsa",
        "Игрушки «Синица»",
        "ru",
        "+74950000050",
        "pochta@sinitsa.example",
        "ежедневно 9-20",
        "#3949ab",
        "СИ",
        {"mode": "live"},
    ),
    Shop(
        "quay-coffee",
        "Old Quay Coffee Roasters",
        "en",
        "+442079460060",
        "beans@oldquay.example",
        "daily 8-17",
        "#5d4037",
        "OQ",
        {"mode": "open", "show_driver": True},
    ),
)

COURIERS = (
    ("Eleni", "white van"),
    ("Mikko", "cargo bike"),
    ("Sonya", "blue van"),
    ("Petros", "grey van"),
    ("Aino", "electric van"),
    ("Timur", "white van"),
    ("Danai", "scooter"),
    ("Oskar", "yellow van"),
)

NOTICES = {"quiet_from_h": 0, "quiet_to_h": 0, "ask_after_s": 90, "survey_after_s": 240, "daily_cap": 50}
"""The demonstration's recipients never sleep, and are asked while somebody still looks."""

PEOPLE = {
    "el": ("Ελπίδα Καρρά", "Θωμάς Βελής", "Ισμήνη Ρούσου", "Λουκάς Μπέλλος", "Χαρά Δούκα", "Άρης Σταμάτης"),
    "ru": ("Зоя Лунина", "Пётр Градов", "Майя Светлова", "Олег Барсов", "Нина Ветрова", "Глеб Рощин"),
    "en": ("Hazel Winter", "Amir Lowe", "Ruth Marlow", "Jonas Pike", "Ida Ferris", "Owen Clay"),
}

NOTES = {
    "el": ("Χτυπήστε δύο φορές, παρακαλώ.", "Το κουδούνι δεν δουλεύει, τηλεφωνήστε.", None, None),
    "ru": ("Домофон не работает, позвоните.", "Оставьте у консьержа.", None, None),
    "en": ("Please ring twice.", "The bell is broken: call me.", None, None),
}

REMARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "el": (
        (
            "Το κουτί ήρθε ανοιχτό και κάτι έλειπε.",
            "Άφησαν το δέμα στον γείτονα χωρίς να ρωτήσουν.",
            "Περίμενα δύο ώρες παραπάνω και δεν με πήρε κανείς.",
        ),
        ("Ευγενέστατος και στην ώρα του!", "Πολύ βολικό που έβλεπα πού είναι."),
    ),
    "ru": (
        (
            "Коробка помята, одна чашка разбита.",
            "Отдали соседу и даже не позвонили.",
            "Привезли на два часа позже, чем обещали.",
        ),
        ("Курьер вежливый, приехал вовремя.", "Удобно, что видно, где он едет."),
    ),
    "en": (
        (
            "The box was torn and one book is wet.",
            "Left with a neighbour without asking me.",
            "Two hours late, and nobody called.",
        ),
        ("On time and very kind.", "I liked seeing where he was."),
    ),
}
"""What people write when they are asked: who is not content, and who is."""

# How a stop ends, and how often: ours, so that a look at the demonstration finds each of them now and then.
# (substatus, share, what the courier writes)
OUTCOMES: tuple[tuple[str, float, str | None], ...] = (
    ("Delivered_001", 0.62, None),
    ("Delivered_003", 0.18, None),
    ("Delivered_005", 0.07, None),
    ("AttemptFail_002", 0.06, "Rang twice, nobody came."),
    ("Exception_003", 0.03, "Does not want it any more."),
    ("Exception_012", 0.02, "The box is torn open."),
    ("Exception_007", 0.02, "No such staircase."),
)
