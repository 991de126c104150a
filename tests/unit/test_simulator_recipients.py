"""The demonstration's recipients: what they think, and that they say it once, when their time has come."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest

from services.portal.schemas.answers import RatingBody
from services.simulator.client import ApiError, Client
from services.simulator.core.opinions import AFTER_S, ANSWERS, opinions
from services.simulator.core.texts import REMARKS, SHOPS
from services.simulator.core.world import Address, Order, StopPlan
from services.simulator.recipients import Recipients
from services.simulator.rounds import Stop
from shared.contracts.ratings import BAD

LANGUAGES = ("el", "ru", "en")


def said(substatus: str, language: str, many: int = 400) -> list[dict[str, Any]]:
    return [
        opinion.body
        for n in range(many)
        for opinion in opinions(substatus, language, random.Random(f"{language}/{n}"))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_say_what_the_api_takes_in_their_own_language(language: str) -> None:
    found = said("Delivered_001", language)
    assert {body["question"] for body in found} == {"all_right", "nps", "csi", "remark"}
    for body in found:
        RatingBody(**body)
    bad, good = REMARKS[language]
    words = {body["words"] for body in found if "words" in body}
    assert words == {*bad, *good}


def test_some_are_not_content_and_most_are() -> None:
    marks = [body for body in said("Delivered_001", "en") if body["question"] in BAD]
    bad = sum(body["score"] <= BAD[body["question"]] for body in marks)
    assert 0.05 < bad / len(marks) < 0.4
    answering = sum(body["question"] == "all_right" for body in marks) / 400
    assert abs(answering - ANSWERS) < 0.1


@pytest.mark.parametrize("substatus", ["AttemptFail_002", "Exception_003", "Exception_012"])
def test_who_got_nothing_is_not_asked(substatus: str) -> None:
    assert said(substatus, "el") == []


def stop(shipment: str) -> Stop:
    order = Order(SHOPS[0], "AM-1", "Ελπίδα Καρρά", 1, None, "3", None)
    plan = StopPlan(Address("Ερμού 1", (23.7, 37.9)), order, "Delivered_001", None, None)
    return Stop(plan, shipment)


class Portal:
    """The portal's three calls that an answer takes; `down` refuses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, Any]] = []
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        auth = request.headers.get("authorization")
        self.asked.append((request.url.path, auth, request.content.decode()))
        if self.down:
            return httpx.Response(409, json={})
        if request.url.path.endswith("/links"):
            return httpx.Response(201, json={"url": "http://portal/t#the-secret"})
        if request.url.path == "/v1/link/ticket":
            assert request.content == b'{"secret":"the-secret"}'
            return httpx.Response(200, json={"ticket": "t-1"})
        return httpx.Response(200, json={})


def answering(number: int) -> str:
    """A shipment whose recipient answers."""
    names = (f"s-{n}" for n in range(1000))
    found = [s for s in names if opinions("Delivered_001", "el", random.Random(f"opinion/{s}"))]
    return found[number]


async def test_an_answer_comes_about_a_minute_later_by_the_link() -> None:
    portal, now = Portal(), [0.0]
    async with Client("http://i", "http://p", "admin", transport=httpx.MockTransport(portal)) as client:
        people = Recipients(client, {SHOPS[0].id: "mk_1"}, now_s=lambda: now[0])
        people.handed_over(stop(answering(0)))
        now[0] = AFTER_S[0] - 1
        assert (await people.answer_due(), portal.asked) == (0, [])
        now[0] = AFTER_S[1]
        assert await people.answer_due() == 1
        assert await people.answer_due() == 0
    link, ticket, rating, *_ = portal.asked
    assert (link[0], link[1]) == (f"/v1/shipments/{answering(0)}/links", "Bearer mk_1")
    assert (ticket[0], ticket[1]) == ("/v1/link/ticket", None)
    assert (rating[0], rating[1]) == ("/v1/link/rating", "Ticket t-1")
    assert '"question":"all_right"' in rating[2]


async def test_at_ten_times_the_speed_it_comes_in_a_tenth_of_the_time() -> None:
    portal, now = Portal(), [0.0]
    async with Client("http://i", "http://p", "admin", transport=httpx.MockTransport(portal)) as client:
        people = Recipients(client, {SHOPS[0].id: "mk_1"}, speed=10.0, now_s=lambda: now[0])
        people.handed_over(stop(answering(0)))
        now[0] = AFTER_S[1] / 10
        assert await people.answer_due() == 1


async def test_ones_trouble_is_not_the_others() -> None:
    portal, now = Portal(), [0.0]
    async with Client("http://i", "http://p", "admin", transport=httpx.MockTransport(portal)) as client:
        people = Recipients(client, {SHOPS[0].id: "mk_1"}, now_s=lambda: now[0])
        portal.down = True
        people.handed_over(stop(answering(0)))
        now[0] = AFTER_S[1]
        assert await people.answer_due() == 0
        portal.down = False
        people.handed_over(stop(answering(1)))
        now[0] += AFTER_S[1]
        assert await people.answer_due() == 1
        portal.down = True
        with pytest.raises(ApiError):
            await client.rate("http://p/t#the-secret", {})
