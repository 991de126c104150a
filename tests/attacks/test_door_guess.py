"""How often a recipient can tell at which doors the others were visited, for each policy."""

from __future__ import annotations

import os

import pytest

from tests.attacks.door_guess import MODES, Found, report, whole_attack

ROUNDS = int(os.environ.get("DROMOS_ATTACK_ROUNDS", "200"))


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Found]:
    return {}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", MODES)
def test_doors_found(mode: str, outcomes: dict[str, Found], capsys: pytest.CaptureFixture[str]) -> None:
    """`strict` stays under one in ten, in each kind of town; what `live` hides is worth hiding."""
    parts, total = whole_attack(mode, ROUNDS)
    outcomes[mode] = total
    with capsys.disabled():
        print()
        for found in (*parts, total):
            print(report(found))
    assert total.rounds >= ROUNDS
    if mode == "strict":
        for found in parts:
            assert found.share < 0.10
            assert found.share < outcomes["live"].share
    if mode == "open":
        # The attack itself works: where nothing is hidden it finds a good share.
        assert total.share > 0.25
