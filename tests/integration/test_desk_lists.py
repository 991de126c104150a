"""The desk's API over a real PostgreSQL: today, the map, plans, search, one record, shops."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import geojson
import pytest

from deploy.local.infra import Infra
from shared.contracts import courier_routes, couriers
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.couriers import Courier
from shared.contracts.shipment_parties import Note
from shared.contracts.shipment_state import HistoryEntry
from tests.integration.desk_kit import HOUR, Desk, euros, recipient, running, state, window
from tests.unit.portal_kit import NOW


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        yield found


def heard(courier: str, tenant: str = "athens", **changes: Any) -> dict[str, Any]:
    return {
        "courier": courier,
        "tenant": tenant,
        "seen_ms": NOW - 5_000,
        "at_ms": NOW - 6_000,
        "lon": 23.73,
        "lat": 37.98,
        "speed_mps": 7.25,
        "bearing_deg": 91.04,
        "accuracy_m": 5.0,
        "battery_pct": 64,
        "protocol": "native",
        **changes,
    }


async def plan(
    desk: Desk, courier: str, *stops: tuple[str, Any], tenant: str = "athens", on: bool = True
) -> None:
    """A courier of the carrier's on duty, out since two hours, with a stop for each shipment and window."""
    await desk.log.append(
        couriers.TOPIC,
        courier,
        Courier(courier=courier, tenant=tenant, name=f"{courier.title()} G.", phone="+306900000001"),
        id=f"c-{courier}",
    )
    record = CourierPlan(
        id=f"p-{courier}",
        prev=None,
        version=3,
        tenant=tenant,
        courier=courier,
        command="c-1",
        recorded_ms=NOW - HOUR,
        duty=(DutyInterval(from_ms=NOW - 2 * HOUR, to_ms=None if on else NOW - HOUR),),
        routes=(
            Route(
                route="r-1",
                set_out_ms=NOW - 2 * HOUR,
                stops=tuple(
                    Stop(
                        stop=f"stop-{s}",
                        lon=23.73,
                        lat=37.98,
                        leg_s=300.0,
                        window=when,
                        shipments=(RouteShipment(shipment=s, merchant="books", joined=1),),
                    )
                    for s, when in stops
                ),
            ),
        )
        if stops
        else (),
    )
    await desk.log.append(courier_routes.TOPIC, courier, record, id=record.id)


async def test_a_courier_in_the_middle_of_his_round(desk: Desk) -> None:
    await plan(desk, "eleni", ("s-a", None), ("s-b", window(-2, -0.5)), ("s-c", window(1, 3)))
    await desk.write(
        state("s-a", "Delivered_004", courier="eleni", taken=euros("24.90"), cash=euros("24.90")),
        state("s-b", "OutForDelivery_001", courier="eleni"),
        state("s-c", "OutForDelivery_001", courier="eleni", window=window(1, 3)),
        state("s-loose"),
        recipient("s-b"),
        couriers=[heard("eleni")],
    )
    today = await desk.get("/v1/desk/today", "admin")
    assert today["unassigned"] == 1
    (eleni,) = today["couriers"]
    assert (eleni["stops_done"], eleni["stops_left"], eleni["late"]) == (1, 2, 1)
    assert eleni["on_duty"]
    assert eleni["battery_pct"] == 64
    assert (eleni["lon"], eleni["lat"]) == (23.73, 37.98)
    assert eleni["cash"] == [{"amount": "24.90", "currency": "EUR"}]
    after = eleni["next_stop"]
    assert (after["stop"], after["name"], after["line"]) == ("stop-s-b", "Μαρία Παπαδοπούλου", "Ερμού 15")
    document = await desk.get("/v1/desk/couriers/eleni/plan", "admin")
    assert [(s["done"], s["late"]) for s in document["routes"][0]["stops"]] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert document["version"] == 3
    assert document["routes"][0]["stops"][1]["shipments"][0]["shop"] == "Πλειάδες"


