"""A courier's phone: a code is good once, his day holds what he needs and nothing more, times are his."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from services.portal.core.recipients import Person
from shared.contracts import courier_commands, courier_routes, devices
from shared.contracts.common import Money
from shared.contracts.courier_routes import CourierPlan, DutyInterval
from shared.contracts.shipment_state import HistoryEntry
from tests.unit.portal_kit import NOW, Kit, running

MARIA = Person(
    shipment="s-a",
    version="k-1",
    name="Maria Papadopoulou",
    line="Aleksanterinkatu 15",
    city="Helsinki",
    postcode="00100",
    lon=24.94,
    lat=60.17,
    phone="+306900000000",
    email="maria@example.org",
    floor="3",
    bell="Papadopoulou",
    note="Ring twice.",
    taken_by=None,
    language="el",
)


class People:
    """The lists, of which a courier's day asks for people only."""

    def __init__(self, *people: Person) -> None:
        self._people = {(p.shipment, p.version): p for p in people}

    async def people(self, versions: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Person]:
        return {version: self._people[version] for version in versions if version in self._people}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        body = {"tenant": "athens", "name": "Eleni Georgiou", "phone": "+306900000001"}
        assert (await found.ask("admin", "PUT", "/v1/couriers/eleni", json=body)).status_code == 201
        found.portal.lists = People(MARIA)  # type: ignore[assignment]  # of it only people are asked for
        yield found


async def invited(kit: Kit) -> tuple[str, str]:
    """A phone that waits, and its code."""
    answer = await kit.ask("admin", "POST", "/v1/couriers/eleni/phones")
    assert answer.status_code == 201, answer.text
    said = answer.json()
    origin, _, code = said["url"].partition("#")
    assert origin == "https://track.example.org/courier"
    return said["device_id"], code


async def redeem(kit: Kit, code: str) -> httpx.Response:
    return await kit.client.post("/v1/courier/enrolment", json={"code": code})


async def enrolled(kit: Kit) -> dict[str, str]:
    """His phone's headers."""
    _, code = await invited(kit)
    answer = await redeem(kit, code)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['secret']}"}


def at(minutes: float) -> str:
    return (datetime.fromtimestamp(NOW / 1000, tz=UTC) + timedelta(minutes=minutes)).isoformat()


# The code


async def test_a_code_becomes_a_secret_that_ingest_knows_by_its_hash(kit: Kit) -> None:
    device_id, code = await invited(kit)
    said = (await redeem(kit, code)).json()
    assert (said["device_id"], said["courier_id"], said["name"]) == (device_id, "eleni", "Eleni Georgiou")
    record = kit.values(devices.TOPIC)[-1]
    assert len(record["secrets"]) == 1
    assert "enrolment" not in record
    everything = "".join(str(r.value) for r in kit.log.records(devices.TOPIC))
    assert said["secret"] not in everything
    assert code not in everything


async def test_a_code_is_good_once_and_what_is_wrong_with_it_is_not_told(kit: Kit) -> None:
    _, code = await invited(kit)
    assert (await redeem(kit, code)).status_code == 201
    used = await redeem(kit, code)
    unknown = await redeem(kit, "A" * 22)
    _, other = await invited(kit)
    kit.now[0] += 3_600_000
    old = await redeem(kit, other)
    device_id, third = await invited(kit)
    assert (await kit.ask("admin", "DELETE", f"/v1/devices/{device_id}")).status_code == 204
    revoked = await redeem(kit, third)
    assert {a.status_code for a in (used, unknown, old, revoked)} == {404}
    assert len({a.text for a in (used, unknown, old, revoked)}) == 1


async def test_a_new_code_takes_the_place_of_the_old_and_its_use_ends_the_old_phone(kit: Kit) -> None:
    device_id, first = await invited(kit)
    renewed = await kit.ask("admin", "POST", f"/v1/devices/{device_id}/code")
    assert (await redeem(kit, first)).status_code == 404
    old = {
        "Authorization": "Bearer "
        + (await redeem(kit, renewed.json()["url"].partition("#")[2])).json()["secret"]
    }
    assert (await kit.client.get("/v1/courier/day", headers=old)).status_code == 200
    again = await kit.ask("admin", "POST", f"/v1/devices/{device_id}/code")
    assert (await kit.client.get("/v1/courier/day", headers=old)).status_code == 200, "until it is used"
    assert (await redeem(kit, again.json()["url"].partition("#")[2])).status_code == 201
    assert (await kit.client.get("/v1/courier/day", headers=old)).status_code == 401


