"""Registering, reporting, reading: idempotency, waiting, and what is written before what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.shipment_commands import Command
from shared.contracts.views.work import Outcome
from tests.unit.portal_kit import BOOK, NOW, Kit, running

KEY = {"Idempotency-Key": "order-1"}
WAIT = {"Prefer": "wait=2"}


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        yield found


def accepted(command: Command) -> Outcome:
    return Outcome(command=command.id, accepted=True, subject=command.shipment, seq=1)


async def register(kit: Kit, who: str = "books", body: Any = BOOK, **headers: str) -> Any:
    return await kit.ask(who, "POST", "/v1/shipments", json=body, headers={**KEY, **headers})


async def test_without_a_wait_it_is_written_down_and_answered_202(kit: Kit) -> None:
    answer = await register(kit)
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "pending"
    assert answer.headers["Location"] == f"/v1/commands/{body['command']}"
    assert "Preference-Applied" not in answer.headers
    command = kit.values(shipment_commands.TOPIC)[0]
    assert command["shipment"] == body["shipment"]
    assert command["order_number"] == "GR-10442"
    assert (command["merchant"], command["tenant"]) == ("books", "athens")
    assert (command["zone"], command["language"]) == ("Europe/Athens", "el")
    assert command["window"] == {"from_ms": 1_795_176_000_000, "to_ms": 1_795_183_200_000}
    assert command["actor"] == {"kind": "merchant", "id": "books"}


async def test_personal_data_go_to_their_topic_and_before_the_command(kit: Kit) -> None:
    order: list[str] = []
    kit.log.listen(shipment_parties.TOPIC, lambda _: order.append("parties"))
    kit.log.listen(shipment_commands.TOPIC, lambda _: order.append("command"))
    answer = (await register(kit)).json()
    assert order == ["parties", "command"]
    (record,) = kit.log.records(shipment_parties.TOPIC)
    assert record.key == f"{answer['shipment']}/{answer['command']}"
    (party,) = kit.values(shipment_parties.TOPIC)
    assert (party["name"], party["lon"], party["note"]) == ("Maria Papadopoulou", 24.9441, "Ring twice.")
    (command,) = kit.log.records(shipment_commands.TOPIC)
    assert record.partition == command.partition
    assert command.value is not None
    for personal in (b"Maria", b"+306900000000", b"Aleksanterinkatu", b"24.9441"):
        assert personal not in command.value
    assert party["version"] == kit.values(shipment_commands.TOPIC)[0]["parties"]


async def test_nothing_is_commanded_when_the_personal_data_are_not_acknowledged(kit: Kit) -> None:
    kit.log.available = False
    answer = await register(kit)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["content-type"] == "application/problem+json"
    assert kit.log.records(shipment_commands.TOPIC) == []


async def test_asked_to_wait_it_answers_with_the_outcome(kit: Kit) -> None:
    kit.decide(accepted)
    answer = await register(kit, **WAIT)
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=2"
    assert answer.headers["Location"] == f"/v1/shipments/{answer.json()['shipment']}"
    assert answer.json()["status"] == "accepted"


async def test_who_is_told_accepted_can_read_it(kit: Kit) -> None:
    kit.decide(accepted, show=True)
    answer = await register(kit, **WAIT)
    assert answer.status_code == 201
    assert (await kit.ask("books", "GET", answer.headers["Location"])).status_code == 200


async def test_asked_to_wait_in_vain_it_answers_202_and_says_what_it_applied(kit: Kit) -> None:
    answer = await register(kit, Prefer="respond-async, wait=0")
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=0"


async def test_redis_away_is_not_known_yet_not_a_failure_once_it_is_written(kit: Kit) -> None:
    stage = await kit.registered("books", "1")
    body = {"event_id": "e-1", "substatus": "InTransit_002"}
    path = f"/v1/shipments/{stage.shipment}/events"

    async def away(shipment: str) -> Any:  # noqa: ARG001
        kit.views.available = False
        return stage

    kit.views.stage = away  # type: ignore[method-assign]
    answer = await kit.ask("books", "POST", path, json=body, headers=WAIT)
    assert answer.status_code == 202


async def test_the_same_key_and_body_is_the_same_shipment_and_command(kit: Kit) -> None:
    first, second = (await register(kit)).json(), (await register(kit)).json()
    assert first == second
    kit.decide(accepted)
    await kit.registered("books", "x", shipment=first["shipment"], parties=first["command"])
    written = len(kit.log.records(shipment_commands.TOPIC))
    again = await register(kit)
    assert again.status_code == 200
    assert again.json()["shipment"] == first["shipment"]
    assert len(kit.log.records(shipment_commands.TOPIC)) == written


async def test_the_same_key_with_another_body_is_422_without_being_asked_to_wait(kit: Kit) -> None:
    first = (await register(kit)).json()
    await kit.registered("books", "x", shipment=first["shipment"], parties=first["command"])
    kit.decide(
        lambda c: Outcome(
            command=c.id,
            accepted=False,
            subject=c.shipment,
            seq=2,
            reason="already_registered",
            explanation="Use another key.",
        )
    )
    personal = len(kit.log.records(shipment_parties.TOPIC))
    other = {**BOOK, "order_number": "GR-2", "recipient": {"name": "Somebody Else"}}
    answer = await register(kit, body=other)
    assert answer.status_code == 422
    assert answer.json()["reason"] == "already_registered"
    assert answer.json()["detail"] == "Use another key."
    # The second person's name is not even written down.
    assert len(kit.log.records(shipment_parties.TOPIC)) == personal


async def test_another_body_is_another_command_for_the_same_shipment(kit: Kit) -> None:
    first = (await register(kit)).json()
    other = (await register(kit, body={**BOOK, "parcels": 3})).json()
    assert first["shipment"] == other["shipment"]
    assert first["command"] != other["command"]


async def test_two_shops_with_the_same_key_have_two_shipments(kit: Kit) -> None:
    assert (await register(kit)).json()["shipment"] != (await register(kit, "toys")).json()["shipment"]


async def test_the_fingerprint_cannot_be_found_by_trying_bodies(kit: Kit) -> None:
    await kit.ask("books", "POST", "/v1/shipments", json=BOOK, headers={"Idempotency-Key": "a"})
    await kit.ask("toys", "POST", "/v1/shipments", json=BOOK, headers={"Idempotency-Key": "b"})
    one, two = kit.values(shipment_commands.TOPIC)
    assert one["fingerprint"] != two["fingerprint"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("recipient", "phone"), "0690000"),
        (("recipient", "name"), "   "),
        (("recipient", "name"), "Maria\u202egnp.exe"),
        (("address", "lat"), 91),
        (("address", "lon"), "east"),
        (("cash", "amount"), "1,50"),
        (("window", "to"), "2026-11-20T13:00:00+02:00"),
        (("window", "from"), 1_795_176_000),
        (("window", "from"), "2026-11-20T14:00:00"),
        (("zone",), "Atlantis/City"),
        (("parcels",), 0),
        (("handover",), "window-sill"),
        (("handover",), None),
        (("colour",), "red"),
    ],
)
async def test_what_cannot_be_is_422_with_the_field_and_without_what_was_sent(
    kit: Kit, path: tuple[str, ...], value: Any
) -> None:
    body: dict[str, Any] = {k: dict(v) if isinstance(v, dict) else v for k, v in BOOK.items()}
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    answer = await register(kit, body=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert all(e["field"].startswith("body") for e in problem["errors"])
    assert "Maria" not in answer.text
    assert kit.log.records(shipment_commands.TOPIC) == []


@pytest.mark.parametrize("handover", ["door", "locker", "counter"])
async def test_where_it_is_handed_over_goes_with_the_command(kit: Kit, handover: str) -> None:
    assert (await register(kit, body={**BOOK, "handover": handover})).status_code == 202
    (record,) = kit.log.records(shipment_commands.TOPIC)
    command = shipment_commands.DECODER.decode(record.value or b"")
    assert isinstance(command, shipment_commands.Register)
    assert command.handover == handover


async def test_a_place_of_another_kind_is_refused_with_those_there_are(kit: Kit) -> None:
    answer = await register(kit, body={**BOOK, "handover": "Locker"})
    (error,) = answer.json()["errors"]
    assert error["field"] == "body.handover"
    assert all(kind in error["message"] for kind in ("door", "locker", "counter"))


async def test_a_request_that_says_door_is_the_same_as_one_that_says_nothing(kit: Kit) -> None:
    silent = (await register(kit)).json()
    assert (await register(kit, body={**BOOK, "handover": "door"})).json() == silent
    other = (await register(kit, body={**BOOK, "handover": "locker"})).json()
    assert other["shipment"] == silent["shipment"]
    assert other["command"] != silent["command"]


async def test_its_document_says_where_it_is_handed_over(kit: Kit) -> None:
    for number, handover in (("1", None), ("2", "counter")):
        stage = await kit.registered("books", number, **({"handover": handover} if handover else {}))
        found = (await kit.ask("books", "GET", f"/v1/shipments/{stage.shipment}")).json()
        assert found["handover"] == (handover or "door")


async def test_without_a_key_it_says_which_header(kit: Kit) -> None:
    answer = await kit.ask("books", "POST", "/v1/shipments", json=BOOK)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "header.Idempotency-Key"


async def test_the_administrator_names_the_merchant(kit: Kit) -> None:
    assert (await register(kit, "admin")).status_code == 422
    answer = await register(kit, "admin", **{"Dromos-Merchant": "books"})
    assert answer.status_code == 202
    assert answer.json()["shipment"] == (await register(kit)).json()["shipment"]
    assert (await register(kit, "admin", **{"Dromos-Merchant": "nobody"})).status_code == 404
    assert (await register(kit, "toys", **{"Dromos-Merchant": "books"})).status_code == 403


async def test_a_shipment_reads_as_stages_with_iso_times_and_links(kit: Kit) -> None:
    stage = await kit.registered("books", "1")
    link = (await kit.ask("books", "POST", f"/v1/shipments/{stage.shipment}/links")).json()
    answer = await kit.ask("books", "GET", f"/v1/shipments/{stage.shipment}")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["tag"]) == ("InfoReceived_001", "InfoReceived")
    assert body["status_at"] == "2026-11-20T09:59:00Z"
    assert body["history"][0]["at"] == "2026-11-20T09:59:00Z"
    assert [x["link_id"] for x in body["links"]] == [link["link_id"]]
    assert "url" not in body["links"][0]


async def test_a_report_is_a_command_of_the_merchants_with_its_own_time(kit: Kit) -> None:
    kit.decide(accepted)
    stage = await kit.registered("books", "1")
    body = {
        "event_id": "scan-7",
        "substatus": "Exception_005",
        "at": "2026-11-20T11:30:00+02:00",
        "note": "Nikos says tomorrow.",
        "place": "Hub 1",
    }
    path = f"/v1/shipments/{stage.shipment}/events"
    first = await kit.ask("books", "POST", path, json=body, headers=WAIT)
    assert first.status_code == 200
    again = await kit.ask("books", "POST", path, json={**body, "note": "Other words."}, headers=WAIT)
    assert again.json()["command"] == first.json()["command"]
    commands = kit.values(shipment_commands.TOPIC)
    assert commands[0]["at_ms"] == 1_795_167_000_000
    assert commands[0]["actor"] == {"kind": "merchant", "id": "books"}
    notes = kit.values(shipment_parties.TOPIC)
    assert commands[0]["note"] == notes[0]["version"] != notes[1]["version"]
    assert b"Nikos" not in b"".join(r.value or b"" for r in kit.log.records(shipment_commands.TOPIC))


async def test_a_refused_report_says_why_and_what_is_possible(kit: Kit) -> None:
    kit.decide(
        lambda c: Outcome(
            command=c.id,
            accepted=False,
            subject=c.shipment,
            seq=9,
            reason="already_ended",
            explanation="The shipment has ended.",
        )
    )
    stage = await kit.registered("books", "1")
    answer = await kit.ask(
        "books",
        "POST",
        f"/v1/shipments/{stage.shipment}/events",
        json={"event_id": "e", "substatus": "InTransit_001"},
        headers=WAIT,
    )
    assert answer.status_code == 409
    assert answer.json()["reason"] == "already_ended"
    assert answer.json()["type"] == "urn:dromos:problem:already_ended"
    command = await kit.ask("books", "GET", f"/v1/commands/{answer.json()['command']}")
    assert command.json()["status"] == "refused"


async def test_a_commands_outcome_is_its_senders(kit: Kit) -> None:
    sent = (await register(kit)).json()["command"]
    assert (await kit.ask("books", "GET", f"/v1/commands/{sent}")).json()["status"] == "pending"
    assert (await kit.ask("toys", "GET", f"/v1/commands/{sent}")).status_code == 404
    stage = await kit.registered("books", "1")
    await kit.views.put_outcome(Outcome(command="k-couriers", accepted=True, subject=stage.shipment, seq=3))
    assert (await kit.ask("books", "GET", "/v1/commands/k-couriers")).json()["seq"] == 3
    assert (await kit.ask("toys", "GET", "/v1/commands/k-couriers")).status_code == 404
    assert (await kit.ask("admin", "GET", "/v1/commands/k-couriers")).status_code == 200
    assert kit.now[0] == NOW


async def test_the_recipient_is_forgotten_in_every_version_and_nobody_else(kit: Kit) -> None:
    shipment = (await register(kit)).json()["shipment"]
    await kit.registered("books", "x", shipment=shipment)
    headers = {"Idempotency-Key": "another"}
    other = (await kit.ask("books", "POST", "/v1/shipments", json=BOOK, headers=headers)).json()
    for number in (1, 2):
        event = {"event_id": f"e-{number}", "type": "held", "note": "Maria is away."}
        assert (await kit.ask("books", "POST", f"/v1/shipments/{shipment}/events", json=event)).is_success
    path = f"/v1/shipments/{shipment}/recipient"
    kit.history.available = False
    assert (await kit.ask("books", "DELETE", path)).status_code == 503
    kit.history.available = True
    forgotten = (await kit.ask("books", "DELETE", path)).json()
    assert forgotten == {"shipment": shipment, "deleted": 3, "pictures": 0}
    newest = {r.key: r.value for r in kit.log.records(shipment_parties.TOPIC)}
    assert {(key or "").partition("/")[0] for key, value in newest.items() if value} == {other["shipment"]}
    assert (await kit.ask("admin", "DELETE", path)).json()["deleted"] == 0
    assert (await kit.ask("books", "GET", f"/v1/shipments/{shipment}")).status_code == 200
