"""Views to test the gateway with, and a client that knows nothing of its code: only the frames' contract."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from services.gateway.core.room import Session
from services.gateway.fanout import text_frame
from shared.contracts.common import NO_JSON, Contact, Driver, Policy
from shared.contracts.frames import ServerFrame
from shared.contracts.links import Link
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.views.live import Line, LiveBatch, LiveView, Show, Watcher, Why
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Role
from shared.domain import page

NOW_MS = 1_795_168_800_000
YEAR_MS = 365 * 86_400_000
PARTITIONS = 6


def link_id(shipment: str, number: int = 0) -> str:
    return f"{number:x}{shipment.encode().hex()}".ljust(64, "0")


def link(shipment: str, number: int = 0, *, revoked: bool = False, expires_ms: int | None = None) -> Link:
    return Link(
        link=link_id(shipment, number),
        tenant="t",
        merchant="shop",
        shipment=shipment,
        expires_ms=expires_ms if expires_ms is not None else NOW_MS + 50 * YEAR_MS,
        revoked=revoked,
    )


def merchant(policy: Policy | None = None, name: str = "Shop") -> MerchantView:
    return MerchantView(
        merchant="shop",
        tenant="t",
        name=name,
        contact=Contact(phone="+302100000000"),
        policy=policy or Policy(),
        language="el",
        zone="Europe/Athens",
    )


def stage(
    shipment: str = "s-1",
    seq: int = 4,
    courier: str | None = "eleni",
    joined: int = 5,
    *,
    out: bool = True,
    ended: bool = False,
    parties: str = "k-1",
    at_ms: int = NOW_MS,
) -> StageView:
    substatus = "Delivered_001" if ended else "OutForDelivery_001" if out else "InTransit_001"
    return StageView(
        shipment=shipment,
        tenant="t",
        merchant="shop",
        seq=seq,
        order_number=f"GR-{shipment}",
        parties=parties,
        substatus=substatus,
        status_ms=at_ms + seq,
        zone="Europe/Athens",
        courier=courier,
        joined=joined,
        out=out and not ended,
        ended=ended,
        history=(HistoryEntry(seq=seq, substatus=substatus, at_ms=at_ms + seq),),
    )


def party(shipment: str = "s-1", version: str = "k-1") -> PartyView:
    return PartyView(
        shipment=shipment, version=version, name="Maria P.", address="Odos 1", lon=24.94, lat=60.17
    )


def point(at_ms: int, lon: float = 24.9) -> msgspec.Raw:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, 60.17]},
        "properties": {"at_ms": at_ms},
    }
    return msgspec.Raw(json.dumps(feature).encode())


def cell(at_ms: int) -> msgspec.Raw:
    ring = [[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.1]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"at_ms": at_ms},
    }
    return msgspec.Raw(json.dumps(feature).encode())


def line(
    show: Show,
    audience: list[Watcher],
    at_ms: int = NOW_MS,
    *,
    why: Why | None = None,
    leg: msgspec.Raw = NO_JSON,
    lon: float = 24.9,
) -> Line:
    feature = NO_JSON if show == "withheld" else cell(at_ms) if show == "area" else point(at_ms, lon)
    return Line(
        show=show,
        audience=tuple(audience),
        at_ms=0 if show == "withheld" else at_ms,
        feature=feature,
        leg=leg,
        why=why,
    )


def live(
    version: int,
    lines: list[Line],
    courier: str = "eleni",
    *,
    plan: int = 7,
    driver: Driver | None = None,
) -> LiveView:
    return LiveView(
        courier=courier, version=(plan, version), seen_ms=NOW_MS, lines=tuple(lines), driver=driver
    )


def exact(version: int, shipment: str = "s-1", stops_left: int = 2, joined: int = 5) -> LiveView:
    """One exact line for one shipment, its fix a second after the version before's."""
    at = [Watcher(shipment=shipment, joined=joined, stops_left=stops_left)]
    return live(version, [line("exact", at, NOW_MS + 1000 * version)])


def batch(
    number: int, *views: LiveView, partition: int = 0, epoch: int = 1, gone: tuple[str, ...] = ()
) -> LiveBatch:
    """Through JSON, as it comes: features are bytes within the batch's."""
    made = LiveBatch(partition=partition, epoch=epoch, number=number, views=views, gone=gone)
    return msgspec.json.decode(msgspec.json.encode(made), type=LiveBatch)


def marks(at_ms: int = NOW_MS, *, but: tuple[Role, ...] = ()) -> dict[tuple[Role, int], int]:
    roles: tuple[Role, ...] = ("shipments", "stages", "couriers")
    return {(role, p): at_ms for role in roles if role not in but for p in range(PARTITIONS)}


def encoded(frame: ServerFrame) -> str:
    return msgspec.json.encode(frame).decode()


class PageModel:
    """The recipient's page: a snapshot replaces everything, a shipment frame shipment and driver, a point or
    area only what it names, and only if it is newer."""

    def __init__(self) -> None:
        self.state: dict[str, Any] | None = None
        self.bye: dict[str, Any] | None = None
        self.kinds: list[str] = []

    def take(self, text: str) -> None:
        message = json.loads(text)
        kind = message.pop("type")
        self.kinds.append(kind)
        if kind == "snapshot":
            self.state = message
        elif kind == "bye":
            self.bye = message
        else:
            assert self.state is not None, "a delta before the snapshot"
            if kind == "shipment":
                self.state |= {"shipment": message["shipment"], "driver": message["driver"]}
            else:
                driver = self.state["driver"]
                assert driver["show"] in (("area",) if kind == "area" else ("exact", "resting"))
                if message["version"] > driver["version"]:
                    self.state["driver"] = driver | message

    @property
    def driver(self) -> dict[str, Any]:
        assert self.state is not None
        found: dict[str, Any] = self.state["driver"]
        return found

    def shows(self) -> dict[str, Any]:
        """What a person sees: all but the version and the server's clock."""
        assert self.state is not None
        driver = {k: v for k, v in self.driver.items() if k != "version"}
        return {k: v for k, v in self.state.items() if k != "now_ms"} | {"driver": driver}


class Socket:
    """What the fan-out sees of a client: whether its buffer is full, and where bytes go."""

    def __init__(self, session: Session) -> None:
        self.session, self.fanout = session, None
        self.leaving = self.paused = False
        self.page = PageModel()

    def put(self, data: bytes) -> bool:
        payload = data[data.index(b"{") :]
        assert data == text_frame(payload)
        self.page.take(payload.decode())
        return True


def fresh(
    stage_: StageView,
    party_: PartyView | None,
    merchant_: MerchantView,
    live_: LiveView | None,
    marks_: page.WorkedOff,
    now_ms: int,
) -> dict[str, Any]:
    """What a page shows that has just taken a snapshot of these views."""
    model = PageModel()
    snapshot = page.snapshot(stage_, party_, merchant_, live_, marks_, partitions=PARTITIONS, now_ms=now_ms)
    model.take(encoded(snapshot))
    return model.shows()
