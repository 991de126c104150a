"""What a courier's phone reads, and what becomes of the code that it has scanned. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from services.portal.core.keys import new_secret
from services.portal.core.recipients import Person
from services.portal.schemas.common import MoneyBody, WindowBody, from_ms
from services.portal.schemas.courier import DayDocument, DayRoute, DayShipment, DayStop
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device, DeviceSecret, Enrolment
from shared.contracts.merchants import Merchant
from shared.contracts.status import tag_of
from shared.contracts.views.stage import StageView
from shared.domain.keyrings import sha256_hex
from shared.domain.shipment import OUTCOMES


class CodeRefused(Exception):
    """The code is unknown, used or too old: the three are not told apart."""


def invite(device: Device, lasts_ms: int, now_ms: int) -> tuple[Device, str]:
    """The record with a new one-time code, and the code. An older code is good no more; the secrets that
    the phone has stay good until the code is used."""
    code = new_secret()
    enrolment = Enrolment(sha256=sha256_hex(code), until_ms=now_ms + lasts_ms)
    return msgspec.structs.replace(device, enrolment=enrolment, updated_ms=now_ms), code


def redeem(device: Device | None, code: str, seen_as: str | None, now_ms: int) -> tuple[Device, str]:
    """The record with a secret in place of the code and of whatever secrets were before, and the secret.

    Raises:
        CodeRefused: it is not this device's code, or no longer.
    """
    enrolment = device.enrolment if device is not None else None
    if device is None or enrolment is None or device.revoked or now_ms >= enrolment.until_ms:
        raise CodeRefused
    if sha256_hex(code) != enrolment.sha256:
        raise CodeRefused
    secret = new_secret()
    made = msgspec.structs.replace(
        device,
        secrets=(DeviceSecret(sha256=sha256_hex(secret)),),
        enrolment=None,
        seen_as=seen_as,
        updated_ms=now_ms,
    )
    return made, secret


def day(
    courier: str,
    plan: CourierPlan | None,
    known: Courier | None,
    stages: Mapping[str, StageView],
    people: Mapping[str, Person],
    shops: Mapping[str, Merchant],
) -> DayDocument:
    """His day. A shipment that is not read up yet, or is with somebody else by now, is left out."""
    duty = plan.duty[-1] if plan is not None and plan.duty else None
    on_duty = duty is not None and duty.to_ms is None
    return DayDocument(
        courier_id=courier,
        name=known.name if known is not None else None,
        on_duty=on_duty,
        duty_since=from_ms(duty.from_ms) if duty is not None and on_duty else None,
        version=plan.version if plan is not None else 0,
        routes=[_route(courier, r, stages, people, shops) for r in plan.routes] if plan is not None else [],
    )


def _route(
    courier: str,
    route: Route,
    stages: Mapping[str, StageView],
    people: Mapping[str, Person],
    shops: Mapping[str, Merchant],
) -> DayRoute:
    stops = [_stop(courier, stop, stages, people, shops) for stop in route.stops]
    return DayRoute(
        route=route.route,
        set_out_at=from_ms(route.set_out_ms) if route.set_out_ms is not None else None,
        stops=[stop for stop in stops if stop.shipments],
    )


def _stop(
    courier: str,
    stop: Stop,
    stages: Mapping[str, StageView],
    people: Mapping[str, Person],
    shops: Mapping[str, Merchant],
) -> DayStop:
    found = [
        _shipment(stage, people.get(s.shipment), shops.get(s.merchant))
        for s in stop.shipments
        if (stage := stages.get(s.shipment)) is not None and stage.courier in (courier, None)
    ]
    return DayStop(
        stop=stop.stop,
        lon=stop.lon,
        lat=stop.lat,
        window=WindowBody.of(stop.window or next((s.window for s in _of(stages, stop) if s.window), None)),
        leg_s=stop.leg_s,
        leg=stop.leg,
        done=all(shipment.done for shipment in found),
        shipments=found,
    )


def _of(stages: Mapping[str, StageView], stop: Stop) -> list[StageView]:
    return [stages[s.shipment] for s in stop.shipments if s.shipment in stages]


def done(stage: StageView) -> bool:
    """Whether this attempt at the shipment is over."""
    return stage.ended or tag_of(stage.substatus) in OUTCOMES


def _shipment(stage: StageView, person: Person | None, shop: Merchant | None) -> DayShipment:
    taken = next((e.cash for e in reversed(stage.history) if e.cash is not None), None)
    return DayShipment(
        shipment=stage.shipment,
        shop=shop.name if shop is not None else stage.merchant,
        shop_phone=shop.contact.phone if shop is not None else None,
        order_number=stage.order_number,
        status=stage.substatus,
        tag=tag_of(stage.substatus),
        status_at=from_ms(stage.status_ms),
        attempt=stage.attempt,
        parcels=stage.parcels,
        handover=stage.handover,
        cash=MoneyBody.of(stage.cash),
        cash_taken=MoneyBody.of(taken),
        name=person.name if person else None,
        line=person.line if person else None,
        city=person.city if person else None,
        postcode=person.postcode if person else None,
        phone=person.phone if person else None,
        floor=person.floor if person else None,
        bell=person.bell if person else None,
        note=person.note if person else None,
        language=stage.language,
        zone=stage.zone,
        done=done(stage),
    )


def finished(route: Route, stages: Mapping[str, StageView]) -> set[str]:
    """The stops where everything has an outcome."""
    return {
        stop.stop
        for stop in route.stops
        if all(s.shipment in stages and done(stages[s.shipment]) for s in stop.shipments)
    }


def reordered(route: Route, wanted: list[str], finished: set[str]) -> list[Stop] | None:
    """The route's stops with those that are not finished in the order wanted, after those that are; None:
    the stops wanted are not exactly those that remain."""
    remaining = {stop.stop: stop for stop in route.stops if stop.stop not in finished}
    if len(wanted) != len(set(wanted)) or set(wanted) != set(remaining):
        return None
    return [*(s for s in route.stops if s.stop in finished), *(remaining[name] for name in wanted)]
