"""The pictures that simulated couriers hand in are ones that the portal takes."""

from __future__ import annotations

import random

from services.portal.imaging import make
from services.simulator.core.proofs import proof_of


def test_signed_for_a_signature_else_mostly_a_photo_and_nothing_of_what_was_lost() -> None:
    assert {p.kind for p in (proof_of("Delivered_003", 1, random.Random(n)) for n in range(5)) if p} == {
        "signature"
    }
    handed = [proof_of("Delivered_001", 2, random.Random(n)) for n in range(60)]
    assert 25 < sum(p is not None for p in handed) < 58
    assert {p.kind for p in handed if p} == {"photo"}
    assert proof_of("Exception_012", 1, random.Random(1)) is None


def test_the_portal_takes_them_for_what_they_are() -> None:
    for substatus in ("Delivered_001", "Delivered_003", "AttemptFail_002"):
        proof = next(p for n in range(9) if (p := proof_of(substatus, 2, random.Random(n))))
        made = make(proof.data, None)
        assert made.kind == proof.kind
        assert len(made.data) < 120_000


def test_each_is_another_and_the_same_draws_the_same() -> None:
    drawn = [proof_of("Delivered_003", 1, random.Random(n)) for n in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]