async def test_the_map_shows_who_is_on_duty_and_only_what_he_did_on_duty(desk: Desk) -> None:
    await plan(desk, "eleni", ("s-a", None))
    await plan(desk, "nikos", on=False)
    await plan(desk, "petros", ("s-b", None))
    await desk.write(
        couriers=[
            heard("eleni", seen_ms=NOW - 5 * 60_000),
            heard("nikos"),
            heard("petros", at_ms=NOW - 3 * HOUR),
            heard("stranger"),
        ]
    )
    answer = await desk.ask("admin", "GET", "/v1/desk/fleet")
    assert answer.headers["content-type"] == "application/geo+json"
    fleet = geojson.loads(answer.text)
    assert fleet.is_valid
    assert isinstance(fleet, geojson.FeatureCollection)
    (feature,) = fleet["features"]
    assert isinstance(feature["geometry"], geojson.Point)
    assert feature["properties"] | {"stale": True, "courier": "eleni"} == feature["properties"]
    again = await desk.ask(
        "admin", "GET", "/v1/desk/fleet", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    later = await desk.get(f"/v1/desk/fleet?since={NOW}", "admin")
    assert later["features"] == []
    assert later["gone"] == ["nikos", "stranger"]
    today = {c["courier_id"]: c for c in (await desk.get("/v1/desk/today", "admin"))["couriers"]}
    assert "lon" not in today["nikos"]
    assert today["nikos"]["seen_at"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=GR-10442", ["gr-10442"]),
        ("q=gr10442", ["gr-10442"]),
        ("q=10442", ["gr-10442"]),
        ("q=%CE%A0%CE%91%CE%A0%CE%91%CE%94%CE%9F%CE%A0%CE%9F%CE%A5", ["gr-10442"]),  # ΠΑΠΑΔΟΠΟΥ
        ("q=μαρια ερμου", ["gr-10442"]),
        ("q=Ερμού 10563", ["gr-10442"]),
        ("q=6912345", ["gr-10442"]),
        ("q=%2B30 691 234 5678", ["gr-10442"]),
        ("q=0030 6912", ["gr-10442"]),
        ("q=5678", ["gr-10442"]),
        ("q=apapado", []),
        ("q=Οδός Άλλη", []),
        ("q=κωστας", ["gr-2"]),
        ("q=', ' | ! &", []),
        ("q=gr&tag=Delivered", ["gr-2"]),
        ("courier=eleni", ["gr-2", "gr-1"]),
        ("merchant=toys", []),
        ("day=2026-11-20", ["gr-1"]),
        ("late=true", ["gr-1"]),
        ("unassigned=true", ["gr-10442"]),
    ],
)
async def test_shipments_are_found(desk: Desk, asked: str, found: list[str]) -> None:
    day = 24 * HOUR
    await desk.write(
        state("gr-10442", status_ms=NOW - 3 * day),
        recipient("gr-10442"),
        recipient("gr-10442", version="k-0", name="Άλλος Άνθρωπος", line="Οδός Άλλη 3"),
        state("gr-2", "Delivered_001", courier="eleni", status_ms=NOW - 2 * day),
        recipient("gr-2", name="Κώστας Γεωργίου", phone=None, line="Πατησίων 1", postcode=None),
        state("gr-1", "OutForDelivery_001", courier="eleni", window=window(-3, -1)),
    )
    answer = await desk.get(f"/v1/shipments?{asked}", "admin")
    assert [s["shipment"] for s in answer["shipments"]] == found
    assert answer["total"] == len(found)


async def test_pages_follow_each_other_without_a_gap(desk: Desk) -> None:
    await desk.write(*(state(f"s-{n:03}") for n in range(25)))
    seen: list[str] = []
    after, pages = "", 0
    while True:
        page = await desk.get(f"/v1/shipments?limit=10{after}", "admin")
        seen += [s["shipment"] for s in page["shipments"]]
        pages += 1
        assert ("total" in page) == (pages == 1)
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert seen == [f"s-{n:03}" for n in reversed(range(25))]
    assert pages == 3
    await desk.get("/v1/shipments?after=nonsense", "admin", status=422)


async def test_a_record_has_everything(desk: Desk) -> None:
    await plan(desk, "eleni", ("s-a", None))
    history = (
        HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 5 * HOUR),
        HistoryEntry(
            seq=3,
            substatus="Delivered_005",
            at_ms=NOW - HOUR,
            attempt=1,
            note="n-1",
            cash=euros("9.50"),
            proofs=("20261120.abcdefghijklmnopqrstuv",),
        ),
    )
    await desk.write(
        state("s-a", "Delivered_005", courier="eleni", history=history, seq=3),
        recipient("s-a", bell="Παπ.", email="m@example.org"),
        Note(tenant="athens", shipment="s-a", version="n-1", text="Δεύτερος όροφος", taken_by="Ν. Ιωάννου"),
    )
    await desk.registered("books", "a")
    link = await desk.ask("books", "POST", "/v1/shipments/s-a/links")
    found = await desk.get("/v1/shipments/s-a/record", "admin")
    assert found["recipient"]["bell"] == "Παπ."
    assert found["recipient"]["phone"] == "+306912345678"
    stage = found["history"][1]
    assert (stage["note"], stage["taken_by"]) == ("Δεύτερος όροφος", "Ν. Ιωάννου")
    assert (stage["courier"], stage["courier_name"]) == ("eleni", "Eleni G.")
    assert stage["proofs"] == ["20261120.abcdefghijklmnopqrstuv"]
    assert [entry["link_id"] for entry in found["links"]] == [link.json()["link_id"]]
    assert [(e["kind"], e["amount"], e["by"]) for e in found["ledger"]] == [
        ("collected", {"amount": "9.50", "currency": "EUR"}, "Eleni G.")
    ]
    assert found["courier_phone"] == "+306900000001"
    await desk.get("/v1/shipments/s-none/record", "admin", status=404)


async def test_merchants_are_listed_by_pages(desk: Desk) -> None:
    first = await desk.get("/v1/merchants?limit=1", "admin")
    assert [m["merchant"] for m in first["merchants"]] == ["books"]
    second = await desk.get(f"/v1/merchants?limit=1&after={first['next']}", "admin")
    assert [m["merchant"] for m in second["merchants"]] == ["toys"]
    assert "next" not in second
    assert "mk_" not in json.dumps(first)
    assert (await desk.get("/v1/merchants?q=πλειαδες&tenant=patras", "admin"))["merchants"] == []
