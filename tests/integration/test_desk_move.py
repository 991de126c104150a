"""Shipments from one courier to another over the real decider: two who move at once, a plan that has changed,
the last shipment off a route, and what the recipient's page is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from tests.integration.test_portal import ADMIN, BODY, WAIT, System, register, shown, until
from tests.integration.workers import running, settings_of


@pytest.fixture(scope="module")
def system(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("move")
    settings = settings_of(infra, "t-move.", partitions=2)
    port = free_port()
    with (
        running(settings, folder, "shipments", "stages") as workers,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
    ):
        found = System(settings, workers, folder, client, port)
        found.start()
        try:
            shop = {"tenant": "athens", "name": "Πλειάδες", "zone": "Europe/Athens", "language": "el"}
            found.secrets.append(admin(found, "PUT", "/v1/merchants/books", json=shop).json()["key"])
            for courier in ("eleni", "nikos", "petros"):
                made = admin(
                    found,
                    "PUT",
                    f"/v1/couriers/{courier}",
                    json={"tenant": "athens", "name": f"{courier} G."},
                )
                assert made.status_code == 201, made.text
            yield found
        finally:
            if found.process is not None and found.process.poll() is None:
                found.process.kill()
                found.process.wait()


def admin(system: System, method: str, path: str, **more: Any) -> httpx.Response:
    """As the administrator, waiting for the outcome."""
    headers = {"Authorization": f"Bearer {ADMIN}", **WAIT}
    return system.client.request(method, path, headers=headers, **more)


def parcels(system: System, name: str, count: int) -> list[str]:
    made = []
    for n in range(count):
        body = BODY | {"address": {**BODY["address"], "lat": 60.16 + n / 1000}}  # type: ignore[dict-item]
        made.append(register(system, f"{name}-{n}", body).json()["shipment"])
    for shipment in made:
        shown(system, shipment)
    return made


def plan(system: System, courier: str, route: str, shipments: list[str]) -> int:
    stops = {"stops": [{"shipments": [s]} for s in shipments]}
    answer = admin(system, "PUT", f"/v1/routes/{courier}/{route}", json=stops)
    assert answer.status_code == 200, answer.text
    for shipment in shipments:
        shown(system, shipment, lambda s: s.get("courier") == courier)
    return int(answer.json()["seq"])


def on(system: System, courier: str, route: str) -> list[str]:
    answer = admin(system, "GET", f"/v1/routes/{courier}/{route}")
    if answer.status_code == 404:
        return []
    return [s for stop in answer.json()["stops"] for s in stop["shipments"]]


def move(system: System, **body: Any) -> httpx.Response:
    return admin(system, "POST", "/v1/desk/move", json=body)


def test_a_shipment_moves_to_a_courier_who_had_no_route_and_back_before_another(system: System) -> None:
    a, b, c = parcels(system, "back", 3)
    plan(system, "eleni", "r-back", [a, b, c])
    answer = move(system, shipments=[b], to="nikos")
    assert answer.status_code == 200, answer.text
    route = answer.json()["route"]
    assert route.startswith("r-20")
    assert on(system, "nikos", route) == [b]
    assert on(system, "eleni", "r-back") == [a, c], "it has left before the answer"
    shown(system, b, lambda s: s.get("courier") == "nikos")
    back = move(system, shipments=[b], to="eleni", route="r-back", before_stop=a)
    assert back.status_code == 200, back.text
    assert on(system, "eleni", "r-back") == [b, a, c]
    until("nikos has no route any more", lambda: on(system, "nikos", route) == [] or None)
    assert move(system, shipments=[c], to="eleni", route="r-back", before_stop="gone").status_code == 409


def test_of_two_who_drop_onto_one_courier_at_once_nothing_is_lost(system: System) -> None:
    first, second, third = parcels(system, "race", 3)
    plan(system, "eleni", "r-race", [first, second, third])
    version = admin(system, "GET", "/v1/routes/eleni/r-race").json()["version"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda s: move(system, shipments=[s], to="petros", route="r-p", versions={"petros": 0}),
                [first, second],
            )
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 409], [answer.text for answer in answers]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["reason"] == "plan_changed"
    assert "changed meanwhile" in refused.json()["detail"]
    there, here = on(system, "petros", "r-p"), on(system, "eleni", "r-race")
    assert sorted(there + here) == sorted([first, second, third])
    assert len(there) == 1
    late = move(system, shipments=[third], to="petros", versions={"eleni": version})
    assert (late.status_code, late.json()["reason"]) == (409, "plan_changed")


def test_of_two_who_give_one_shipment_to_different_couriers_one_has_it(system: System) -> None:
    (parcel, other) = parcels(system, "both", 2)
    plan(system, "eleni", "r-both", [parcel, other])
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda to: move(system, shipments=[parcel], to=to, route="r-b"), ["nikos", "petros"])
        )
    assert {answer.status_code for answer in answers} <= {200, 409}

    def settled() -> str | None:
        holders = [c for c in ("nikos", "petros") if parcel in on(system, c, "r-b")]
        carried = system.shop("GET", f"/v1/shipments/{parcel}").json().get("courier")
        return carried if holders == [carried] else None

    assert until("one of them has it", settled) in ("nikos", "petros")
    assert on(system, "eleni", "r-both") == [other]


def test_off_a_route_and_the_last_one_closes_it(system: System) -> None:
    a, b = parcels(system, "off", 2)
    version = plan(system, "nikos", "r-off", [a, b])
    first = move(system, shipments=[a], to=None, versions={"nikos": version})
    assert first.status_code == 200, first.text
    assert on(system, "nikos", "r-off") == [b]
    shown(system, a, lambda s: "courier" not in s)
    assert move(system, shipments=[a], to=None).json()["reason"] == "not_on_a_route"
    assert move(system, shipments=[b], to=None).status_code == 200
    assert on(system, "nikos", "r-off") == []
    shown(system, b, lambda s: "courier" not in s)


def test_who_is_out_has_it_out_for_delivery_and_what_is_delivered_stays(system: System) -> None:
    a, b = parcels(system, "out", 2)
    plan(system, "eleni", "r-out", [a])
    plan(system, "petros", "r-out-2", [b])
    assert admin(system, "POST", "/v1/routes/petros/r-out-2/set-out").status_code == 200
    answer = move(system, shipments=[a], to="petros", route="r-out-2")
    assert answer.status_code == 200, answer.text
    shown(system, a, lambda s: s["out_for_delivery"] and s["courier"] == "petros")
    done = {"event_id": "d-1", "type": "delivered"}
    assert admin(system, "POST", f"/v1/shipments/{a}/events", json=done).status_code == 200
    shown(system, a, lambda s: s["ended"])
    refused = move(system, shipments=[a], to="nikos")
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_ended")


def test_the_office_orders_a_route_as_the_courier_does(system: System) -> None:
    a, b, c = parcels(system, "order", 3)
    version = plan(system, "nikos", "r-order", [a, b, c])
    path = "/v1/desk/couriers/nikos/routes/r-order/order"
    good = admin(system, "PUT", path, json={"stops": [c, a, b], "version": version})
    assert good.status_code == 200, good.text
    assert on(system, "nikos", "r-order") == [c, a, b]
    late = admin(system, "PUT", path, json={"stops": [a, b, c], "version": version})
    assert (late.status_code, late.json()["reason"]) == (409, "plan_changed")
    missing = admin(system, "PUT", path, json={"stops": [a, b], "version": good.json()["seq"]})
    assert (missing.status_code, missing.json()["reason"]) == (409, "plan_changed")


def test_a_key_that_was_used_moves_nothing_else(system: System) -> None:
    one, other = parcels(system, "keys", 2)
    plan(system, "eleni", "r-keys", [one, other])
    keyed = {"Authorization": f"Bearer {ADMIN}", **WAIT, "Idempotency-Key": "move-1"}
    body = {"shipments": [one], "to": "petros"}
    assert system.client.post("/v1/desk/move", json=body, headers=keyed).status_code == 200
    again = system.client.post("/v1/desk/move", json=body | {"shipments": [other]}, headers=keyed)
    assert (again.status_code, again.json()["reason"]) == (422, "key_used")
    shown(system, other, lambda s: s.get("courier") == "eleni")
