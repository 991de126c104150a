"""The recipient's websocket, frame by frame (JSON text).

The client's first message is `Hello` with the ticket. The server answers with `Snapshot` and then sends
deltas; applying the deltas to the snapshot gives what a fresh snapshot would give:

* `Position`, `Area` replace `driver`; `ShipmentDelta` replaces `shipment` and `driver` alike;
* `Bye` ends the session, `retry_ms` says whether and when to come back.

`Driver.version` orders what is shown of the driver: a client drops what is not newer."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import (
    NO_JSON,
    Contact,
    Count,
    Driver,
    Language,
    Lat,
    Lon,
    Money,
    Ms,
    Sequence,
    Substatus,
    Window,
)
from shared.contracts.promises import Arrival
from shared.contracts.ratings import Question, Score
from shared.contracts.topic import Body, Event

Show = Literal["exact", "resting", "area", "none"]
Why = Literal[
    "not_set_out",
    "ended",
    "at_another_stop",
    "no_fix",
    "protected",
    "silent",
    "paused",
]
"""Why nothing, or nothing fresher, is shown: he has not set out; this shipment's delivery is over; he stands
at another's stop; no fix yet; he is near another's door; no news from his phone; the system is behind."""

ByeReason = Literal["gone", "restarting", "too_many", "bad_hello", "too_slow"]
"""`gone`: unknown, expired or revoked, never told apart. `restarting`: come back after `retry_ms`."""


class Hello(Event, frozen=True, kw_only=True, tag="hello"):
    """First message of the client, within 5 s: the ticket from the portal."""

    ticket: Annotated[str, msgspec.Meta(max_length=2048)]


class Shop(Body, frozen=True):
    """Whose parcel it is, and whom to call."""

    name: str
    contact: Contact = Contact()
    colour: str | None = None


class Home(Body, frozen=True):
    """The recipient's own door and how his page addresses him."""

    name: str
    address: str
    lon: Lon
    lat: Lat


class Stage(Body, frozen=True):
    """One stage passed, with its own time. `proofs` is how many pictures its report has named; where to see
    them, `GET /v1/link/proofs` says, by `seq`."""

    substatus: Substatus
    at_ms: Ms
    attempt: int = 0
    place: str | None = None
    seq: Sequence = 0
    proofs: Count = 0


class Answered(Body, frozen=True):
    """What the recipient has answered to a question. His words are not sent back: a link is sometimes passed
    on."""

    question: Question
    score: Score | None = None
    words: bool = False


class Shipment(Body, frozen=True):
    """The shipment as the page shows it, versioned by `seq`. `window` is what the shop has agreed on,
    `arrival` when the courier comes as it is known now, `was` what was said before in this attempt, the
    oldest first. `ratings` are the answers that stand."""

    seq: Sequence
    order_number: str
    substatus: Substatus
    status_ms: Ms
    parcels: int = 1
    cash: Money | None = None
    window: Window | None = None
    attempt: int = 0
    out: bool = False
    ended: bool = False
    arrival: Arrival | None = None
    was: tuple[Arrival, ...] = ()
    stages: tuple[Stage, ...] = ()
    ratings: tuple[Answered, ...] = ()


class DriverState(Body, frozen=True):
    """What may be shown of the driver now, and why not more.

    `feature` is a GeoJSON Point Feature (`exact`, `resting`) or a Polygon Feature (`area`); `leg` a
    LineString Feature, the rest of the way, once this stop is next. `at_ms` is the fix time of what is
    shown. `stops_left` is the number of stops before this one (0: next); `exact_from_stops` is the policy's
    number, for the sentence that says when he will be seen."""

    version: tuple[Sequence, int]
    show: Show
    why: Why | None = None
    at_ms: Ms = 0
    stops_left: Count | None = None
    arrived: bool = False
    exact_from_stops: Count = 5
    feature: msgspec.Raw = NO_JSON
    leg: msgspec.Raw = NO_JSON
    person: Driver | None = None


