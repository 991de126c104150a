"""kill -9 of the notifier and of the stages in the middle of a day, round after round: what arrived at the
mail server and at the SMS gateway, counted there by recipient and by what it says, never by our own ids.

`DROMOS_NOTICE_ROUNDS` says how many rounds (3)."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from deploy.local.infra import Infra
from shared.contracts.common import Actor
from shared.contracts.merchants import Merchant
from shared.contracts.notice_commands import Decide
from shared.contracts.notices import NoticePolicy
from tests.faults.flow import Firm
from tests.notices_kit import TENANT, Hands, Sending, hands, now_ms, sending, until

pytestmark = pytest.mark.timeout(3_600)

ROUNDS = int(os.environ.get("DROMOS_NOTICE_ROUNDS") or 3)
EACH = 12
"""Shipments of a round; every other one has a telephone and no address."""
SETTLED_S = 120.0
FENCED = 70
MINUTE_MS = 60_000
SAYS = {"announced": "we have your order", "out_for_delivery": "out for delivery", "delivered": "delivered"}
"""What a mail's subject, or an SMS, says of each: the first that fits, in this order."""
BOOKS = Merchant(
    merchant="bookshop",
    tenant=TENANT,
    name="The bookshop",
    notices=NoticePolicy(
        email_only=(), quiet_from_h=0, quiet_to_h=0, daily_cap=50, ask_after_s=0, survey_after_s=0
    ),
)


@dataclass
class Tally:
    """What was killed when, and what was then under way."""

    kills: Counter[str] = field(default_factory=Counter)
    under_way: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (shipment, kind) of mails: kills that fell between its claim and its closing."""
    held: Counter[str] = field(default_factory=Counter)


class Streets(Firm):
    """Batches of shipments: taken over, set out with, delivered, each a round after the one before."""

    def batch(self, number: int) -> list[str]:
        return [f"s-{number:02}-{n:02}" for n in range(EACH)]

    async def takes_over(self, number: int) -> None:
        for shipment in self.batch(number):
            await self.command(
                "shipment.commands",
                shipment,
                "register",
                f"reg-{shipment}",
                merchant="bookshop",
                order_number=shipment.upper(),
                fingerprint="f",
                parties=f"reg-{shipment}",
            )
        for shipment in self.batch(number):
            await self.said("hub", "hub-1", shipment, "InTransit_002")

    async def sets_out(self, number: int) -> None:
        """Half a minute ago, so that it has settled."""
        courier, at_ms = f"courier-{number}", now_ms() - MINUTE_MS // 2
        stops = [
            {
                "stop": f"stop-{n}",
                "lon": 24.9,
                "lat": 60.2,
                "shipments": [{"shipment": s, "merchant": "bookshop"}],
            }
            for n, s in enumerate(self.batch(number))
        ]
        for type_, more in (("plan_route", {"stops": stops}), ("set_out", {})):
            await self.command(
                "courier.commands", courier, type_, f"{type_}-{courier}", route="r", at_ms=at_ms, **more
            )

    async def delivers(self, number: int) -> None:
        for shipment in self.batch(number):
            await self.said("courier", f"courier-{number}", shipment, "Delivered_001")

    async def said(self, kind: str, who: str, shipment: str, substatus: str) -> None:
        """Twice under its id, as phones do."""
        actor = {"kind": kind, "id": who}
        for _ in range(2):
            await self.command(
                "shipment.commands",
                shipment,
                "report",
                f"rep-{shipment}-{substatus}",
                substatus=substatus,
                actor=actor,
            )


def address(shipment: str) -> tuple[str | None, str | None]:
    """(e-mail, telephone): each shipment's own."""
    number = int(shipment.replace("s-", "").replace("-", ""))
    return (None, f"+3069{number:04}0100") if number % 2 else (f"{shipment}@example.org", None)


