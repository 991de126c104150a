"""Answers and cases over a real PostgreSQL: figures, lists, a case from its bad answer to its last word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from deploy.local.infra import Infra
from services.projector.lists import store
from services.projector.lists.ledger import rating_rows
from shared.contracts.ratings import Rating
from shared.contracts.shipment_parties import Note
from shared.contracts.shipment_state import ShipmentState
from tests.integration.desk_kit import HOUR, Desk, recipient, running, state
from tests.unit.portal_kit import NOW

DAY = 24 * HOUR


@pytest.fixture
async def desk(infra: Infra) -> AsyncIterator[Desk]:
    async with running(infra) as found:
        body = {"tenant": "athens", "name": "Eleni G."}
        assert (await found.ask("admin", "PUT", "/v1/couriers/eleni", json=body)).status_code == 201
        yield found


def rated(question: Any, score: int | None, seq: int = 5, **more: Any) -> Rating:
    return Rating(seq=seq, question=question, score=score, at_ms=more.pop("at_ms", NOW - HOUR), **more)


def delivered(shipment: str, *ratings: Rating, **more: Any) -> ShipmentState:
    return state(shipment, "Delivered_001", courier="eleni", ratings=ratings, **more)


async def some(desk: Desk) -> None:
    """Maria is not content and says why; two others are; a fourth's came to another carrier."""
    await desk.write(
        delivered("s-a", rated("all_right", 0, 5, note="k-w"), rated("nps", 9, 6, at_ms=NOW - HOUR + 1)),
        recipient("s-a", email="maria@example.org", language="el"),
        Note(tenant="athens", shipment="s-a", version="k-w", text="Το κουτί ήταν ανοιχτό."),
        delivered("s-b", rated("nps", 10), rated("csi", 5, 6), merchant="toys"),
        delivered("s-c", rated("csi", 1, 5, at_ms=NOW - 2 * DAY)),
        delivered("s-d", rated("nps", 0), tenant="patras"),
        delivered("s-e", rated("nps", None)),
    )


async def close(desk: Desk, shipment: str, seq: int, word: str, who: str = "staff") -> httpx.Response:
    body = {"seq": seq, "word": word}
    return await desk.ask(who, "POST", f"/v1/cases/{shipment}/closings", json=body)


def names(page: Any) -> list[str]:
    return [case["shipment"] for case in page["cases"]]


async def test_answers_are_listed_with_their_words(desk: Desk) -> None:
    await some(desk)
    found = (await desk.get("/v1/answers"))["answers"]
    assert [(a["shipment"], a["question"], a.get("score")) for a in found] == [
        ("s-a", "nps", 9),
        ("s-b", "nps", 10),
        ("s-b", "csi", 5),
        ("s-a", "all_right", 0),
        ("s-c", "csi", 1),
    ]
    first = found[3]
    assert (first["words"], first["bad"]) == ("Το κουτί ήταν ανοιχτό.", True)
    assert (first["name"], first["courier_name"], first["shop"]) == (
        "Μαρία Παπαδοπούλου",
        "Eleni G.",
        "Πλειάδες",
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("?bad=true", ["s-a", "s-c"]),
        ("?words=true", ["s-a"]),
        ("?merchant=toys", ["s-b", "s-b"]),
        ("?courier=nikos", []),
        ("?days=1", ["s-a", "s-b", "s-b", "s-a"]),
    ],
)
async def test_the_list_is_narrowed(desk: Desk, asked: str, found: list[str]) -> None:
    await some(desk)
    page = await desk.get(f"/v1/answers{asked}")
    assert [a["shipment"] for a in page["answers"]] == found


async def test_pages_of_answers_leave_none_out(desk: Desk) -> None:
    await some(desk)
    found, after = [], ""
    for _ in range(6):
        page = await desk.get(f"/v1/answers?limit=1{after}")
        found += [(a["shipment"], a["question"]) for a in page["answers"]]
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert len(found) == len(set(found)) == 5


async def test_the_report_counts_by_shop_courier_and_day(desk: Desk) -> None:
    await some(desk)
    report = await desk.get("/v1/answers/report?by=shop")
    assert (report["delivered"], report["answered"]) == (4, 3)
    together = report["all"]
    assert (together["nps"]["answers"], together["nps"]["value"]) == (2, 100.0)
    assert (together["csi"]["answers"], together["csi"]["mean"]) == (2, 3.0)
    assert (together["all_right"]["answers"], together["all_right"]["yes"]) == (1, 0)
    assert together["nps"]["few"]
    groups = {g["key"]: g["nps"]["answers"] + g["csi"]["answers"] for g in report["groups"]}
    assert groups == {"books": 2, "toys": 2}
    by_courier = await desk.get("/v1/answers/report?by=courier")
    assert [(g["key"], g["name"]) for g in by_courier["groups"]] == [("eleni", "Eleni G.")]
    by_day = await desk.get("/v1/answers/report?by=day")
    assert [g["key"] for g in by_day["groups"]] == ["2026-11-20", "2026-11-18"]


async def test_another_carriers_answers_are_not_there(desk: Desk) -> None:
    await some(desk)
    assert [a["shipment"] for a in (await desk.get("/v1/answers", "far"))["answers"]] == ["s-d"]
    assert names(await desk.get("/v1/cases", "far")) == ["s-d"]
    assert (await desk.ask("far", "GET", "/v1/shipments/s-a/answers")).status_code == 404
    assert (await close(desk, "s-a", 5, "Called.", "far")).status_code == 404
    assert (await desk.get("/v1/cases/count", "far"))["open"] == 1