async def test_who_has_left_has_no_phone_any_more(kit: Kit) -> None:
    headers = await enrolled(kit)
    body = {"tenant": "athens", "name": "Eleni Georgiou", "active": False}
    assert (await kit.ask("admin", "PUT", "/v1/couriers/eleni", json=body)).status_code == 200
    assert (await kit.client.get("/v1/courier/day", headers=headers)).status_code == 401
    assert (await kit.ask("admin", "POST", "/v1/couriers/eleni/phones")).status_code == 409


async def test_a_phone_without_a_secret_can_be_rotated_only_by_a_new_code(kit: Kit) -> None:
    device_id, _ = await invited(kit)
    answer = await kit.ask("admin", "POST", f"/v1/devices/{device_id}/rotate")
    assert answer.status_code == 409
    assert "code" in answer.json()["detail"]


async def test_a_hubs_scanner_has_no_day(kit: Kit) -> None:
    hub = {"device_id": "scanner", "courier_id": "hub:north", "tenant": "athens"}
    secret = (await kit.ask("admin", "POST", "/v1/devices", json=hub)).json()["secret"]
    answer = await kit.client.get("/v1/courier/day", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


# The day


async def test_a_day_has_what_is_needed_at_the_door(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni", cash=Money(amount="24.90", currency="EUR"))
    await kit.planned("eleni", ("s-a", "books"))
    day = (await kit.client.get("/v1/courier/day", headers=headers)).json()
    assert (day["courier_id"], day["on_duty"], day["version"]) == ("eleni", False, 3)
    (parcel,) = day["routes"][0]["stops"][0]["shipments"]
    said = {name: parcel[name] for name in ("name", "line", "phone", "floor", "bell", "note", "shop", "done")}
    assert said == {
        "name": "Maria Papadopoulou",
        "line": "Aleksanterinkatu 15",
        "phone": "+306900000000",
        "floor": "3",
        "bell": "Papadopoulou",
        "note": "Ring twice.",
        "shop": "Πλειάδες",
        "done": False,
    }
    assert parcel["cash"] == {"amount": "24.90", "currency": "EUR"}
    assert parcel["handover"] == "door"
    assert "email" not in parcel, "nobody needs it at the door"


async def test_a_day_says_what_goes_into_a_locker_or_over_a_counter(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni", handover="locker")
    await kit.registered("books", "b", courier="eleni", handover="counter")
    await kit.planned("eleni", ("s-a", "books"), ("s-b", "books"))
    day = (await kit.client.get("/v1/courier/day", headers=headers)).json()
    found = [stop["shipments"][0]["handover"] for stop in day["routes"][0]["stops"]]
    assert found == ["locker", "counter"]


async def test_what_is_with_another_courier_by_now_is_left_out(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="nikos")
    await kit.registered("books", "b", courier="eleni", tenant="elsewhere")
    await kit.planned("eleni", ("s-a", "books"), ("s-b", "books"), ("s-unread", "books"))
    day = await kit.client.get("/v1/courier/day", headers=headers)
    assert day.json()["routes"][0]["stops"] == []
    assert "Maria" not in day.text


async def test_what_has_an_outcome_is_done_and_says_what_was_taken(kit: Kit) -> None:
    headers = await enrolled(kit)
    taken = HistoryEntry(
        seq=5, substatus="Delivered_004", at_ms=NOW, attempt=1, cash=Money(amount="20.00", currency="EUR")
    )
    await kit.registered(
        "books", "a", courier="eleni", substatus="Delivered_004", ended=True, seq=5, history=(taken,)
    )
    await kit.registered("books", "b", courier="eleni")
    await kit.planned("eleni", ("s-a", "books"), ("s-b", "books"))
    done, open_ = (await kit.client.get("/v1/courier/day", headers=headers)).json()["routes"][0]["stops"]
    assert (done["done"], open_["done"]) == (True, False)
    assert done["shipments"][0]["cash_taken"] == {"amount": "20.00", "currency": "EUR"}


async def test_a_day_that_has_not_changed_is_not_sent_again(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni")
    await kit.planned("eleni", ("s-a", "books"))
    first = await kit.client.get("/v1/courier/day", headers=headers)
    same = await kit.client.get(
        "/v1/courier/day", headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    assert (same.status_code, same.content) == (304, b"")
    await kit.registered("books", "a", courier="eleni", seq=2, substatus="InTransit_002")
    other = await kit.client.get(
        "/v1/courier/day", headers={**headers, "If-None-Match": first.headers["etag"]}
    )
    assert other.status_code == 200


async def test_without_the_lists_the_day_says_later(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni")
    await kit.planned("eleni", ("s-a", "books"))
    kit.portal.lists = None
    answer = await kit.client.get("/v1/courier/day", headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


# What he does


def sent(kit: Kit) -> dict[str, Any]:
    command: dict[str, Any] = kit.values(courier_commands.TOPIC)[-1]
    return command


async def test_an_act_of_an_hour_ago_keeps_its_time_and_is_one_however_often_it_is_sent(kit: Kit) -> None:
    headers = {**await enrolled(kit), "Idempotency-Key": "act-1"}
    body = {"on": True, "at": at(-60)}
    for _ in range(2):
        assert (await kit.client.post("/v1/courier/duty", headers=headers, json=body)).status_code == 202
    first, second = kit.values(courier_commands.TOPIC)
    assert first["id"] == second["id"]
    assert first["at_ms"] == NOW - 3_600_000
    assert first["actor"] == {"kind": "courier", "id": "eleni"}


@pytest.mark.parametrize(("minutes", "status"), [(1.9, 202), (2.1, 422), (-1439, 202), (-1441, 422)])
async def test_times_that_cannot_be_are_refused(kit: Kit, minutes: float, status: int) -> None:
    headers = await enrolled(kit)
    answer = await kit.client.post("/v1/courier/duty", headers=headers, json={"on": True, "at": at(minutes)})
    assert answer.status_code == status
    if status == 202:
        assert sent(kit)["at_ms"] <= NOW, "a clock that runs ahead a little is taken for now"


async def test_only_his_own_routes_can_be_set_out(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni")
    await kit.planned("eleni", ("s-a", "books"))
    await kit.planned("nikos", ("s-b", "books"), route="r-9")
    mine = await kit.client.post("/v1/courier/routes/r-1/set-out", headers=headers, json={})
    other = await kit.client.post("/v1/courier/routes/r-9/set-out", headers=headers, json={})
    assert (mine.status_code, other.status_code) == (202, 404)
    assert sent(kit)["route"] == "r-1"


async def test_the_order_of_what_remains_comes_after_what_is_done(kit: Kit) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni", substatus="Delivered_001", ended=True)
    for order in ("b", "c"):
        await kit.registered("books", order, courier="eleni")
    await kit.planned("eleni", ("s-a", "books"), ("s-b", "books"), ("s-c", "books"))
    path = "/v1/courier/routes/r-1/order"
    answer = await kit.client.put(path, headers=headers, json={"stops": ["stop-s-c", "stop-s-b"]})
    assert answer.status_code == 202, answer.text
    assert [stop["stop"] for stop in sent(kit)["stops"]] == ["stop-s-a", "stop-s-c", "stop-s-b"]
    assert sent(kit)["expected"] == 3, "of another plan meanwhile it is refused"


@pytest.mark.parametrize(
    "stops",
    [["stop-s-b"], ["stop-s-b", "stop-s-b"], ["stop-s-b", "stop-s-c", "stop-s-d"], ["stop-s-a", "stop-s-b"]],
)
async def test_an_order_that_leaves_out_or_adds_a_stop_changes_nothing(kit: Kit, stops: list[str]) -> None:
    headers = await enrolled(kit)
    await kit.registered("books", "a", courier="eleni", substatus="Delivered_001", ended=True)
    for order in ("b", "c"):
        await kit.registered("books", order, courier="eleni")
    await kit.planned("eleni", ("s-a", "books"), ("s-b", "books"), ("s-c", "books"))
    before = len(kit.values(courier_commands.TOPIC))
    answer = await kit.client.put("/v1/courier/routes/r-1/order", headers=headers, json={"stops": stops})
    assert (answer.status_code, answer.json()["reason"]) == (409, "plan_changed")
    assert len(kit.values(courier_commands.TOPIC)) == before


async def test_on_duty_since_is_told_while_he_is(kit: Kit) -> None:
    headers = await enrolled(kit)
    plan = CourierPlan(
        id="p-1",
        prev=None,
        version=1,
        tenant="athens",
        courier="eleni",
        command="c",
        recorded_ms=NOW,
        duty=(DutyInterval(from_ms=NOW - 1000),),
    )
    await kit.log.append(courier_routes.TOPIC, "eleni", plan, id="p-1")
    assert (await kit.client.get("/v1/courier/day", headers=headers)).json()["on_duty"] is True
    over = msgspec.structs.replace(
        plan, id="p-2", version=2, duty=(DutyInterval(from_ms=NOW - 1000, to_ms=NOW),)
    )
    await kit.log.append(courier_routes.TOPIC, "eleni", over, id="p-2")
    day = (await kit.client.get("/v1/courier/day", headers=headers)).json()
    assert day["on_duty"] is False
    assert "duty_since" not in day