def arrived(world: Sending) -> dict[tuple[str, str, str], list[str]]:
    """(recipient, what it says, channel) -> the ids of the messages there."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for message in world.box.messages(limit=5_000):
        said = (message["subject"] if message["kind"] == "mail" else message["text"]).casefold()
        what = next(kind for kind, words in SAYS.items() if words in said)
        found[message["to"], what, message["kind"]].append(message["ref"])
    return found


def _came(world: Sending) -> int:
    return world.box.count("smtp_data") + world.box.count("sms_calls")


async def killed(world: Sending, do: Hands, tally: Tally, dice: random.Random) -> None:
    """The notifier as soon as some more messages have come, the stages a moment later; both come back."""
    workers, more = world.workers, dice.randint(1, EACH)
    came, end = _came(world), time.monotonic() + 10
    for _ in range(10_000):
        if _came(world) >= came + more or time.monotonic() > end:
            break
        await asyncio.sleep(0.002)
    workers.kill("notifier")
    tally.kills["notifier"] += 1
    rows = await do.rows(
        "SELECT shipment, kind FROM notices WHERE channel = 'email' AND state IN ('claimed', 'sending')"
    )
    tally.under_way.update((row.shipment, row.kind) for row in rows)
    await asyncio.sleep(dice.random())
    workers.kill("stages")
    tally.kills["stages"] += 1
    await asyncio.to_thread(workers.start, "notifier", "stages")


async def decided(world: Sending, do: Hands, tally: Tally) -> None:
    """What is held a person looks up at the gateway: what is not there is released."""
    there = arrived(world)
    for row in await do.rows("SELECT notice, shipment, kind FROM notices WHERE state = 'held'"):
        came = there.get((address(row.shipment)[1] or "", row.kind, "sms"))
        tally.held["released" if not came else "discarded"] += 1
        await do.command(
            Decide(
                id=f"d-{row.notice}",
                tenant=TENANT,
                merchant="bookshop",
                shipment=row.shipment,
                at_ms=now_ms(),
                actor=Actor(kind="staff", id="anna"),
                notice=row.notice,
                release=not came,
            )
        )


async def settled(do: Hands, wants: int) -> bool:
    """Nothing is open, and there are so many wants."""
    [row] = await do.rows(
        "SELECT (SELECT count(*) FROM wants) AS wants, (SELECT count(*) FROM wants WHERE open) AS open,"
        " (SELECT count(*) FROM notices WHERE state IN ('queued', 'claimed', 'sending', 'retry')) AS going"
    )
    return (row.wants, row.open, row.going) == (wants, 0, 0)


@pytest.fixture(scope="module")
def world(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sending]:
    folder = tmp_path_factory.mktemp("notices")
    prefix = f"t-notices-{os.getpid()}."
    with sending(infra, prefix, folder, [BOOKS], lease_s=10, session_s=6.0) as found:
        found.workers.start("shipments", "stages", "notifier")
        yield found


async def test_kill_9_of_notifier_and_stages_in_the_middle_of_a_day(world: Sending) -> None:
    """Nothing is lost, no SMS comes twice, and a mail no more often than it was interrupted."""
    tally, dice = Tally(), random.Random(3)
    streets = Streets(world.settings.kafka_bootstrap, world.prefix)
    async with hands(world) as do, streets:
        for number in range(ROUNDS):
            for shipment in streets.batch(number):
                await do.people((shipment, *address(shipment)), version=f"reg-{shipment}")
        for number in range(ROUNDS + 2):
            begun = asyncio.gather(*_events(streets, number))
            if number < ROUNDS:
                await killed(world, do, tally, dice)
            await begun
            # What one message overtakes another one need not tell: the next batch waits for this one.
            so_far = sum(min(ROUNDS, max(0, number + 1 - step)) for step in range(3))
            await until("all is settled", _settled(do, so_far * EACH), SETTLED_S)
        await decided(world, do, tally)
        await until("nothing is held", lambda: _none_held(do), SETTLED_S)
        await until("all is settled", lambda: settled(do, 3 * EACH * ROUNDS), SETTLED_S)
        counted(world, await do.outcomes(), streets, tally)


async def test_a_frozen_notifier_that_wakes_sends_nothing_more(world: Sending) -> None:
    """Another has taken up what it had begun."""
    names = [f"s-90-{n:02}" for n in range(EACH)]
    tally = Tally()
    async with hands(world) as do:
        await do.people(*((name, *address(name)) for name in names))
        for name in names:
            await do.stage(name, "bookshop")
        before = _came(world)
        for name in names:
            await do.milestone(name, "bookshop", "out_for_delivery")
        await until("some have come", lambda: _came(world) > before)
        world.workers.freeze("notifier")
        begun = await do.rows("SELECT shipment FROM notices WHERE channel = 'email' AND state = 'sending'")
        await asyncio.to_thread(world.workers.start, "notifier-2")
        await until("the other has told the rest", lambda: _all_told(do, names), SETTLED_S)
        world.workers.wake("notifier")
        assert await asyncio.to_thread(world.workers.wait_for_end, "notifier", 60) == FENCED
        await decided(world, do, tally)
        await until("nothing is held", lambda: _none_held(do), SETTLED_S)
        await do.settles()  # what was let go is on its way
        there = {address(n)[0] or address(n)[1]: 0 for n in names}
        for (to, _, _), came in arrived(world).items():
            if to in there:
                there[to] += len(came)
        twice = {row.shipment for row in begun}
        for name in names:
            mail, phone = address(name)
            many = there[mail or phone]
            assert many == 1 or (many == 2 and name in twice and mail), (name, many)
        world.workers.kill("notifier-2")


async def _all_told(do: Hands, names: list[str]) -> bool:
    rows = await do.rows("SELECT shipment FROM notices WHERE state IN ('sent', 'held')")
    return set(names) <= {row.shipment for row in rows}


def _settled(do: Hands, wants: int) -> Callable[[], Any]:
    return lambda: settled(do, wants)


def _events(streets: Streets, number: int) -> list[Any]:
    """What happens in a round: one batch after the other moves on."""
    told = []
    for at, step in enumerate((streets.takes_over, streets.sets_out, streets.delivers)):
        if 0 <= number - at < ROUNDS:
            told.append(step(number - at))
    return told


async def _none_held(do: Hands) -> bool:
    return not await do.rows("SELECT 1 FROM notices WHERE state = 'held'")


def counted(world: Sending, outcomes: list[dict[str, Any]], streets: Streets, tally: Tally) -> None:
    """Count what came against what happened, and say it."""
    there = arrived(world)
    folded = {(o["shipment"], o["kind"]) for o in outcomes if o["state"] == "folded"}
    many: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(ROUNDS):
        for shipment in streets.batch(number):
            mail, phone = address(shipment)
            channel, to = ("mail", mail) if mail else ("sms", phone)
            told = {kind for kind in SAYS if there.get((str(to), kind, channel))}
            for kind in SAYS:
                came = there.pop((str(to), kind, channel), [])
                many[f"{channel} {len(came)}x"] += 1
                if not came and not ((shipment, kind) in folded and "delivered" in told):
                    wrong.append(f"lost: {shipment} {kind}")
                if channel == "sms" and len(came) > 1:
                    wrong.append(f"SMS {len(came)} times: {shipment} {kind}")
                if channel == "mail" and len(came) > 1 + tally.under_way[shipment, kind]:
                    wrong.append(f"mail {len(came)} times: {shipment} {kind}")
                if channel == "mail" and len(set(came)) > 1:
                    wrong.append(f"mails of two ids: {shipment} {kind}")
                many["folded, the newer one told"] += not came
    print(
        f"\n{ROUNDS} rounds, {3 * EACH * ROUNDS} milestones; killed {dict(tally.kills)};"
        f" mails under way when killed: {tally.under_way.total()}; held SMS {dict(tally.held)};"
        f" at the servers {dict(sorted(many.items()))}; DATA {world.box.count('smtp_data')},"
        f" SMS calls {world.box.count('sms_calls')}; wrong {len(wrong)}"
    )
    assert not there, f"nobody should have had these: {list(there)[:5]}"
    assert not wrong, "\n".join(wrong[:20])
