"""A day's spreadsheet on the whole system: looked at, applied, broken off and gone on with, delivered."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.day_sheet import DOUBTS, Day, day
from tests.e2e.imported import deliver
from tests.e2e.system import TENANT, System
from tests.integration.demo_map import demo_map
from tests.waiting import eventually

COURIERS = ("aino", "eeva", "juha", "mikko")
SPEED = 150.0


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


def upload(system: System, shop: str, content: bytes, **form: str) -> str:
    answer = system.http.post(
        f"{system.portal}/v1/imports",
        files={"file": ("today.csv", content, "text/csv")},
        data={"merchant": shop, **form},
        headers={"Authorization": f"Bearer {system.admin}"},
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["import_id"])


def read(system: System, import_id: str, rows: str = "all") -> Any:
    return system.call("GET", f"/v1/imports/{import_id}?rows={rows}", system.admin)


def until(system: System, import_id: str, *states: str, timeout_s: float = 120) -> Any:
    eventually(
        f"the import is {states}",
        lambda: True if read(system, import_id, "none")["state"] in states else None,
        timeout_s,
    )
    return read(system, import_id)


@pytest.fixture
def shop(system: System) -> str:
    """A shop of its own, and the carrier's couriers of this test."""
    name = f"shop-{uuid.uuid4().hex[:8]}"
    system.merchant(name)
    return name


@pytest.fixture
def couriers(system: System) -> list[str]:
    tag = uuid.uuid4().hex[:6]
    named = [f"{name}-{tag}" for name in COURIERS]
    for courier in named:
        body = {"name": f"{courier.title()} Test", "tenant": TENANT}
        system.call("PUT", f"/v1/couriers/{courier}", system.admin, body)
    return named


def codes(document: Any) -> dict[int, list[str]]:
    return {r["row"]: [e["code"] for e in r["errors"]] for r in document["rows"] if r["errors"]}


