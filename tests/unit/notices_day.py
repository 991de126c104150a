"""Days of recipients told in lines, and the notifier's own code that runs through them minute by minute: its
ledger in memory, its mail server and SMS gateway noting what they are handed.

A line is `22:30 s-1 taken_over`, or `+1 08:00 ...` on the day after: a milestone of a shipment; or what
somebody does (`Day.tell`)."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec

from services.notifier import asked, links, post, sender
from services.notifier.asked import Asked
from services.notifier.config import Settings
from services.notifier.core.composing import Person
from services.notifier.core.identity import Marks
from services.notifier.core.wants import wants
from services.notifier.dispatcher import Dispatcher
from services.notifier.knowing import Knowing
from services.notifier.links import Links
from services.notifier.post import Post
from services.notifier.sender import Sender
from shared.adapters.metrics import WorkerMetrics
from shared.contracts.common import Actor
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.notice_commands import AnyNoticeCommand, Decide, Prefer, Receipt, SendLink
from shared.contracts.notices import NoticePolicy
from shared.contracts.ratings import Rating
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.views.stage import StageView
from shared.domain.stopping import StopTokens
from shared.ports.mailer import Mail
from shared.ports.sending import Failed, Reason, Sending, Sent, Unsure
from shared.ports.sms import Text
from tests.unit.notices_ledger import MemoryLedger

DATE = datetime(2026, 11, 30)
KEY = "a-ticket-key-of-tests"
LEASE_S = 120
EMAIL, PHONE = "maria@example.org", "+306912345678"
ACTOR = Actor(kind="system", id="test")

STAGES: dict[str, dict[str, Any]] = {
    "registered": {"substatus": "InfoReceived_001"},
    "taken_over": {"substatus": "InTransit_002"},
    "out_for_delivery": {"substatus": "OutForDelivery_001", "out": True},
    "delivered": {"substatus": "Delivered_001", "out": False, "ended": True},
    "attempt_failed": {"substatus": "AttemptFail_002", "out": False},
    "exception": {"substatus": "Exception_012", "out": False},
    "pickup_ready": {"substatus": "AvailableForPickup_001", "out": False},
    "expired": {"substatus": "Expired_001", "out": False},
}
"""How a shipment stands after a milestone; the others change nothing of it."""

ANSWERS: dict[str, Sending] = {
    "ok": Sent("id-1"),
    "busy": Failed(False, "451 4.3.0", Reason.BUSY),
    "nobody": Failed(True, "550 5.1.1", Reason.ADDRESS),
    "unsure": Unsure("cut"),
}


_LOOP = asyncio.new_event_loop()
atexit.register(_LOOP.close)
"""One for all days: to make one for each costs more than a day."""


class Killed(BaseException):
    """kill -9, as far as the ledger sees of it."""


@dataclass
class World:
    """What is around the notifier: `Sources`, a log of links, a mail server and a gateway."""

    zone: str
    policy: NoticePolicy
    stages_: dict[str, StageView] = field(default_factory=dict)
    people_: dict[str, Person] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)
    """Shipments whose recipient's page knows him."""
    born: set[str] = field(default_factory=set)
    links_: dict[str, Link] = field(default_factory=dict)
    links_put: list[str] = field(default_factory=list)
    views_away: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    """What the mail server and the gateway say now, by channel."""
    handed: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(when, channel, the leading notice, address) of each message at the servers."""
    kill_in: int | None = None
    """So many steps from now the notifier is killed."""
    now_ms: int = 0

    def step(self) -> None:
        """Something outside is asked or told."""
        if self.kill_in is not None:
            self.kill_in -= 1
            if self.kill_in < 0:
                self.kill_in = None
                raise Killed

    def merchant(self, id: str, tenant: str) -> Merchant:
        return Merchant(merchant=id, tenant=tenant, name="The bookshop", notices=self.policy, zone=self.zone)

    async def stages(self, shipments: list[str]) -> dict[str, StageView]:
        self.step()
        return {} if self.views_away else {s: self.stages_[s] for s in shipments if s in self.stages_}

    async def people(self, versions: list[tuple[str, str]]) -> dict[tuple[str, str], Person]:
        return {(s, v): self.people_[s] for s, v in versions if s in self.people_}

    async def known_people(self, shipments: list[str]) -> set[str]:
        return set() if self.views_away else self.pages & set(shipments)

    async def taken_by(self, versions: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
        del versions
        return {}

    async def link_is_good(self, hash_: str, now_ms: int) -> bool | None:
        link = None if self.views_away else self.links_.get(hash_)
        return None if link is None else link.good(now_ms)

    async def append(self, topic: Any, key: str, value: Link, **_: Any) -> None:
        del topic
        self.step()
        self.links_put.append(key)
        self.links_[key] = value

    async def send(self, message: Mail | Text) -> Sending:
        """Both servers: it has come, whatever is answered, unless it is refused."""
        self.step()
        if isinstance(message, Mail):
            channel, notice, to = "email", message.message_id.partition("@")[0], message.to
        else:
            channel, notice, to = "sms", (message.status_url or "").rpartition("/")[2], message.to
        answer = ANSWERS[self.answers.get(channel, "ok")]
        if not isinstance(answer, Failed):
            self.handed.append((self.now_ms, channel, notice, to))
        self.step()
        return answer

    async def close(self) -> None:
        """Nothing."""


class NoFence:
    def check(self) -> None:
        """Nobody is frozen."""


class Day:
    """A notifier and its world; `said` is what came of the lines."""

    def __init__(
        self, *, zone: str = "Europe/Athens", date: datetime = DATE, phone: str | None = None, **policy: Any
    ) -> None:
        defaults = {"ask_after_s": 0, "survey_after_s": 0}
        self.zone, self.date = ZoneInfo(zone), date
        self.loop = _LOOP
        self.world = World(zone, NoticePolicy(**(defaults | policy)))
        self.person = Person(name="Maria", email=EMAIL, phone=phone)
        self.ledger = MemoryLedger()
        self.revision = 0
        self.kills = 0
        self.now_ms = self.at("00:00")
        self.start()

    def start(self) -> None:
        """A notifier anew: nothing of it is kept but the ledger."""
        world, ledger = cast(Any, self.world), cast(Any, self.ledger)
        marks = Marks(KEY)
        settings = Settings(ticket_key=KEY, _env_file=None)  # type: ignore[call-arg, arg-type]
        knowing = Knowing(world, marks)
        made = Links(marks, StopTokens(KEY), ledger, world, world, "https://t.example", 14)
        carrier = Post(settings, ledger, world, knowing, made, world, world)
        metrics, fence = WorkerMetrics("notifier"), cast(Any, NoFence())
        self.sender = Sender(ledger, carrier, carrier, fence, metrics, LEASE_S)
        self.dispatcher = Dispatcher(ledger, knowing, self.sender, fence, metrics)
        self.asked = Asked(ledger, world, marks)

    # Time

    def at(self, told: str) -> int:
        """`08:00`, or `+1 08:00` on the day after; with `*` the second time that a clock shows it."""
        days, _, clock = told.rpartition(" ")
        second = clock.endswith("*")
        hour, minute = clock.rstrip("*").split(":")
        day = self.date + timedelta(days=int(days or 0))
        local = day.replace(hour=int(hour), minute=int(minute), tzinfo=self.zone, fold=int(second))
        return int(local.timestamp() * 1000)

    def clock(self, at_ms: int) -> str:
        local = datetime.fromtimestamp(at_ms / 1000, self.zone)
        days = (local.date() - self.date.date()).days
        return f"+{days} {local:%H:%M}" if days else f"{local:%H:%M}"

    def until(self, at_ms: int) -> None:
        """Let time pass: whatever is due is looked at when it is."""
        while (due_ms := self._next_ms()) is not None and due_ms <= at_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.run()
        self.now_ms = max(self.now_ms, at_ms)
        self.run()

    def _next_ms(self) -> int | None:
        rows = self.ledger.rows
        due = [w.due_ms for k, w in rows.wants.items() if rows.open[k]]
        due += [n.due_ms for n in rows.notices.values() if n.due_ms is not None and n.notice == n.lead]
        return min(due, default=None)

    def run(self) -> None:
        """Until nothing is due."""
        for _ in range(200):
            if not self._round():
                return
        raise AssertionError("it goes round for ever")

    def _round(self) -> bool:
        self.world.now_ms = self.now_ms
        try:
            with _clock(self.now_ms):
                return self.loop.run_until_complete(self._rounds())
        except Killed:
            self.kills += 1
            self.start()
            return True

    async def _rounds(self) -> bool:
        decided = await self.dispatcher.decide_due(self.now_ms)
        claimed = await self.sender.claim_all(self.now_ms)
        for notice in claimed:
            await self.sender.send(notice)
        return bool(decided or claimed)

    # What happens

    def tell_all(self, lines: str) -> None:
        for line in filter(None, map(str.strip, lines.splitlines())):
            self.tell(line)

    def tell(self, line: str) -> None:
        """Milestones by their names; `nps 9`, `all_right 1`: he answers; `stops email`, `wants sms`; `asks`
        for his link; `forgotten`, `unknown`, `known`: what the lists say of him; `views away`, `views back`;
        `email busy`: what a server says from now on; `bounced`, `reached`: the newest SMS' receipt;
        `released`, `discarded`: the held one."""
        words = line.split()
        days = words.pop(0) + " " if words[0].startswith("+") else ""
        at_ms = self.at(days + words.pop(0))
        self.until(at_ms)
        match words:
            case ["email" | "sms" as channel, answer]:
                self.world.answers[channel] = answer
            case ["views", state]:
                self.world.views_away = state == "away"
            case [shipment, "forgotten"]:
                self.world.people_.pop(shipment, None)
                self.world.pages.discard(shipment)
            case [shipment, "unknown"]:
                self.world.people_.pop(shipment, None)
            case [shipment, "known"]:
                self.world.people_[shipment] = self.person
            case [shipment, "nps" | "csi" | "all_right" as question, score]:
                stage = self.world.stages_[shipment]
                rating = Rating(seq=stage.seq, question=question, at_ms=at_ms, score=int(score))
                self._stage(shipment, ratings=(*stage.ratings, rating))
            case [shipment, *told] if self._asked(shipment, told):
                pass
            case [shipment, kind]:
                self.milestone(shipment, kind)
            case _:
                raise AssertionError(line)
        self.until(at_ms)

    def _asked(self, shipment: str, told: list[str]) -> bool:
        head: dict[str, Any] = {"tenant": "t", "merchant": "books", "shipment": shipment, "actor": ACTOR}
        head |= {"at_ms": self.now_ms, "id": f"k-{self.now_ms}-{'-'.join(told)}"}
        match told:
            case ["stops", channel]:
                self.do(Prefer(stop=(channel,), **head))  # type: ignore[arg-type]
            case ["wants", channel]:
                self.do(Prefer(channel=channel, **head))  # type: ignore[arg-type]
            case ["asks"]:
                self.do(SendLink(**head))
            case ["bounced" | "reached" as what]:
                newest = [n for n in self.ledger.rows.notices.values() if n.channel == "sms"][-1]
                state = "delivered" if what == "reached" else "undelivered"
                self.do(Receipt(notice=newest.notice, state=state, **head))  # type: ignore[arg-type]
            case ["released" | "discarded" as what]:
                held = [n for n in self.ledger.rows.notices.values() if n.state == "held"]
                for n in held:
                    self.do(Decide(notice=n.notice, release=what == "released", **head))
            case _:
                return False
        return True

    def do(self, command: AnyNoticeCommand) -> None:
        """Somebody asks; a notifier that is killed over it reads it again."""
        try:
            with _clock(self.now_ms):
                self.loop.run_until_complete(self.asked.do(command))
        except Killed:
            self.kills += 1
            self.start()
            self.do(command)

    def milestone(self, shipment: str, kind: str, **more: Any) -> Milestone:
        """It happens now, and the notifier reads it."""
        self.revision += 1
        self._stage(shipment, **STAGES.get(kind, {}))
        if shipment not in self.world.born:
            self.world.born.add(shipment)
            self.world.pages.add(shipment)
            self.world.people_.setdefault(shipment, self.person)
        found = Milestone(
            id=f"m-{self.revision}",
            tenant="t",
            merchant="books",
            shipment=shipment,
            kind=kind,  # type: ignore[arg-type]
            revision=self.revision,
            at_ms=self.now_ms,
            zone=str(self.zone),
            **more,
        )
        self.read(found)
        return found

    def read(self, *milestones: Milestone) -> None:
        """The notifier reads these, for the first time or again."""

        async def enter() -> None:
            async with self.ledger.transaction() as tx:
                for each in milestones:
                    await tx.add(wants(each, self.world.policy))

        self.loop.run_until_complete(enter())

    def _stage(self, shipment: str, **changes: Any) -> None:
        before = self.world.stages_.get(shipment) or StageView(
            shipment=shipment,
            tenant="t",
            merchant="books",
            seq=0,
            order_number=shipment.upper(),
            parties="k-1",
            substatus="InfoReceived_001",
            status_ms=self.now_ms,
            language="en",
            zone=str(self.zone),
        )
        self.world.stages_[shipment] = msgspec.structs.replace(before, seq=self.revision, **changes)

    # What came of it

    def messages(self) -> list[str]:
        """`08:00 email announced s-1`: what arrived at the servers, in order; a digest with all of its
        shipments."""
        found = []
        for at_ms, channel, lead, _ in self.world.handed:
            members = [
                n for n in self.ledger.rows.notices.values() if n.lead == lead and n.reason != "left_out"
            ]
            names = " ".join(sorted(n.shipment for n in members))
            found.append(f"{self.clock(at_ms)} {channel} {members[0].kind} {names}")
        return found

    def outcomes(self) -> list[str]:
        """`22:30 announced deferred quiet_hours`: each decision but that it was sent, in order."""
        return [
            f"{self.clock(o.at_ms)} {o.kind} {o.state} {o.reason}".strip()
            for o in self.ledger.rows.outcomes
            if o.state not in ("sent", "delivered")
        ]


@contextmanager
def _clock(now_ms: int) -> Iterator[None]:
    """The clock of all that looks at one."""
    modules: tuple[Any, ...] = (asked, links, post, sender)
    before = [module._now_ms for module in modules]
    for module in modules:
        module._now_ms = lambda: now_ms
    try:
        yield
    finally:
        for module, clock in zip(modules, before, strict=True):
            module._now_ms = clock
