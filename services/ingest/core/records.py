"""From readings to records: the position's bytes and headers, the dead letter, and the id of both."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from services.ingest.core.protocols.phone import Result
from services.ingest.core.reading import Fix, Nothing, Reading, SignOfLife, Unusable
from shared.contracts import courier_positions
from shared.contracts.courier_positions import FixProperties, Point, Position
from shared.contracts.dead_letters import SUFFIX, DeadLetter
from shared.contracts.devices import Device
from shared.contracts.registry import TOPICS
from shared.contracts.topic import Topic

POSITIONS = courier_positions.TOPIC
PARKED = TOPICS[POSITIONS.name + SUFFIX]

_ENCODER = msgspec.json.Encoder()
_COORDINATE_DECIMALS = 6  # 0.1 m


class Entry(msgspec.Struct, frozen=True):
    """A record to append under its courier's key, and what its sender is told."""

    topic: Topic
    id: str
    value: Position | DeadLetter
    encoded: bytes
    headers: dict[str, str] | None
    result: Result


NOTHING = Result("nothing")


def record_id(device: str, reading: Reading, received_ms: int) -> str:
    """The same for the same fix of the same device however often it is sent: a hash of both, without the
    time of receipt, unless that is the only time the fix has."""
    hashed = blake2b(device.encode(), digest_size=16)
    hashed.update(b"\0" + reading.raw)
    if not reading.own_time:
        hashed.update(b"\0%d" % received_ms)
    return hashed.hexdigest()


def feature(outcome: Fix | SignOfLife) -> Position:
    """The recipient-safe GeoJSON Feature; a sign of life has no geometry."""
    if isinstance(outcome, SignOfLife):
        return courier_positions.sign_of_life(outcome.at_ms)
    speed, bearing, accuracy = outcome.speed_mps, outcome.bearing_deg, outcome.accuracy_m
    return Position(
        type="Feature",
        geometry=Point(
            type="Point",
            coordinates=(
                round(outcome.lon, _COORDINATE_DECIMALS),
                round(outcome.lat, _COORDINATE_DECIMALS),
            ),
        ),
        properties=FixProperties(
            at_ms=outcome.at_ms,
            speed_mps=None if speed is None else round(speed, 3),
            # 359.96 rounds to 360.0, which is north
            bearing_deg=None if bearing is None else round(bearing, 1) % 360,
            accuracy_m=None if accuracy is None else round(accuracy, 1),
        ),
    )


def entry(
    device: Device,
    protocol: str,
    reading: Reading,
    received_ms: int,
    strip: Callable[[bytes], str],
) -> Entry | None:
    """The record that a reading becomes; None for `Nothing`. `strip` takes the secrets out of a
    text of the phone's."""
    outcome = reading.outcome
    if isinstance(outcome, Nothing):
        return None
    id = record_id(device.device, reading, received_ms)
    if isinstance(outcome, Unusable):
        return _parked(device, protocol, outcome, id, received_ms, strip(reading.raw))
    value = feature(outcome)
    headers = {
        "tenant": device.tenant,
        "device": device.device,
        "protocol": protocol,
        "received_ms": str(received_ms),
    }
    if outcome.battery_pct is not None:
        headers["battery_pct"] = str(round(outcome.battery_pct))
    if outcome.event is not None:
        headers["event"] = strip(outcome.event.encode())
    kind: Result = Result("accepted" if isinstance(outcome, Fix) else "alive", id)
    return Entry(POSITIONS, id, value, _ENCODER.encode(value), headers, kind)


def _parked(device: Device, protocol: str, outcome: Unusable, id: str, received_ms: int, text: str) -> Entry:
    letter = DeadLetter(
        id=id,
        reason=outcome.reason.value,
        detail=outcome.detail,
        where="ingest",
        first_seen_ms=received_ms,
        last_seen_ms=received_ms,
        topic=POSITIONS.name,
        value=text,
        key=device.courier,
        headers={"protocol": protocol, "received_ms": str(received_ms)},
        tenant=device.tenant,
        device=device.device,
    )
    result = Result("parked", id, outcome.reason.value, outcome.detail)
    return Entry(PARKED, id, letter, _ENCODER.encode(letter), None, result)
