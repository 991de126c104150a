"""The canary's own rules: where it is, and when a frame counts."""

from __future__ import annotations

from itertools import pairwise

import httpx
import msgspec
import pytest

from services.canary import core
from services.canary.config import Settings
from services.canary.flight import Flight, Lost
from shared.contracts import frames
from shared.geo.sphere import distance_m

AT = 1_795_168_800_000
POSITION = frames.PositionDelta(version=(1, 2), at_ms=AT, feature=msgspec.Raw(b"{}"))
SHOWN = frames.DriverState(version=(1, 2), show="exact", at_ms=AT)


def snapshot(driver: frames.DriverState) -> frames.ServerFrame:
    shipment = frames.Shipment(seq=1, order_number="c", substatus="OutForDelivery_001", status_ms=AT)
    return frames.Snapshot(now_ms=AT, shop=frames.Shop(name="Canary"), shipment=shipment, driver=driver)


def test_it_moves_faster_than_one_who_stands_and_slower_than_one_who_jumps() -> None:
    way = [core.place(AT + n * 15_000) for n in range(2_000)]
    steps = [distance_m(*a, *b) for a, b in pairwise(way)]
    assert 70 < min(steps) <= max(steps) < 80
    assert {round(distance_m(*core.CENTRE, *at) / 10) for at in way} == {150}


@pytest.mark.parametrize(
    ("frame", "counts"),
    [
        (POSITION, True),
        (msgspec.structs.replace(POSITION, at_ms=AT - 1), False),
        (snapshot(SHOWN), True),
        (snapshot(msgspec.structs.replace(SHOWN, at_ms=AT - 1)), False),
        (snapshot(msgspec.structs.replace(SHOWN, show="resting")), False),
        (frames.Bye(reason="gone"), False),
    ],
)
def test_only_the_fix_itself_or_a_newer_one_counts(frame: frames.ServerFrame, counts: bool) -> None:
    assert core.arrived(frame, AT) is counts


def test_a_day_is_one_shipment() -> None:
    assert core.day(AT) == "20261120"
    assert core.shipment("20261120")["order_number"] == "canary-20261120"


async def test_a_flight_that_does_not_begin_leaves_no_link_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the gateway is away one is tried every quarter of a minute."""
    asked: list[tuple[str, str]] = []

    async def portal(method: str, url: str, **_: object) -> httpx.Response:
        path = url.removeprefix("http://portal")
        asked.append((method, path))
        body = {
            f"/v1/devices/{core.NAME}/rotate": {"secret": "s"},
            "/v1/shipments": {"shipment": "s-1"},
            "/v1/shipments/s-1/links": {"link_id": "l-1", "url": "http://portal/t#secret"},
            "/v1/link/ticket": {"socket": "ws://127.0.0.1:1/", "ticket": "t"},
        }.get(path, {})
        return httpx.Response(200, json=body)

    flight = Flight(Settings(portal="http://portal", ingest_url="http://ingest"), AT)
    monkeypatch.setattr(flight._http, "request", portal)
    with pytest.raises(Lost, match="gateway"):
        async with flight:
            pass
    assert asked[-1] == ("DELETE", "/v1/shipments/s-1/links/l-1")