def registered(system: System, shop: str) -> list[dict[str, Any]]:
    """All shipments of the shop, as the desk finds them."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = system.call("GET", f"/v1/shipments?merchant={shop}&limit=100{after}", system.admin)
        found += page["shipments"]
        if not page.get("next"):
            return found
        after = f"&after={page['next']}"


def on_routes(system: System, document: Any) -> Counter[str]:
    """How often each shipment stands on the plans that were made."""
    count: Counter[str] = Counter()
    for route in document["routes"]:
        plan = system.call("GET", f"/v1/routes/{route['courier_id']}/{route['route']}", system.admin)
        count.update(s for stop in plan["stops"] for s in stop["shipments"])
    return count


@pytest.mark.timeout(600)
def test_300_rows_with_20_faults_are_imported_planned_and_delivered(
    system: System, shop: str, couriers: list[str]
) -> None:
    system.call(
        "POST",
        "/v1/shipments",
        system.merchant(shop),
        {
            "order_number": "BEFORE-1",
            "recipient": {"name": "Somebody"},
            "address": {"line": "Katu 1", "city": "Helsinki", "lon": 24.94, "lat": 60.17},
        },
        **{"Idempotency-Key": "before"},
    )
    eventually("the first is listed", lambda: registered(system, shop) or None)
    sheet = day(demo_map(), 300, 7, tomorrow())
    import_id = upload(system, shop, sheet.content, couriers=",".join(couriers))
    looked = until(system, import_id, "ready", "failed")
    assert looked["state"] == "ready", looked.get("error")
    # Each faulty row is named, by the kind that it is, and no other.
    assert codes(looked) == {row: [code] for row, code in sheet.faulty.items()}
    assert looked["counts"] == {
        "total": 300,
        "good": 280,
        "confirm": len(DOUBTS),
        "bad": 20 - len(DOUBTS),
        "registered": 0,
    }
    assert all(e["message"] and e["what_to_do"] for r in looked["rows"] for e in r["errors"])
    sizes = [len(route["stops"]) for route in looked["routes"]]
    assert len(sizes) == len(couriers)
    assert max(sizes) - min(sizes) <= 1
    assert registered(system, shop)[0]["order_number"] == "BEFORE-1"
    assert len(registered(system, shop)) == 1  # looking at it makes nothing

    system.call("POST", f"/v1/imports/{import_id}/apply", system.admin, {})
    done = until(system, import_id, "done", "failed")
    assert done["state"] == "done", done.get("error")
    assert done["counts"]["registered"] == 280
    shipments = {r["row"]: r["shipment"] for r in done["rows"] if r.get("shipment")}
    assert set(shipments) == set(range(2, 302)) - set(sheet.faulty)
    assert on_routes(system, done) == Counter(shipments.values())

    taken = asyncio.run(deliver(system, done, SPEED))
    assert set(taken) == set(couriers)
    assert all(count > 50 for count in taken.values())

    def delivered() -> bool | None:
        mine = [s for s in registered(system, shop) if s["order_number"] != "BEFORE-1"]
        return True if len(mine) == 280 and {s["tag"] for s in mine} == {"Delivered"} else None

    eventually("all are delivered", delivered, 60)


@pytest.mark.timeout(300)
def test_a_portal_killed_while_applying_goes_on_and_makes_nothing_twice(
    system: System, shop: str, couriers: list[str]
) -> None:
    sheet = day(demo_map(), 200, 11, tomorrow(), ())
    import_id = upload(system, shop, sheet.content, couriers=",".join(couriers))
    assert until(system, import_id, "ready", "failed")["counts"]["good"] == 200
    system.call("POST", f"/v1/imports/{import_id}/apply", system.admin, {})

    def begun() -> bool | None:
        counts = read(system, import_id, "none")["counts"]
        return True if counts["registered"] else None

    eventually("it has begun", begun)
    system.kill("portal")
    eventually("the portal is back", lambda: _ready(system) or None)
    done = until(system, import_id, "done", "failed")
    assert done["state"] == "done", done.get("error")
    assert done["counts"]["registered"] == 200
    shipments = [r["shipment"] for r in done["rows"]]
    assert on_routes(system, done) == Counter(shipments)

    def listed() -> list[dict[str, Any]] | None:
        found = registered(system, shop)
        return found if len(found) >= 200 else None

    found = eventually("all are listed", listed)
    assert Counter(s["shipment"] for s in found) == Counter(shipments)
    assert len({s["order_number"] for s in found}) == 200


def _ready(system: System) -> bool:
    import httpx

    try:
        return system.http.get(f"{system.portal}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_of_two_imports_of_one_file_one_registers(system: System, shop: str, couriers: list[str]) -> None:
    sheet: Day = day(demo_map(), 20, 3, tomorrow(), ())
    both = [upload(system, shop, sheet.content, couriers=couriers[0]) for _ in range(2)]
    for import_id in both:
        assert until(system, import_id, "ready", "failed")["counts"]["good"] == 20
    for import_id in both:
        system.call("POST", f"/v1/imports/{import_id}/apply", system.admin, {})
    ended = [until(system, import_id, "done", "failed") for import_id in both]
    assert sorted(e["state"] for e in ended) == ["done", "failed"]
    failed = next(e for e in ended if e["state"] == "failed")
    assert failed["fault"]["code"] == "some_refused"
    assert {tuple(c) for c in codes(failed).values()} == {("order_exists",)}
    assert not any(route["made"] for route in failed["routes"])
    eventually("twenty are listed", lambda: len(registered(system, shop)) == 20 or None)


def test_another_language_a_template_and_what_is_refused(system: System, shop: str) -> None:
    template = system.http.get(f"{system.portal}/v1/imports/template.csv?lang=ru")
    assert template.status_code == 200
    assert template.content.startswith(b"\xef\xbb\xbf")
    bad = upload(system, shop, "имя;телефон\nИван;123\n".encode("cp1251"))
    eventually("it failed", lambda: read(system, bad, "none")["state"] == "failed" or None)
    headers = {"Authorization": f"Bearer {system.admin}", "Accept-Language": "ru-RU,ru;q=0.9"}
    told = system.http.get(f"{system.portal}/v1/imports/{bad}", headers=headers).json()
    assert told["fault"]["code"] == "columns_missing"
    assert "номер заказа" in told["error"]
    refused = system.http.post(f"{system.portal}/v1/imports/{bad}/apply", json={}, headers=headers)
    assert refused.status_code == 409
    assert refused.json()["reason"] == "import_failed"
    gone = system.http.delete(f"{system.portal}/v1/imports/{bad}", headers=headers)
    assert gone.status_code == 204
    assert system.http.get(f"{system.portal}/v1/imports/{bad}", headers=headers).status_code == 404
    key = {"Authorization": f"Bearer {system.merchant(shop)}"}
    assert system.http.get(f"{system.portal}/v1/imports", headers=key).status_code == 403
    large = system.http.post(
        f"{system.portal}/v1/imports",
        files={"file": ("x", b"a" * (3 << 20))},
        data={"merchant": shop},
        headers=headers,
    )
    assert large.status_code == 413
