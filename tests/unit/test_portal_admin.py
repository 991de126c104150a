"""Merchants and devices: made, changed, rotated, revoked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.contracts import devices
from shared.contracts.devices import Device
from tests.unit.portal_kit import NOW, SHOP, Kit, running

VAN = {"device_id": "van-1", "courier_id": "eleni", "tenant": "athens"}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        yield found


def device(kit: Kit) -> Device:
    return devices.DECODER.decode(kit.log.records(devices.TOPIC)[-1].value or b"")


async def test_a_merchants_key_is_shown_when_it_is_made_and_a_change_keeps_it(kit: Kit) -> None:
    changed = await kit.ask(
        "admin",
        "PUT",
        "/v1/merchants/books",
        json={**SHOP, "policy": {"mode": "strict", "show_driver": True}, "colour": "#0b5fff"},
    )
    assert changed.status_code == 200
    assert "key" not in changed.json()
    assert changed.json()["policy"]["mode"] == "strict"
    await kit.registered("books", "a")
    assert (await kit.ask("books", "GET", "/v1/shipments/s-a")).status_code == 200
    read = (await kit.ask("admin", "GET", "/v1/merchants/books")).json()
    assert read == changed.json()


async def test_a_merchant_does_not_change_carriers(kit: Kit) -> None:
    answer = await kit.ask("admin", "PUT", "/v1/merchants/books", json={**SHOP, "tenant": "patras"})
    assert answer.status_code == 409


async def test_a_merchant_has_ten_good_keys_at_most(kit: Kit) -> None:
    for _ in range(9):
        assert (await kit.ask("admin", "POST", "/v1/merchants/books/keys")).status_code == 201
    assert (await kit.ask("admin", "POST", "/v1/merchants/books/keys")).status_code == 409


async def test_rotation_leaves_two_secrets_for_the_overlap(kit: Kit) -> None:
    await kit.ask("admin", "POST", "/v1/devices", json=VAN)
    first = device(kit).secrets[0].sha256
    answer = (await kit.ask("admin", "POST", "/v1/devices/van-1/rotate")).json()
    assert answer["old_secret_until"] == "2026-11-21T10:00:00Z"
    fresh, old = device(kit).secrets
    assert (old.sha256, old.until_ms) == (first, NOW + 86_400_000)
    assert fresh.until_ms is None
    kit.now[0] += 3_600_000
    await kit.ask("admin", "POST", "/v1/devices/van-1/rotate")
    again = device(kit).secrets
    assert len(again) == 2
    assert again[1].sha256 == fresh.sha256


async def test_without_an_overlap_the_old_secret_dies_at_once() -> None:
    async with running(device_overlap_s=0) as kit:
        await kit.ask("admin", "POST", "/v1/devices", json=VAN)
        await kit.ask("admin", "POST", "/v1/devices/van-1/rotate")
        assert len(device(kit).secrets) == 1


async def test_enrolling_twice_is_refused_and_after_revoking_it_is_new(kit: Kit) -> None:
    assert (await kit.ask("admin", "POST", "/v1/devices", json=VAN)).status_code == 201
    assert (await kit.ask("admin", "POST", "/v1/devices", json=VAN)).status_code == 409
    assert (await kit.ask("admin", "DELETE", "/v1/devices/van-1")).status_code == 204
    assert device(kit).revoked
    assert (await kit.ask("admin", "POST", "/v1/devices/van-1/rotate")).status_code == 409
    old = device(kit).secrets[0].sha256
    assert (await kit.ask("admin", "POST", "/v1/devices", json=VAN)).status_code == 201
    assert not device(kit).revoked
    assert [s.sha256 for s in device(kit).secrets] != [old]


async def test_a_courier_drives_for_one_carrier(kit: Kit) -> None:
    await kit.ask("admin", "POST", "/v1/devices", json=VAN)
    other = {**VAN, "device_id": "van-2", "tenant": "patras"}
    assert (await kit.ask("admin", "POST", "/v1/devices", json=other)).status_code == 409


async def test_devices_are_listed_page_by_page(kit: Kit) -> None:
    for number in range(205):
        body = {**VAN, "device_id": f"van-{number:03}", "courier_id": f"c-{number % 2}"}
        assert (await kit.ask("admin", "POST", "/v1/devices", json=body)).status_code == 201
    first = (await kit.ask("admin", "GET", "/v1/devices")).json()
    assert len(first["devices"]) == 200
    rest = (await kit.ask("admin", "GET", f"/v1/devices?after={first['next']}")).json()
    assert [d["device_id"] for d in rest["devices"]] == [f"van-{n}" for n in range(200, 205)]
    assert "next" not in rest
    mine = (await kit.ask("admin", "GET", "/v1/devices?courier=c-1")).json()["devices"]
    assert {d["courier_id"] for d in mine} == {"c-1"}


async def test_an_unacknowledged_change_is_no_change(kit: Kit) -> None:
    kit.log.available = False
    answer = await kit.ask("admin", "POST", "/v1/devices", json=VAN)
    assert answer.status_code == 503
    assert "secret" not in answer.json()
    assert (await kit.ask("admin", "GET", "/v1/devices")).json() == {"devices": []}