class Snapshot(Event, frozen=True, kw_only=True, tag="snapshot"):
    """All that the page shows. `zone` is the delivery's IANA time zone; `now_ms` the server's clock."""

    now_ms: Ms
    shop: Shop
    shipment: Shipment
    driver: DriverState
    home: Home | None = None
    language: Language = "en"
    zone: str = "UTC"


class PositionDelta(Event, frozen=True, kw_only=True, tag="position"):
    """A newer exact (or resting) position for everybody who may see it; the rest of the driver's state stays.
    Serialised once for all its watchers."""

    version: tuple[Sequence, int]
    at_ms: Ms
    feature: msgspec.Raw


class AreaDelta(Event, frozen=True, kw_only=True, tag="area"):
    """A newer area; the rest of the driver's state stays."""

    version: tuple[Sequence, int]
    at_ms: Ms
    feature: msgspec.Raw


class ShipmentDelta(Event, frozen=True, kw_only=True, tag="shipment"):
    """The shipment or what is visible of the driver has changed; both are replaced."""

    now_ms: Ms
    shipment: Shipment
    driver: DriverState


class Bye(Event, frozen=True, kw_only=True, tag="bye"):
    """The session ends. With `retry_ms` the client comes back after that long (jitter included)."""

    reason: ByeReason
    retry_ms: Annotated[int, msgspec.Meta(ge=0)] | None = None


ClientFrame = Hello
ServerFrame = Snapshot | PositionDelta | AreaDelta | ShipmentDelta | Bye

_POINT = msgspec.Raw(
    b'{"type":"Feature","geometry":{"type":"Point","coordinates":[24.9441,60.1712]},'
    b'"properties":{"at_ms":1795168800000,"speed_mps":5.1,"bearing_deg":90.0,"accuracy_m":6.0}}'
)
_CELL = msgspec.Raw(
    b'{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[24.94,60.17],[24.95,60.17],'
    b'[24.95,60.18],[24.94,60.17]]]},"properties":{"at_ms":1795168800000}}'
)
_SHIPMENT = Shipment(
    seq=4,
    order_number="GR-10442",
    substatus="OutForDelivery_001",
    status_ms=1_795_168_800_000,
    parcels=2,
    cash=Money(amount="24.90", currency="EUR"),
    attempt=1,
    out=True,
    arrival=Arrival(
        at_ms=1_795_168_810_000,
        window=Window(from_ms=1_795_170_000_000, to_ms=1_795_170_900_000),
        grain="minutes",
        why="first",
    ),
    stages=(
        Stage(substatus="InfoReceived_001", at_ms=1_795_160_000_000, seq=1),
        Stage(substatus="OutForDelivery_001", at_ms=1_795_168_800_000, attempt=1, seq=4),
    ),
    ratings=(Answered(question="all_right", score=0, words=True),),
)
_DRIVER = DriverState(
    version=(7, 120_345),
    show="exact",
    at_ms=1_795_168_800_000,
    stops_left=3,
    feature=_POINT,
    person=Driver(first_name="Eleni", vehicle="white van"),
)

EXAMPLES: tuple[Event, ...] = (
    Hello(ticket="eyJ...c2ln"),
    Snapshot(
        now_ms=1_795_168_801_000,
        shop=Shop(name="Βιβλιοπωλείο Πλειάδες", contact=Contact(phone="+302100000000"), colour="#0b5fff"),
        shipment=_SHIPMENT,
        driver=_DRIVER,
        home=Home(name="Maria P.", address="Aleksanterinkatu 15, 00100 Helsinki", lon=24.9441, lat=60.1689),
        language="el",
        zone="Europe/Athens",
    ),
    PositionDelta(version=(7, 120_346), at_ms=1_795_168_800_000, feature=_POINT),
    AreaDelta(version=(7, 120_346), at_ms=1_795_168_800_000, feature=_CELL),
    ShipmentDelta(now_ms=1_795_168_801_000, shipment=_SHIPMENT, driver=_DRIVER),
    Bye(reason="restarting", retry_ms=1200),
)
