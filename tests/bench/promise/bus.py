"""City buses of one route: how well the travel time alone is foreseen, with no stops of ours in it.

"Contains public sector information licensed under the Open Government Licence v3.0 (Bus Open Data Service,
Department for Transport)": a CSV of AVL positions (`trip_id, timestamp, latitude, longitude`), which is not
part of this repository. Each complete trip is left out in turn; what is learned is the other trips, as of the
day before, and what all buses have driven up to then.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from services.estimator.core.learned import Learned, Visit, learn
from services.estimator.core.model import Ahead, Moment, estimate
from shared.geo.sphere import distance_m

COMPLETE_M = 9000.0
PIECE_M = 500.0
"""A trip is cut into legs so long; the router's time of one is taken as the other trips' mean."""


@dataclass(frozen=True)
class Trip:
    """Epoch seconds at each PIECE_M of the way."""

    name: str
    at_s: tuple[float, ...]


def read_trips(path: Path) -> list[Trip]:
    """The complete trips of the file (plain or gzip)."""
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["timestamp"]).timestamp()
            rows[row["trip_id"]].append((at, float(row["longitude"]), float(row["latitude"])))
    trips = []
    for name, fixes in sorted(rows.items()):
        fixes.sort()
        metres = np.concatenate([[0.0], np.cumsum([distance_m(*a[1:], *b[1:]) for a, b in pairwise(fixes)])])
        if metres[-1] >= COMPLETE_M:
            marks = np.arange(0.0, COMPLETE_M + 1, PIECE_M)
            trips.append(Trip(name, tuple(np.interp(marks, metres, [f[0] for f in fixes]))))
    return trips


def try_buses(path: Path) -> list[dict[str, float | str]]:
    """Mean absolute error and the 90 % of it, minutes, by kilometres to go; beside it the other trips' mean
    time for the same way."""
    trips = read_trips(path)
    errors: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for left_out in trips:
        others = [trip for trip in trips if trip is not left_out]
        router_s = [
            float(np.mean([trip.at_s[i + 1] - trip.at_s[i] for trip in others]))
            for i in range(len(left_out.at_s) - 1)
        ]
        driven = sorted((trip.at_s[i + 1], trip, i) for trip in trips for i in range(len(router_s)))
        learned = Learned()
        for _, trip, piece in driven:
            if trip is not left_out:
                _learn(learned, trip, piece, router_s[piece], days_ago=1)
        for at_s, trip, piece in driven:
            _learn(learned, trip, piece, router_s[piece])
            if trip is not left_out or piece + 1 == len(router_s):
                continue
            ahead = [Ahead(leg_s, kind="none") for leg_s in router_s[piece + 1 :]]
            drive_s = estimate(learned, Moment(int(at_s * 1000), courier=trip.name), ahead)[-1].drive_s
            true_s = trip.at_s[-1] - at_s
            mean_s = float(np.mean([other.at_s[-1] - other.at_s[piece + 1] for other in others]))
            band = int(len(ahead) * PIECE_M // 2000)
            errors[band].append((abs(drive_s - true_s) / 60, abs(mean_s - true_s) / 60))
    return [
        {
            "km_to_go": f"{2 * band}-{2 * band + 2}",
            "n": len(found),
            "mean_min": float(np.mean([e for e, _ in found])),
            "p90_min": float(np.quantile([e for e, _ in found], 0.9)),
            "others_mean_min": float(np.mean([e for _, e in found])),
            "others_p90_min": float(np.quantile([e for _, e in found], 0.9)),
        }
        for band, found in sorted(errors.items())
    ]


def _learn(learned: Learned, trip: Trip, piece: int, router_s: float, days_ago: int = 0) -> None:
    left_ms, arrived_ms = (int((at_s - days_ago * 86_400) * 1000) for at_s in trip.at_s[piece : piece + 2])
    if arrived_ms > left_ms:
        learn(learned, Visit(trip.name, left_ms, arrived_ms, arrived_ms, router_s, kind="none"))
