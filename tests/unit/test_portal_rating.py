"""The recipient's answers at the portal: by the page's ticket alone, the words before the command, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.contracts import shipment_commands, shipment_parties
from shared.contracts.ratings import Rating
from shared.contracts.registry import TOPICS
from shared.contracts.shipment_commands import Command, Rate
from shared.contracts.views.work import Outcome
from tests.unit.portal_kit import NOW, Kit, running

RATING = "/v1/link/rating"


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running(rating_rate="20/hour") as found:
        found.decide(outcome)
        yield found


def outcome(command: Command) -> Outcome | None:
    if not isinstance(command, Rate):
        return None
    return Outcome(command=command.id, subject=command.shipment, accepted=True, seq=9)


async def opened(kit: Kit, *ratings: Rating, order: str = "a") -> str:
    """A ticket of a delivered shipment's page."""
    stage = await kit.registered(
        "books", order, substatus="Delivered_001", attempt=1, ended=True, seq=9, ratings=ratings
    )
    made = (await kit.ask("books", "POST", f"/v1/shipments/{stage.shipment}/links")).json()
    secret = made["url"].partition("#")[2]
    return str((await kit.client.post("/v1/link/ticket", json={"secret": secret})).json()["ticket"])


async def answer(kit: Kit, ticket: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    given = {"Authorization": f"Ticket {ticket}", **(headers or {})}
    return await kit.client.post(RATING, json=body, headers=given)


def commands(kit: Kit) -> list[dict[str, Any]]:
    return kit.values(shipment_commands.TOPIC)


async def test_one_tap_is_a_command_of_the_recipient(kit: Kit) -> None:
    taken = await answer(kit, await opened(kit), question="nps", score=3)
    assert (taken.status_code, taken.json()) == (200, {"question": "nps", "score": 3, "status": "accepted"})
    (command,) = commands(kit)
    assert command == {
        "type": "rate",
        "id": command["id"],
        "tenant": "athens",
        "shipment": "s-a",
        "at_ms": NOW,
        "actor": {"kind": "recipient", "id": "s-a"},
        "question": "nps",
        "score": 3,
    }
    assert kit.values(shipment_parties.TOPIC) == []


async def test_words_lie_with_the_personal_data_before_the_command_names_them(kit: Kit) -> None:
    order: list[str] = []
    kit.log.listen(shipment_parties.TOPIC, lambda _: order.append("words"))
    kit.log.listen(shipment_commands.TOPIC, lambda _: order.append("command"))
    await answer(kit, await opened(kit), question="all_right", score=0, words="  Το κουτί ήταν ανοιχτό. ")
    (command,), (note,) = commands(kit), kit.values(shipment_parties.TOPIC)
    assert order == ["words", "command"]
    assert note == {
        "type": "note",
        "tenant": "athens",
        "shipment": "s-a",
        "version": command["note"],
        "text": "Το κουτί ήταν ανοιχτό.",
    }
    assert "ανοιχτό" not in str(command)
    for topic in TOPICS.values():
        if not topic.personal:
            assert all("ανοιχτό".encode() not in (r.value or b"") for r in kit.log.records(topic))


async def test_the_same_key_and_body_is_one_command_and_another_body_is_another_answer(kit: Kit) -> None:
    ticket, key = await opened(kit), {"Idempotency-Key": "tap-1"}
    for score in (2, 2, 3):
        await answer(kit, ticket, key, question="nps", score=score)
    ids = [command["id"] for command in commands(kit)]
    assert ids[0] == ids[1] != ids[2]


async def test_what_stands_already_is_not_written_again(kit: Kit) -> None:
    ticket = await opened(kit, Rating(seq=5, question="nps", at_ms=NOW, score=9))
    assert (await answer(kit, ticket, question="nps", score=9)).status_code == 200
    assert commands(kit) == []
    await answer(kit, ticket, question="nps", score=8)
    assert [c["score"] for c in commands(kit)] == [8]


async def test_a_remark_stays_when_only_the_score_changes_and_goes_when_it_is_emptied(kit: Kit) -> None:
    ticket = await opened(kit, Rating(seq=5, question="csi", at_ms=NOW, score=2, note="k-words"))
    await answer(kit, ticket, question="csi", score=4)
    await answer(kit, ticket, question="csi", score=2, words="")
    assert [c.get("note") for c in commands(kit)] == ["k-words", None]


async def test_an_answer_is_taken_back(kit: Kit) -> None:
    ticket = await opened(kit, Rating(seq=5, question="nps", at_ms=NOW, score=2, note="k-words"))
    headers = {"Authorization": f"Ticket {ticket}"}
    gone = await kit.client.delete(f"{RATING}/nps", headers=headers)
    assert (gone.status_code, gone.json()) == (200, {"question": "nps", "status": "accepted"})
    (command,) = commands(kit)
    assert (command["question"], "score" in command, "note" in command) == ("nps", False, False)
    assert (await kit.client.delete(f"{RATING}/csi", headers=headers)).status_code == 200
    assert len(commands(kit)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"question": "nps"},
        {"question": "nps", "score": 11},
        {"question": "nps", "score": -1},
        {"question": "nps", "score": "9"},
        {"question": "nps", "score": True},
        {"question": "csi", "score": 0},
        {"question": "all_right", "score": 2},
        {"question": "remark"},
        {"question": "remark", "words": "   "},
        {"question": "remark", "score": 3, "words": "Good."},
        {"question": "weather", "score": 3},
        {"question": "nps", "score": 3, "words": "x" * 1001},
        {"question": "nps", "score": 3, "by": "me"},
    ],
)
async def test_what_is_no_answer_is_refused(kit: Kit, body: dict[str, Any]) -> None:
    assert (await answer(kit, await opened(kit), **body)).status_code == 422
    assert commands(kit) == kit.values(shipment_parties.TOPIC) == []


