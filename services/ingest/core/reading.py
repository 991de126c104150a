"""What a phone's message comes to: a fix, a sign of life, something unusable, or nothing."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why a message was parked. The codes are stable: people search dead letters by them."""

    UNREADABLE = "unreadable"
    """Not JSON, not an object, or not of the protocol's shape."""
    NO_DEVICE = "no_device"
    """The protocol wants a device id and there is none."""
    HALF_COORDINATE = "half_coordinate"
    """One of longitude and latitude is missing."""
    BAD_NUMBER = "bad_number"
    """A coordinate is empty, not a number or not finite."""
    OUT_OF_RANGE = "out_of_range"
    """A coordinate that is not on the Earth."""
    NULL_ISLAND = "null_island"
    """Exactly 0, 0: what receivers say that know nothing."""
    NO_TIME = "no_time"
    """The protocol wants the fix's time and there is none."""
    BAD_TIME = "bad_time"
    """The time cannot be read."""
    CLOCK_AHEAD = "clock_ahead"
    """The fix is from the future: the phone's clock is wrong."""
    TOO_OLD = "too_old"
    """The fix is older than a day."""
    NOT_VALID = "not_valid"
    """The phone itself says that the position is void."""
    MOCK_LOCATION = "mock_location"
    """The position comes from an app that invents positions."""
    ENCRYPTED = "encrypted"
    """The payload is encrypted with a key that only the phone has."""
    UNKNOWN_TYPE = "unknown_type"
    """A kind of message that the protocol does not have."""
    DECODER_FAILED = "decoder_failed"
    """A defect of ours: the message can be redriven once it is mended."""


class Fix(msgspec.Struct, frozen=True):
    """One GPS reading: WGS 84 degrees, epoch ms, m/s, degrees clockwise from north, metres, percent."""

    lon: float
    lat: float
    at_ms: int
    speed_mps: float | None = None
    bearing_deg: float | None = None
    accuracy_m: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    event: str | None = None


class SignOfLife(msgspec.Struct, frozen=True):
    """The phone is there and says no place."""

    at_ms: int
    battery_pct: float | None = None
    event: str | None = None


class Unusable(msgspec.Struct, frozen=True):
    """To be parked: a stable reason, and a sentence for people that repeats nothing of the message."""

    reason: Reason
    detail: str


class Nothing(msgspec.Struct, frozen=True):
    """A message that means no position and no sign of life, and is no mistake."""


Outcome = Fix | SignOfLife | Unusable | Nothing


class Reading(msgspec.Struct, frozen=True):
    """An outcome with the text it was read from. `own_time` False: the phone gave no time, the outcome
    carries the time of receipt."""

    outcome: Outcome
    raw: bytes
    own_time: bool = True


class Decoded(msgspec.Struct, frozen=True):
    """What a request holds. Each member of `claims` is a set of names by which the request calls its device;
    the device that posts must be in every one of them."""

    readings: list[Reading]
    claims: tuple[frozenset[str], ...] = ()

    def claimed_by(self, device: str) -> bool:
        return all(device in names for names in self.claims)


class Unfit(Exception):
    """Raised inside a decoder when a message turns out unusable; carries what is parked."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason)
        self.unusable = Unusable(reason, detail)
