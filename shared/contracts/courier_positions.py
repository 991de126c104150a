"""courier.positions: one fix a message, already in the recipient-safe shape that maps and sockets use.

The value is a GeoJSON Feature (RFC 7946 §3.2) with nothing a recipient may not know; who sent it and how
stands in the headers. A Feature without a geometry is a sign of life. ingest writes it once; the projector
forwards the bytes, nobody serialises it again."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import Lat, Lon, Ms
from shared.contracts.topic import DAY_MS, Body, Message, Topic


class Point(Body, frozen=True):
    """A GeoJSON Point: [lon, lat] in degrees."""

    coordinates: tuple[Lon, Lat]
    type: Literal["Point"]


class FixProperties(Body, frozen=True):
    """What a recipient may know of a fix: time, ground speed, course, 68 % radius; absent = unknown."""

    at_ms: Ms
    speed_mps: Annotated[float, msgspec.Meta(ge=0, le=150)] | None = None
    bearing_deg: Annotated[float, msgspec.Meta(ge=0, lt=360)] | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0)] | None = None


class Position(Body, frozen=True):
    """One fix of a courier's device, or with `geometry` null a sign of life."""

    type: Literal["Feature"]
    geometry: Point | None
    properties: FixProperties


def position(
    lon: float,
    lat: float,
    at_ms: int,
    *,
    speed_mps: float | None = None,
    bearing_deg: float | None = None,
    accuracy_m: float | None = None,
) -> Position:
    """A fix as a Feature; degrees, metres, m/s, clockwise from north."""
    return Position(
        type="Feature",
        geometry=Point(type="Point", coordinates=(lon, lat)),
        properties=FixProperties(
            at_ms=at_ms, speed_mps=speed_mps, bearing_deg=bearing_deg, accuracy_m=accuracy_m
        ),
    )


def sign_of_life(at_ms: int) -> Position:
    """A heartbeat without coordinates."""
    return Position(type="Feature", geometry=None, properties=FixProperties(at_ms=at_ms))


TOPIC = Topic(
    name="courier.positions",
    title="Fixes of couriers' devices",
    key="courier",
    group="courier",
    messages=(
        Message(
            Position,
            position(24.9441, 60.1712, 1_795_168_800_000, speed_mps=5.1, bearing_deg=90.0, accuracy_m=6.0),
        ),
        Message(Position, sign_of_life(1_795_168_860_000)),
    ),
    producers=("ingest",),
    consumers=("projector.couriers", "portal", "projector.lists", "estimator"),
    retention_ms=DAY_MS,
    headers=("tenant", "device", "protocol", "received_ms", "battery_pct", "event"),
)