async def test_a_bad_answer_is_a_case_until_somebody_closes_it_with_a_word(desk: Desk) -> None:
    await some(desk)
    page = await desk.get("/v1/cases")
    assert (names(page), page["open"]) == (["s-c", "s-a"], 2)
    case = page["cases"][1]
    assert case["recipient"] == {
        "name": "Μαρία Παπαδοπούλου",
        "phone": "+306912345678",
        "email": "maria@example.org",
        "language": "el",
    }
    assert [(a["question"], a.get("words")) for a in case["answers"]] == [
        ("nps", None),
        ("all_right", "Το κουτί ήταν ανοιχτό."),
    ]
    closed = await close(desk, "s-a", case["seq"], "Called her: a new box comes tomorrow.")
    assert closed.status_code == 201, closed.text
    assert closed.json()["closed"]["by_name"] == "Staff"
    assert names(await desk.get("/v1/cases")) == ["s-c"]
    done = await desk.get("/v1/cases?state=closed")
    assert (names(done), done["open"]) == (["s-a"], 1)
    told = await desk.get("/v1/shipments/s-a/answers")
    assert (told["case"], told["closed"]["word"]) == ("closed", "Called her: a new box comes tomorrow.")


async def test_a_closing_can_be_taken_back(desk: Desk) -> None:
    await some(desk)
    made = (await close(desk, "s-a", 5, "Called.")).json()["closed"]["closing"]
    path = f"/v1/cases/s-a/closings/{made}"
    for _ in range(2):
        assert (await desk.ask("staff", "DELETE", path)).status_code == 204
    assert names(await desk.get("/v1/cases")) == ["s-c", "s-a"]
    assert (await close(desk, "s-a", 5, "Called again.")).status_code == 201
    assert (await desk.ask("staff", "DELETE", "/v1/cases/s-c/closings/cc-none")).status_code == 404


async def test_a_newer_bad_answer_opens_the_case_again(desk: Desk) -> None:
    await some(desk)
    assert (await close(desk, "s-a", 5, "Called.")).status_code == 201
    worse = delivered(
        "s-a", rated("all_right", 0, 5, note="k-w"), rated("nps", 2, 8, at_ms=NOW - 60_000), seq=8
    )
    await desk.write(worse)
    page = await desk.get("/v1/cases")
    assert names(page) == ["s-c", "s-a"]
    assert page["cases"][1]["seq"] == 8
    assert "closed" not in page["cases"][1]
    late = await close(desk, "s-a", 5, "I have not read his second answer.")
    assert (late.status_code, late.json()["reason"]) == (409, "answered_again")
    assert (await close(desk, "s-a", 8, "Called again.")).status_code == 201


async def test_who_changes_his_mind_takes_his_case_back(desk: Desk) -> None:
    await some(desk)
    await desk.write(delivered("s-c", rated("csi", 4, 9), seq=9))
    assert names(await desk.get("/v1/cases")) == ["s-a"]
    assert (await close(desk, "s-c", 5, "Called.")).status_code == 404


async def test_of_many_who_close_at_once_one_does(desk: Desk) -> None:
    await some(desk)
    found = await asyncio.gather(*(close(desk, "s-a", 5, f"Called, says {n}.") for n in range(6)))
    assert sorted(answer.status_code for answer in found) == [201] + [409] * 5
    assert {a.json()["reason"] for a in found if a.status_code == 409} == {"already_closed"}


@pytest.mark.parametrize("word", ["", "   ", "x" * 1001])
async def test_a_case_is_closed_with_a_word_or_not_at_all(desk: Desk, word: str) -> None:
    await some(desk)
    assert (await close(desk, "s-a", 5, word)).status_code == 422


async def test_readers_look_and_close_nothing(desk: Desk) -> None:
    await some(desk)
    assert (await close(desk, "s-a", 5, "Called.", "reader")).status_code == 403
    assert (await close(desk, "s-a", 5, "Called.", "books")).status_code == 403


async def test_pages_of_cases_leave_none_out(desk: Desk) -> None:
    await desk.write(*(delivered(f"s-{n}", rated("nps", 1, at_ms=NOW - n // 2 * HOUR)) for n in range(5)))
    for asked, expected in (("open", ["s-4", "s-2", "s-3", "s-0", "s-1"]),):
        found, after = [], ""
        while True:
            page = await desk.get(f"/v1/cases?state={asked}&limit=2{after}")
            found += names(page)
            if "next" not in page:
                break
            after = f"&after={page['next']}"
        assert found == expected


async def test_what_was_written_of_a_person_goes_with_him(desk: Desk) -> None:
    await some(desk)
    await desk.registered("books", "a", substatus="Delivered_001", ended=True)
    await close(desk, "s-a", 5, "Called Maria at home.")
    assert (await desk.ask("owner", "DELETE", "/v1/shipments/s-a/recipient")).status_code == 200
    assert desk.portal.office is not None
    async with desk.portal.office.database.engine.connect() as connection:
        words = (await connection.execute(text("SELECT word FROM portal.case_closings"))).scalars().all()
    assert words == [""]


async def test_an_older_state_changes_no_answer(desk: Desk) -> None:
    """Replayed from the log in any order, the tables are the same."""
    newer, older = delivered("s-a", rated("nps", 9, 8)), delivered("s-a", rated("nps", 2, 5))
    await desk.write(newer)
    assert desk.portal.lists is not None
    async with desk.portal.lists.database.engine.begin() as connection:
        await store.put_ratings(connection, rating_rows(older))
    assert (await desk.get("/v1/cases/count"))["open"] == 0
