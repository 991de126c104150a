"""Small types that several contracts share."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.topic import Body

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
"""An identifier of ours: safe in a key, a path and a Redis key."""

Ms = Annotated[int, msgspec.Meta(ge=0, lt=4_102_444_800_000)]
"""Milliseconds since 1970-01-01T00:00:00Z, before the year 2100."""

Lon = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Lat = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Language = Literal["el", "ru", "en"]
Handover = Literal["door", "locker", "counter"]
"""Where it is handed over: at a door, into a locker, or at a pickup point to who works there."""
Count = Annotated[int, msgspec.Meta(ge=0)]
Sequence = Annotated[int, msgspec.Meta(ge=0)]
Substatus = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]+_[0-9]{3}$")]


class Money(Body, frozen=True):
    """An amount: decimal string and ISO 4217 currency, e.g. `12.50` `EUR`."""

    amount: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]


PROOF_PATTERN = r"^[0-9]{8}\.[A-Za-z0-9_-]{22}$"
Proof = Annotated[str, msgspec.Meta(pattern=PROOF_PATTERN)]
"""A picture or signature taken at the door: the UTC day it was taken in (YYYYMMDD) and 128 random bits."""

Proofs = Annotated[tuple[Proof, ...], msgspec.Meta(max_length=5)]


class Window(Body, frozen=True):
    """A time window, `from_ms` included, `to_ms` excluded."""

    from_ms: Ms
    to_ms: Ms


class Actor(Body, frozen=True):
    """Who asked for or reported something."""

    kind: Literal["courier", "hub", "merchant", "recipient", "staff", "system", "admin"]
    id: Id


class Contact(Body, frozen=True):
    """How to reach a shop: telephone in E.164, e-mail, and opening hours as the shop writes them."""

    phone: str | None = None
    email: str | None = None
    hours: str | None = None


class Policy(Body, frozen=True):
    """Who sees the driver: the merchant's few numbers, enforced before anything is published.

    `live`: an area while more than `exact_from_stops` stops are left, exact from then on while he moves, at
    rest where last seen moving while he stands at another's stop. `strict`: as live, nothing exact inside
    the zones of the others' stops. `open`: exact from setting out."""

    mode: Literal["live", "strict", "open"] = "live"
    exact_from_stops: Annotated[int, msgspec.Meta(ge=0, le=50)] = 5
    area_min_addresses: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    area_tick_s: Annotated[int, msgspec.Meta(ge=5, le=600)] = 30
    zone_radius_m: Annotated[int, msgspec.Meta(ge=30, le=500)] = 100
    zone_shift_m: Annotated[int, msgspec.Meta(ge=0, le=200)] = 50
    show_driver: bool = False


class Driver(Body, frozen=True):
    """What a recipient may be told of the courier, if the merchant says so."""

    first_name: str
    vehicle: str | None = None


NO_JSON = msgspec.Raw(b"null")
"""Absent, for a field that holds ready JSON bytes (msgspec reads no `Raw | None`); compare with `==`."""
