"""Of a batch of fixes the newest that counts, whatever stands beside it."""

from __future__ import annotations

from itertools import permutations

from services.estimator.core.heard import newest
from shared.contracts.courier_positions import Position, position, sign_of_life

NOW_MS = 1_795_168_800_000


def fix(t: float, lon: float, accuracy_m: float | None = None) -> tuple[str, Position, int]:
    return "eleni", position(lon, 37.9, NOW_MS + round(t * 1000), accuracy_m=accuracy_m), NOW_MS


def test_neither_a_wrong_clock_nor_a_coarse_fix_nor_a_heartbeat_hides_where_he_is() -> None:
    batch = [
        fix(-20, 23.1),
        fix(-10, 23.2, 8.0),
        fix(-5, 23.3, 900.0),
        ("eleni", sign_of_life(NOW_MS - 2000), NOW_MS),
        fix(3600, 23.5),
    ]
    for order in permutations(batch):
        heard = newest(order)["eleni"]
        assert heard.fix == ((23.2, 37.9), NOW_MS - 10_000, NOW_MS)
        assert heard.at_ms == NOW_MS - 2000, "a coarse fix and a heartbeat say that the phone lives"


def test_a_phone_whose_clock_is_an_hour_ahead_says_nothing() -> None:
    assert newest([fix(3600, 23.5)]) == {}
