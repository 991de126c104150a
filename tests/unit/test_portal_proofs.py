"""Pictures from the courier's phone to the recipient's page: who hands one in, who sees it, until when."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from services.portal.api import proofs as api
from services.portal.api.sweep import sweep_proofs
from services.portal.core import proofs
from services.portal.core.proofs import Passes, Proof
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.topic import DAY_MS
from shared.domain.page import LINK_AFTER_END_MS, shipment_of
from shared.ports.objects import ObjectsUnavailable
from shared.tickets import TicketRefused
from tests.unit.pictures import CANARY, bomb, jpeg, opened, png, webp
from tests.unit.portal_kit import NOW, Kit, running

DAY = proofs.day_of(NOW)
FORGED = f"{DAY}.AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as started:
        yield started


async def phone(kit: Kit, courier: str = "eleni", tenant: str = "athens") -> str:
    """A courier's phone; its secret."""
    body = {"device_id": f"d-{courier}", "courier_id": courier, "tenant": tenant}
    made = await kit.ask("admin", "POST", "/v1/devices", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


async def upload(
    kit: Kit, secret: str, body: bytes, shipment: str = "s-a", *, key: str | None = None, **query: str
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
    return await kit.client.post(
        api.UPLOAD, params={"shipment": shipment, **query}, content=body, headers=headers
    )


async def carried(kit: Kit, courier: str = "eleni", order: str = "a", **more: Any) -> None:
    values = {"courier": courier, "joined": 3, "out": True, "substatus": "OutForDelivery_001"} | more
    await kit.registered("books", order, **values)


async def delivered(kit: Kit, *named: str, order: str = "a", seq: int = 5, **more: Any) -> None:
    """The stage after a report that has named these."""
    entry = HistoryEntry(seq=seq, substatus="Delivered_001", at_ms=kit.now[0], attempt=1, proofs=named)
    values: dict[str, Any] = {"substatus": "Delivered_001", "status_ms": kit.now[0], "ended": True} | more
    values |= {"seq": seq, "history": (entry,)}
    await carried(kit, values.pop("courier", "eleni"), order, **values)


async def ticket(kit: Kit, shipment: str = "s-a") -> tuple[str, str]:
    """A ticket of a new link of the shipment, and the link's id."""
    made = (await kit.ask("books", "POST", f"/v1/shipments/{shipment}/links")).json()
    secret = made["url"].partition("#")[2]
    answer = await kit.client.post("/v1/link/ticket", json={"secret": secret})
    return answer.json()["ticket"], made["link_id"]


async def seen(kit: Kit, given: str) -> Any:
    answer = await kit.client.get("/v1/link/proofs", headers={"Authorization": f"Ticket {given}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(kit: Kit, shipment: str = "s-a") -> str:
    """Upload, report, and the address under which the recipient is shown it."""
    await carried(kit)
    proof = (await upload(kit, await phone(kit), jpeg())).json()["proof"]
    await delivered(kit, proof)
    given, _ = await ticket(kit, shipment)
    return str((await seen(kit, given))[0]["url"])


async def test_a_photo_goes_from_the_door_to_the_recipients_page(kit: Kit) -> None:
    await carried(kit)
    taken = await upload(kit, await phone(kit), jpeg(640, 480, orientation=6))
    assert taken.status_code == 201, taken.text
    assert taken.json()["kind"] == "photo"
    assert re.fullmatch(DAY + r"\.[A-Za-z0-9_-]{22}", taken.json()["proof"])
    await delivered(kit, taken.json()["proof"])
    given, _ = await ticket(kit)
    (one,) = await seen(kit, given)
    assert one.keys() == {"seq", "proof", "kind", "url", "expires_at"}
    assert one["seq"] == 5
    picture = await kit.client.get(one["url"])
    assert picture.status_code == 200
    assert opened(picture.content).size == (480, 640)
    assert CANARY.encode() not in picture.content
    for header, value in {
        "content-type": "image/jpeg",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": api.POLICY,
        "content-disposition": 'inline; filename="proof.jpg"',
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }.items():
        assert picture.headers[header] == value


async def test_a_signature_is_kept_as_a_drawing(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    made = await upload(kit, secret, png())
    assert made.json()["kind"] == "signature"
    assert (await upload(kit, secret, png(), kind="photo")).json()["kind"] == "photo"
    assert (await upload(kit, secret, webp(), kind="signature")).json()["kind"] == "signature"
    await delivered(kit, made.json()["proof"])
    (one,) = (await kit.ask("books", "GET", "/v1/shipments/s-a/proofs")).json()
    picture = await kit.client.get(one["url"])
    assert (one["kind"], picture.headers["content-type"]) == ("signature", "image/png")


async def test_the_page_is_told_how_many_there_are_and_the_socket_no_id(kit: Kit) -> None:
    await delivered(kit, FORGED, f"{DAY}.BBBBBBBBBBBBBBBBBBBBBB")
    stage = await kit.views.stage("s-a")
    assert stage is not None
    (entry,) = shipment_of(stage).stages
    assert (entry.seq, entry.proofs) == (5, 2)


async def test_shop_and_admin_see_it_and_nobody_else(kit: Kit) -> None:
    await shown(kit)
    path = "/v1/shipments/s-a/proofs"
    for who in ("books", "admin"):
        (one,) = (await kit.ask(who, "GET", path)).json()
        assert (await kit.client.get(one["url"])).status_code == 200
    assert (await kit.ask("toys", "GET", path)).status_code == 404
    assert (await kit.ask("nobody", "GET", path)).status_code == 401


# Who may hand one in


async def test_only_who_carries_it_or_has_it_on_his_plan(kit: Kit) -> None:
    mine, others = await phone(kit), await phone(kit, "stranger")
    await kit.registered("books", "a")
    assert (await upload(kit, mine, jpeg())).status_code == 404
    await kit.planned("eleni", ("s-a", "books"))
    assert (await upload(kit, mine, jpeg())).status_code == 201
    refused = await upload(kit, others, jpeg())
    unknown = await upload(kit, others, jpeg(), shipment="s-nowhere")
    assert (refused.status_code, refused.content) == (404, unknown.content)


async def test_for_a_day_after_it_has_ended(kit: Kit) -> None:
    secret = await phone(kit)
    await delivered(kit)
    kit.now[0] += DAY_MS
    assert (await upload(kit, secret, jpeg())).status_code == 201
    kit.now[0] += 1
    assert (await upload(kit, secret, jpeg())).status_code == 404


async def test_a_courier_of_the_same_name_with_another_carrier_may_not(kit: Kit) -> None:
    secret = await phone(kit, "eleni", tenant="elsewhere")
    await carried(kit)
    await kit.planned("eleni", ("s-a", "books"))
    assert (await upload(kit, secret, jpeg())).status_code == 404


async def test_nobody_without_an_enrolled_phone(kit: Kit) -> None:
    await carried(kit)
    scanner = await phone(kit, "hub:north")
    for secret, status in (("", 401), ("wrong", 401), (kit.keys["books"], 401), (scanner, 403)):
        assert (await upload(kit, secret, jpeg())).status_code == status


async def test_another_couriers_picture_named_for_ones_own_shipment_shows_nothing(kit: Kit) -> None:
    """Reports are taken without asking the store. A foreign id, a forged one: neither shows anything."""
    await carried(kit, "eleni")
    foreign = (await upload(kit, await phone(kit), jpeg())).json()["proof"]
    await delivered(kit, foreign, FORGED, order="b", courier="thief")
    given, _ = await ticket(kit, "s-b")
    answer = await seen(kit, given)
    assert answer == [{"seq": 5, "proof": foreign}, {"seq": 5, "proof": FORGED}]
    own, _ = kit.portal.passes.sign("s-a", Proof(foreign, "photo"), None, now_ms=NOW)
    assert (await kit.client.get(f"/v1/proofs/{own}")).status_code == 200
    moved, _ = kit.portal.passes.sign("s-b", Proof(foreign, "photo"), None, now_ms=NOW)
    assert (await kit.client.get(f"/v1/proofs/{moved}")).status_code == 404


# Doing it twice


async def test_a_repeat_is_the_same_picture(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    first = await upload(kit, secret, jpeg(), key="photo-1")
    kit.now[0] += DAY_MS - 1  # also over midnight: the answer was lost, and the phone lay off
    again = await upload(kit, secret, jpeg(), key="photo-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await upload(kit, secret, png(), key="photo-1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:dromos:problem:key_used")
    assert (await upload(kit, secret, png(), key="photo-2")).status_code == 201
    assert (await upload(kit, secret, jpeg())).json() != (await upload(kit, secret, jpeg())).json()


async def test_two_repeats_at_once_are_one_picture(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    made = await asyncio.gather(*(upload(kit, secret, jpeg(), key="k") for _ in range(6)))
    assert len({answer.json()["proof"] for answer in made}) == 1
    assert kit.portal.objects is not None
    assert len(await kit.portal.objects.listed("proofs")) == 1


async def test_the_same_key_of_another_courier_is_another_request(kit: Kit) -> None:
    await carried(kit)
    await kit.planned("nikos", ("s-a", "books"))
    one = await upload(kit, await phone(kit), jpeg(), key="k")
    other = await upload(kit, await phone(kit, "nikos"), jpeg(), key="k")
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["proof"] != other.json()["proof"]


# What is sent


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (bomb(30_000, 30_000), 413, "too_many_pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "not_a_picture"),
        (b"", 422, "not_a_picture"),
        (jpeg()[:200], 422, "broken_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", 422, "heic"),
    ],
)
async def test_what_is_refused_says_why(kit: Kit, body: bytes, status: int, code: str) -> None:
    await carried(kit)
    answer = await upload(kit, await phone(kit), body)
    assert (answer.status_code, answer.json()["reason"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert kit.portal.objects is not None
    assert await kit.portal.objects.listed("proofs") == []


async def test_ten_mebibytes_and_no_more_and_elsewhere_one(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    assert (await upload(kit, secret, jpeg() + b"\0" * (9 << 20))).status_code == 201
    refused = await upload(kit, secret, b"\0" * ((10 << 20) + 1))
    assert refused.status_code == 413
    assert "10 MiB" in refused.json()["detail"]

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"\0" * (1 << 20)

    unsaid = await kit.client.post(
        api.UPLOAD,
        params={"shipment": "s-a"},
        content=endless(),
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert unsaid.status_code == 413
    big = await kit.ask("books", "POST", "/v1/shipments", content=b" " * ((1 << 20) + 1))
    assert (big.status_code, "1 MiB" in big.json()["detail"]) == (413, True)


@pytest.mark.parametrize("shipment", ["../../etc", "a/b", "..", "", "s-a/../s-b", "%2e%2e", "s-a\0"])
async def test_a_shipment_that_is_a_path_is_no_shipment(kit: Kit, shipment: str) -> None:
    answer = await upload(kit, await phone(kit), jpeg(), shipment=shipment)
    assert answer.status_code == 422


async def test_a_shipment_has_so_many_pictures_and_no_more(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    for _ in range(proofs.MOST_OF_A_SHIPMENT):
        assert (await upload(kit, secret, jpeg())).status_code == 201
    full = await upload(kit, secret, jpeg())
    assert (full.status_code, full.json()["reason"]) == (409, "too_many_proofs")


async def test_a_phone_that_sends_too_often_waits() -> None:
    async with running(proof_rate="2/minute") as kit:
        await carried(kit)
        await kit.planned("nikos", ("s-a", "books"))
        secret, other = await phone(kit), await phone(kit, "nikos")
        answers = [await upload(kit, secret, jpeg()) for _ in range(3)]
        assert [a.status_code for a in answers] == [201, 201, 429]
        assert int(answers[2].headers["Retry-After"]) >= 1
        assert (await upload(kit, other, jpeg())).status_code == 201  # of the same address


async def test_without_a_store_it_is_told_to_come_back(kit: Kit) -> None:
    await carried(kit)
    secret = await phone(kit)
    kit.portal.objects = None
    answer = await upload(kit, secret, jpeg())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


class Broken:
    """A store that is away."""

    def __getattr__(self, _: str) -> Any:
        async def refuse(*_: object) -> Any:
            raise ObjectsUnavailable("connection refused")

        return refuse


async def test_a_store_that_is_away_is_503_everywhere(kit: Kit) -> None:
    url = await shown(kit)
    given, _ = await ticket(kit)
    kit.portal.objects = Broken()
    await carried(kit)
    secret = await phone(kit, "nikos")
    await kit.planned("nikos", ("s-a", "books"))
    assert (await upload(kit, secret, jpeg())).status_code == 503
    assert (await kit.client.get(url)).status_code == 503
    await delivered(kit, FORGED)
    answer = await kit.client.get("/v1/link/proofs", headers={"Authorization": f"Ticket {given}"})
    assert answer.status_code == 503
    assert "connection refused" not in answer.text
    assert (await kit.ask("books", "DELETE", "/v1/shipments/s-a/recipient")).status_code == 503


# Addresses that show


async def gone(kit: Kit, path: str) -> httpx.Response:
    answer = await kit.client.get(path)
    assert answer.status_code == 404, path
    return answer


async def test_all_that_is_not_there_looks_the_same(kit: Kit) -> None:
    url = await shown(kit)
    token = url.rpartition("/")[2]
    head, _, tail = token.partition(".")
    stranger = Passes("another-key-entirely").sign("s-a", Proof(FORGED, "photo"), None, now_ms=NOW)[0]
    unknown = kit.portal.passes.sign("s-a", Proof(FORGED, "photo"), None, now_ms=NOW)[0]
    nolink = kit.portal.passes.sign("s-a", Proof(FORGED, "photo"), "0" * 64, now_ms=NOW)[0]
    link_ticket = (await ticket(kit))[0]
    answers = [
        await gone(kit, f"/v1/proofs/{tried}")
        for tried in (
            stranger,
            unknown,
            nolink,
            link_ticket,
            f"{head}.{tail[::-1]}",
            f"{head[:-2]}AA.{tail}",
            f"{token}=",
            "x",
            "a" * 5000,
        )
    ]
    kit.now[0] += proofs.LINK_LIFE_MS - 1
    assert (await kit.client.get(url)).status_code == 200
    kit.now[0] += 1
    answers.append(await gone(kit, url))
    assert len({answer.content for answer in answers}) == 1


async def test_it_dies_with_its_link(kit: Kit) -> None:
    await carried(kit)
    proof = (await upload(kit, await phone(kit), jpeg())).json()["proof"]
    await delivered(kit, proof)
    given, link_id = await ticket(kit)
    (one,) = await seen(kit, given)
    await kit.ask("books", "DELETE", f"/v1/shipments/s-a/links/{link_id}")
    await gone(kit, one["url"])
    refused = await kit.client.get("/v1/link/proofs", headers={"Authorization": f"Ticket {given}"})
    assert refused.status_code == 404


async def test_another_link_shows_its_own_pictures_alone(kit: Kit) -> None:
    await shown(kit)
    await delivered(kit, order="b")
    given, _ = await ticket(kit, "s-b")
    assert await seen(kit, given) == []
    forged, _ = kit.portal.tickets.sign("0" * 64, "s-a", now_ms=NOW)
    answer = await kit.client.get("/v1/link/proofs", headers={"Authorization": f"Ticket {forged}"})
    assert answer.status_code == 404
    assert (await kit.client.get("/v1/link/proofs")).status_code == 401


async def test_a_link_that_is_over_shows_nothing_and_the_shop_still_sees_it(kit: Kit) -> None:
    await shown(kit)
    given, _ = await ticket(kit)
    (one,) = await seen(kit, given)
    kit.now[0] += LINK_AFTER_END_MS + 1
    await gone(kit, one["url"])
    (desk,) = (await kit.ask("books", "GET", "/v1/shipments/s-a/proofs")).json()
    assert (await kit.client.get(desk["url"])).status_code == 200


def test_a_pass_for_one_purpose_or_time_is_no_other() -> None:
    passes = Passes("one-key-for-all-of-them,an-older-key-of-ours")
    proof = Proof(FORGED, "photo")
    token, expires_ms = passes.sign("s-a", proof, None, now_ms=NOW)
    found = passes.verify(token, now_ms=expires_ms - 1)
    assert (found.shipment, found.proof, found.kind, found.link) == ("s-a", FORGED, "photo", None)
    older, _ = Passes("an-older-key-of-ours").sign("s-a", proof, None, now_ms=NOW)
    assert passes.verify(older, now_ms=NOW) == found
    for text, at_ms in ((token, expires_ms), (token.swapcase(), NOW), (unquote(token)[1:], NOW)):
        with pytest.raises(TicketRefused):
            passes.verify(text, now_ms=at_ms)


# Until when


async def test_pictures_go_when_their_days_are_over(kit: Kit) -> None:
    url = await shown(kit)
    assert kit.portal.objects is not None
    await kit.portal.objects.put("proofs/README/not-ours.txt", b"x")
    token, days = url.rpartition("/")[2], kit.portal.settings.proof_days
    pass_ = kit.portal.passes.verify(token, now_ms=NOW)
    midnight_ms = NOW - NOW % DAY_MS
    kit.now[0] = midnight_ms + (days + 1) * DAY_MS - 1
    assert await sweep_proofs(kit.portal) == 0
    (one,) = (await kit.ask("books", "GET", "/v1/shipments/s-a/proofs")).json()
    assert (await kit.client.get(one["url"])).status_code == 200
    kit.now[0] += 1
    # Not shown from that moment on, before anything is swept.
    assert (await kit.ask("books", "GET", "/v1/shipments/s-a/proofs")).json() == [
        {"seq": 5, "proof": pass_.proof}
    ]
    late, _ = kit.portal.passes.sign("s-a", Proof(pass_.proof, "photo"), None, now_ms=kit.now[0])
    await gone(kit, f"/v1/proofs/{late}")
    assert await sweep_proofs(kit.portal) == 1
    assert [s.key for s in await kit.portal.objects.listed("proofs")] == ["proofs/README/not-ours.txt"]
    assert await sweep_proofs(kit.portal) == 0


async def test_a_forgotten_recipients_pictures_go_at_once_named_or_not(kit: Kit) -> None:
    url = await shown(kit)
    secret = await phone(kit, "nikos")
    await kit.planned("nikos", ("s-a", "books"), ("s-b", "books"))
    assert (await upload(kit, secret, png())).status_code == 201  # never named in a report
    await kit.registered("books", "b")
    assert (await upload(kit, secret, png(), shipment="s-b")).status_code == 201
    forgotten = await kit.ask("books", "DELETE", "/v1/shipments/s-a/recipient")
    assert forgotten.json()["pictures"] == 2
    await gone(kit, url)
    assert kit.portal.objects is not None
    (left,) = await kit.portal.objects.listed("proofs")
    assert "/s-b/" in left.key
    assert (await kit.ask("books", "DELETE", "/v1/shipments/s-a/recipient")).json()["pictures"] == 0


# What is written about it


async def test_nothing_of_a_picture_and_no_address_of_one_is_logged(
    kit: Kit, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        url = await shown(kit)
        await kit.client.get(url)
        await kit.client.get(url + "x")
        await upload(kit, await phone(kit, "nikos"), CANARY.encode())
        metrics = (await kit.client.get("/metrics")).text
    printed = capsys.readouterr()
    ours = [str(record.__dict__) for record in caplog.records if not record.name.startswith("http")]
    written = "".join((printed.out, printed.err, *ours))
    token = url.rpartition("/")[2]
    for secret in (CANARY, "Papadopoulou", token, token.partition(".")[0]):
        assert secret not in written
        assert secret not in metrics
    assert "proof.taken" in written
    for name in ("proofs_total", "proofs_shown_total", "proof_seconds_count", "proof_bytes_total"):
        assert re.search(rf"^dromos_portal_{name}(\{{.*\}})? [1-9]", metrics, re.MULTILINE), name
