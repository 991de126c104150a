"""live view: one a courier, written by his partition's owner, deleted off duty.

Its lines say who may be shown what: each shipment of the courier's started routes is in the audience of
exactly one line."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import NO_JSON, Count, Driver, Id, Ms, Sequence
from shared.contracts.topic import Body

NAME = "live"

Show = Literal["exact", "resting", "area", "withheld"]
Why = Literal["at_another_stop", "no_fix", "protected", "silent"]


class Watcher(Body, frozen=True, array_like=True):
    """A shipment that may be shown this line: its id, the plan's version at which it joined the route, the
    stops the courier has before it (0: it is next), and whether he has arrived at it."""

    shipment: Id
    joined: Sequence
    stops_left: Count
    arrived: bool = False


class Line(Body, frozen=True):
    """What one audience may see now.

    `exact`: `feature` is the fix, the bytes as ingest wrote them. `resting`: the fix at which he was last
    shown moving, while he stands at another's stop. `area`: `feature` is the H3 cell as a GeoJSON Polygon
    Feature with `at_ms` in its properties. `withheld`: nothing, `why` says the reason. `leg` is the rest of
    the way to this audience's stop (GeoJSON LineString Feature), once it is next. `at_ms` is the fix time of
    what is shown."""

    show: Show
    audience: tuple[Watcher, ...]
    at_ms: Ms = 0
    feature: msgspec.Raw = NO_JSON
    leg: msgspec.Raw = NO_JSON
    why: Why | None = None


class LiveView(Body, frozen=True):
    """A courier's current lines. `version` is (plan version, offset of the newest position read). `trace`:
    the id under which the logs follow this fix, for the few that are sampled."""

    courier: Id
    version: tuple[Sequence, int]
    seen_ms: Ms
    lines: tuple[Line, ...]
    driver: Driver | None = None
    trace: str | None = None


class LiveBatch(Body, frozen=True):
    """What an owner publishes on its partition's channel: numbered within its epoch, so that a gap shows.
    `gone` lists couriers whose live view was deleted."""

    partition: Count
    epoch: Count
    number: Annotated[int, msgspec.Meta(ge=1)]
    views: tuple[LiveView, ...] = ()
    gone: tuple[Id, ...] = ()


EXAMPLE = LiveView(
    courier="eleni",
    version=(7, 120_345),
    seen_ms=1_795_168_800_000,
    driver=Driver(first_name="Eleni", vehicle="white van"),
    lines=(
        Line(
            show="exact",
            at_ms=1_795_168_800_000,
            audience=(
                Watcher(shipment="s-1", joined=5, stops_left=0),
                Watcher(shipment="s-2", joined=5, stops_left=1),
            ),
            feature=msgspec.Raw(
                b'{"type":"Feature","geometry":{"type":"Point","coordinates":[24.9441,60.1712]},'
                b'"properties":{"at_ms":1795168800000,"speed_mps":5.1}}'
            ),
        ),
        Line(show="withheld", why="no_fix", audience=(Watcher(shipment="s-9", joined=5, stops_left=12),)),
    ),
)
BATCH_EXAMPLE = LiveBatch(partition=3, epoch=17, number=1, views=(EXAMPLE,), gone=("nikos",))
