"""What of an answer is kept, and how sure that still is beside the rest: the same for every geocoder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.geo import distance_m
from shared.ports.geocoder import Candidate

MOST = 5
SAME_M = 40.0
"""Two candidates nearer than that are one."""
RIVAL_M = 150.0
"""Farther from the best than that, one that is as good leaves it in doubt."""


def apart(ordered: Iterable[Candidate]) -> list[Candidate]:
    """Of candidates with the best first, each place once, at most `MOST`; where another is as good as the
    best and elsewhere, none of them is sure."""
    kept: list[Candidate] = []
    for one in ordered:
        if all(distance_m(one.lon, one.lat, k.lon, k.lat) > SAME_M for k in kept):
            kept.append(one)
    if not kept:
        return []
    best = kept[0]
    rivals = [
        c
        for c in kept[1:]
        if c.score >= best.score - 0.02 and distance_m(c.lon, c.lat, best.lon, best.lat) > RIVAL_M
    ]
    if rivals:
        kept = [replace(c, sure=False) for c in kept]
    return kept[:MOST]
