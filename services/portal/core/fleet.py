"""Couriers on duty as GeoJSON points (RFC 7946). Pure; of five thousand it is made in some milliseconds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from services.portal.core.today import STALE_MS, Heard, name_of, on_duty, placed
from shared.contracts.courier_positions import Point
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.couriers import Courier

OVERLAP_MS = 10_000
"""What was written down late is asked for again for so long: a point that comes twice does no harm."""


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """`stale`: on duty, and not heard of for two minutes."""

    courier: str
    name: str
    on_duty: bool
    at_ms: int
    seen_ms: int
    stale: bool
    bearing_deg: float | None = None
    speed_mps: float | None = None
    battery_pct: int | None = None


class Feature(msgspec.Struct, frozen=True, tag_field="type", tag="Feature"):
    id: str
    geometry: Point
    properties: About


class Fleet(msgspec.Struct, frozen=True):
    """`features` are encoded already: their tag is made of the same bytes."""

    features: msgspec.Raw
    as_of_ms: int
    gone: list[str]
    type: Literal["FeatureCollection"] = "FeatureCollection"


_ENCODER = msgspec.json.Encoder()


def feature(heard: Heard, plan: CourierPlan | None, known: Courier | None, now_ms: int) -> Feature | None:
    """His point; None: there is none that may be shown."""
    seen = placed(heard, plan)
    if seen is None or seen.at_ms is None or seen.lon is None or seen.lat is None:
        return None
    return Feature(
        id=seen.courier,
        geometry=Point(type="Point", coordinates=(round(seen.lon, 6), round(seen.lat, 6))),
        properties=About(
            courier=seen.courier,
            name=name_of(seen.courier, known, plan),
            on_duty=True,
            at_ms=seen.at_ms,
            seen_ms=seen.seen_ms,
            stale=now_ms - seen.seen_ms > STALE_MS,
            bearing_deg=_tenths(seen.bearing_deg),
            speed_mps=_tenths(seen.speed_mps),
            battery_pct=seen.battery_pct,
        ),
    )


def _tenths(value: float | None) -> float | None:
    return round(value, 1) if value is not None else None


def changed(heard: Heard, plan: CourierPlan | None, since_ms: int, now_ms: int) -> bool:
    """Whether a point may be another than at `since_ms`: heard of, planned anew or gone silent since."""
    since_ms -= OVERLAP_MS
    return (
        heard.seen_ms >= since_ms
        or (plan is not None and plan.recorded_ms >= since_ms)
        or since_ms <= heard.seen_ms + STALE_MS <= now_ms
    )


def collection(
    heard: Iterable[Heard],
    plans: Callable[[str], CourierPlan | None],
    couriers: Callable[[str], Courier | None],
    since_ms: int | None,
    now_ms: int,
) -> tuple[bytes, str]:
    """The FeatureCollection and its entity tag, which is the same as long as no point is another. With
    `since_ms` only what has changed since, and in `gone` who has gone off duty."""
    features: list[Feature] = []
    gone: list[str] = []
    for each in heard:
        plan = plans(each.courier)
        if since_ms is not None and not changed(each, plan, since_ms, now_ms):
            continue
        found = feature(each, plan, couriers(each.courier), now_ms)
        if found is not None:
            features.append(found)
        elif since_ms is not None and not on_duty(plan):
            gone.append(each.courier)
    features.sort(key=lambda f: f.id)
    gone.sort()
    encoded = _ENCODER.encode(features)
    tag = hashlib.sha256(encoded + _ENCODER.encode(gone)).hexdigest()[:24]
    return _ENCODER.encode(Fleet(features=msgspec.Raw(encoded), as_of_ms=now_ms, gone=gone)), f'"{tag}"'
