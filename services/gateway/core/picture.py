"""A picture is all that one shipment's page shows; a frame is what turns one picture into another."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Language
from shared.contracts.frames import (
    AreaDelta,
    DriverState,
    Home,
    PositionDelta,
    ServerFrame,
    Shipment,
    ShipmentDelta,
    Shop,
    Snapshot,
)


class Picture(msgspec.Struct, frozen=True, gc=False):
    """The content of a `Snapshot` without its time. Pictures of one shipment share their unchanged parts."""

    shop: Shop
    shipment: Shipment
    driver: DriverState
    home: Home | None
    language: Language
    zone: str

    def snapshot(self, now_ms: int) -> Snapshot:
        return Snapshot(
            now_ms=now_ms,
            shop=self.shop,
            shipment=self.shipment,
            driver=self.driver,
            home=self.home,
            language=self.language,
            zone=self.zone,
        )


def delta(old: Picture | None, new: Picture, now_ms: int) -> ServerFrame | None:
    """The one frame that brings a client from `old` (None: nothing yet) to `new`; None: it shows the same.

    `PositionDelta` and `AreaDelta` only when nothing but the point (or cell), its time and a newer version
    differ: a client drops what is not newer. A lower version of the same driver comes after the views
    themselves went back (restored from a copy): then everything is replaced."""
    if old is None or old is new:
        return None if old is new else new.snapshot(now_ms)
    if (
        (old.shop is not new.shop and old.shop != new.shop)
        or (old.home is not new.home and old.home != new.home)
        or old.language != new.language
        or old.zone != new.zone
    ):
        return new.snapshot(now_ms)
    was, now = old.driver, new.driver
    if now.version < was.version and now.show != "none":
        return new.snapshot(now_ms)
    same_shipment = old.shipment is new.shipment or old.shipment == new.shipment
    if not (same_shipment and _same_but_place(was, now)):
        return ShipmentDelta(now_ms=now_ms, shipment=new.shipment, driver=now)
    if was.at_ms == now.at_ms and was.feature == now.feature:
        return None
    if now.version <= was.version:
        return ShipmentDelta(now_ms=now_ms, shipment=new.shipment, driver=now)
    if now.show == "area":
        return AreaDelta(version=now.version, at_ms=now.at_ms, feature=now.feature)
    return PositionDelta(version=now.version, at_ms=now.at_ms, feature=now.feature)


def _same_but_place(was: DriverState, now: DriverState) -> bool:
    """Whether all but the version, the fix time and the feature are equal."""
    return (
        was.show == now.show
        and was.stops_left == now.stops_left
        and was.why == now.why
        and was.arrived == now.arrived
        and was.leg == now.leg
        and was.exact_from_stops == now.exact_from_stops
        and was.person == now.person
    )
