"""Which recipients' links are worth looking at now: one far away, one near, one about to be visited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS = ("far", "near", "arriving")
FAR_FROM = 6  # stops before it; up to five the exact place is shown by default
SOON_S = (15.0, 240.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A shipment on its way: how many stops come before it, and seconds until the courier is at its kerb."""

    shipment: str
    courier: str
    language: str
    policy: str
    stops_left: int
    eta_s: float


def choose(candidates: Sequence[Candidate], current: Mapping[str, str]) -> dict[str, Candidate]:
    """A shipment for each kind, all different; what is shown (kind -> shipment) stays while it still fits.

    Of those that fit equally well one of another courier and another language than the rest is preferred. A
    kind is left out only when there are fewer candidates than kinds.
    """
    chosen: dict[str, Candidate] = {}
    for kind in KINDS:
        kept = next((c for c in candidates if c.shipment == current.get(kind) and fits(kind, c)), None)
        if kept:
            chosen[kind] = kept
    # Those that fit before those that only fill a place; who is about to be visited is scarcest.
    for must_fit in (True, False):
        for kind in reversed(KINDS):
            taken = list(chosen.values())
            left = [c for c in candidates if c not in taken and (fits(kind, c) or not must_fit)]
            if kind not in chosen and left:
                chosen[kind] = min(left, key=lambda c: _cost(kind, c, taken))
    return {kind: chosen[kind] for kind in KINDS if kind in chosen}


def fits(kind: str, candidate: Candidate) -> bool:
    """Whether a shipment is what the kind says."""
    if kind == "arriving":
        return candidate.stops_left == 0
    if kind == "near":
        return 1 <= candidate.stops_left < FAR_FROM
    return candidate.stops_left >= FAR_FROM


def _cost(kind: str, candidate: Candidate, beside: list[Candidate]) -> tuple[float, float, str]:
    """Smaller is better: that it fits and differs, then how well, then by name so that it is settled."""
    cost = 0.0 if fits(kind, candidate) else 100.0 + 10 * _distance(kind, candidate)
    cost += 4.0 * any(candidate.courier == other.courier for other in beside)
    cost += 2.0 * any(candidate.language == other.language for other in beside)
    # A strict shop hides its driver for most of the way: good to have, not the first thing to show.
    cost += 3.0 * (candidate.policy == "strict")
    if kind == "arriving" and not SOON_S[0] <= candidate.eta_s <= SOON_S[1]:
        cost += 5.0
    nice = {"far": -candidate.stops_left, "near": abs(candidate.stops_left - 3), "arriving": candidate.eta_s}
    return cost, nice[kind], candidate.shipment


def _distance(kind: str, candidate: Candidate) -> int:
    """How many stops a shipment is from fitting."""
    if kind == "arriving":
        return candidate.stops_left
    if kind == "near":
        return 1 if candidate.stops_left == 0 else candidate.stops_left - FAR_FROM + 1
    return FAR_FROM - candidate.stops_left