async def test_only_the_links_ticket_answers(kit: Kit) -> None:
    ticket = await opened(kit)
    for headers in ({}, {"Authorization": "Ticket x"}, kit.auth("books"), kit.auth("owner")):
        refused = await kit.client.post(RATING, json={"question": "nps", "score": 9}, headers=headers)
        assert refused.status_code == 401, headers
    kit.now[0] += 61_000
    assert (await answer(kit, ticket, question="nps", score=9)).status_code == 401
    assert commands(kit) == []


async def test_looking_at_the_tapped_link_answers_nothing(kit: Kit) -> None:
    await opened(kit)
    for path in ("/t?nps=0", "/t?right=no", f"{RATING}?nps=0"):
        await kit.client.get(path)
        await kit.client.head(path)
    assert commands(kit) == []


async def test_a_revoked_link_answers_no_more(kit: Kit) -> None:
    ticket = await opened(kit)
    (known,) = kit.portal.links_of.of("s-a")
    await kit.ask("books", "DELETE", f"/v1/shipments/s-a/links/{known.link}")
    assert (await answer(kit, ticket, question="nps", score=9)).status_code == 404
    assert commands(kit) == []


async def test_a_refusal_says_why() -> None:
    async with running() as kit:
        kit.decide(
            lambda c: Outcome(
                command=c.id,
                subject=c.shipment,
                accepted=False,
                seq=2,
                reason="nothing_to_rate",
                explanation="The parcel has not been brought yet.",
            )
        )
        refused = await answer(kit, await opened(kit), question="nps", score=9)
        assert refused.status_code == 409
        assert (refused.json()["reason"], refused.json()["detail"]) == (
            "nothing_to_rate",
            "The parcel has not been brought yet.",
        )


async def test_answers_are_counted_by_shipment(kit: Kit) -> None:
    ticket, other = await opened(kit), await opened(kit, order="b")
    found = [(await answer(kit, ticket, question="nps", score=n % 10)).status_code for n in range(21)]
    assert found == [200] * 20 + [429]
    assert (await answer(kit, other, question="nps", score=9)).status_code == 200
