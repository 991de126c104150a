"""A good row as the shipment's request, and a planned route as the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.portal.core.access import Caller, Role, Staff
from services.portal.core.imports.state import Import, Line, PlannedRoute
from services.portal.schemas.shipments import NewShipment
from shared.contracts.common import Driver, Window
from shared.contracts.courier_commands import PlannedShipment, PlannedStop, PlanRoute
from shared.contracts.couriers import Courier
from shared.contracts.topic import build
from shared.domain.command_ids import command_id


def caller_of(found: Import) -> Caller:
    """Who asked for the import."""
    if found.by_kind == "staff":
        return Caller(staff=Staff(found.by_id, found.tenant, Role.STAFF, ""))
    return Caller()


def shipment_of(line: Line, zone: str) -> NewShipment:
    """Raises pydantic.ValidationError: a cell that no shipment may have."""
    order = line.order
    recipient = {"name": order.name, "phone": order.phone, "email": order.email, "floor": order.floor}
    body: dict[str, Any] = {
        "order_number": order.order_number,
        "recipient": recipient | {"bell": order.bell, "note": order.note},
        "address": {
            "line": order.line or f"{line.lat:.5f}, {line.lon:.5f}",
            "city": order.city,
            "postcode": order.postcode,
            "lon": line.lon,
            "lat": line.lat,
        },
        "parcels": order.parcels,
        "handover": order.handover,
        "language": order.language,
        "zone": zone,
    }
    if order.cash is not None:
        body["cash"] = {"amount": order.cash, "currency": order.currency}
    if order.from_ms is not None and order.to_ms is not None:
        body["window"] = {"from": _iso(order.from_ms), "to": _iso(order.to_ms)}
    return NewShipment.model_validate(body)


def planned_shipments(found: Import, lines: Iterable[Line]) -> dict[int, PlannedShipment]:
    """The registered rows as a plan names them, by row."""
    return {
        line.row: PlannedShipment(
            shipment=line.shipment, merchant=found.merchant, handover=line.order.handover
        )
        for line in lines
        if line.shipment
    }


def route_of(
    found: Import,
    planned: PlannedRoute,
    shipments: Mapping[int, PlannedShipment],
    courier: Courier | None,
    expected: int | None,
    now_ms: int,
) -> PlanRoute:
    """The command; `expected` is the version of the courier's plan it is made for. Its id follows from both,
    so that sent again it is the same."""
    return build(
        PlanRoute,
        id=command_id(found.by_kind, found.by_id, "plan_route", planned.route, str(expected)),
        tenant=found.tenant,
        courier=planned.courier,
        at_ms=now_ms,
        actor=caller_of(found).actor,
        route=planned.route,
        stops=tuple(
            PlannedStop(
                stop=f"{planned.route}.{number}",
                lon=stop.lon,
                lat=stop.lat,
                shipments=tuple(shipments[row] for row in stop.rows),
                window=(
                    Window(from_ms=stop.from_ms, to_ms=stop.to_ms)
                    if stop.from_ms is not None and stop.to_ms is not None
                    else None
                ),
                leg=stop.leg,
                leg_s=stop.leg_s,
            )
            for number, stop in enumerate(planned.stops, start=1)
        ),
        driver=Driver(first_name=courier.first_name, vehicle=courier.vehicle) if courier else None,
        expected=expected,
    )


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
