"""Hundreds of lives with all that goes wrong with them, and an oracle of how each has to stand at the end.

Imports nothing of the services: the rules are written here a second time, from what was said and when. All
times are of one day that is over, so that nothing depends on how fast the test runs."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
SHOPS = ("bookshop", "florist")
HUB = ("InTransit_001", "InTransit_003", "InTransit_007", "Exception_004", "Exception_017")
FAILED = ("AttemptFail_001", "AttemptFail_002", "AttemptFail_003", "Exception_003")
DELIVERED = ("Delivered_001", "Delivered_003", "Delivered_005")
CONTACTED = "OutForDelivery_003"
OUT = "OutForDelivery_001"
ENDS = (*DELIVERED, "Exception_013")


@dataclass
class Said:
    """One report: who, when (its own time), what; `refused` if it has to be."""

    id: str
    at_ms: int
    substatus: str
    courier: str | None
    attempt: int | None
    refused: bool = False

    def command(self, shipment: str) -> dict[str, Any]:
        """The command as phones' reports and hubs' scans arrive."""
        actor = {"kind": "courier", "id": self.courier} if self.courier else {"kind": "hub", "id": "hub-1"}
        value: dict[str, Any] = {
            "type": "report",
            "id": self.id,
            "tenant": "athens",
            "shipment": shipment,
            "at_ms": self.at_ms,
            "actor": actor,
            "substatus": self.substatus,
        }
        return value if self.attempt is None else value | {"attempt": self.attempt}


@dataclass
class Life:
    """One shipment. `heard` are the stages (own time, substatus, attempt) in the order in which they came."""

    shipment: str
    merchant: str
    courier: str
    day_ms: int
    dice: random.Random
    heard: list[tuple[int, str, int]] = field(default_factory=list)
    decided: int = 0
    clock_ms: int = 0
    late: list[Said] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return any(what in ENDS for _, what, _ in self.heard)

    @property
    def current(self) -> tuple[int, str, int]:
        """What ended it; else the newest stage of its newest attempt."""
        for stage in self.heard:
            if stage[1] in ENDS:
                return stage
        return max(enumerate(self.heard), key=lambda e: (e[1][2], e[1][0], e[0]))[1]

    @property
    def attempt(self) -> int:
        return max(attempt for *_, attempt in self.heard)

    @property
    def next_attempt(self) -> int:
        """The attempt in which somebody sets out with it now: the same while nobody has been at the door."""
        door = [
            (at, what)
            for at, what, attempt in sorted(self.heard, key=lambda e: e[0])
            if attempt == self.attempt and not what.startswith(("InTransit", "Info"))
        ]
        return self.attempt if door and door[-1][1].startswith("OutForDelivery") else self.attempt + 1

    def enter(self, at_ms: int, what: str, attempt: int) -> None:
        """A stage is told that nobody refuses."""
        self.heard.append((at_ms, what, attempt))
        self.decided += 1

    def hear(self, said: Said) -> None:
        """A report is told; after the end nothing follows."""
        self.decided += 1
        if not said.refused and not (self.ended and said.at_ms >= self.current[0]):
            attempt = said.attempt
            if attempt is None:
                attempt = max((a for at, _, a in self.heard if at <= said.at_ms), default=0)
            self.heard.append((said.at_ms, said.substatus, attempt))

    def expected(self) -> dict[str, Any]:
        """What its view has to say."""
        at_ms, what, _ = self.current
        order = sorted(enumerate(self.heard), key=lambda e: (e[1][0], e[0]))
        return {
            "shipment": self.shipment,
            "merchant": self.merchant,
            "seq": self.decided,
            "substatus": what,
            "status_ms": at_ms,
            "attempt": self.attempt,
            "courier": self.courier,
            "out": what.startswith("OutForDelivery"),
            "ended": self.ended,
            "history": [stage for _, stage in order],
        }

    # What its courier and the hubs say of it

    def _said(self, substatus: str, courier: str | None, attempt: int | None, refused: bool = False) -> Said:
        number = f"{self.shipment}-{self.dice.getrandbits(48):012x}"
        return Said(f"rep-{number}", self.clock_ms, substatus, courier, attempt, refused)

    def _pass(self) -> None:
        self.clock_ms += self.dice.randint(10_000, 4 * MINUTE_MS)

    def scans(self) -> list[Said]:
        """At hubs before anybody has set out; some are told only at the end of the day."""
        self.clock_ms = self.day_ms + 5 * MINUTE_MS
        found = []
        for _ in range(self.dice.randint(2, 4)):
            self._pass()
            found.append(self._said(self.dice.choice(HUB[:3]), None, None))
        return self._keep_back(found)

    def attempts(self, failed: int) -> list[Said]:
        """Attempts that fail, each with what is said on the way to it, and the next setting out."""
        found, attempt = [], self.attempt
        for _ in range(failed):
            found += self._on_the_way(attempt)
            self._pass()
            found.append(self._said(self.dice.choice(FAILED), self.courier, attempt))
            for _ in range(self.dice.randint(0, 2)):
                self._pass()
                found.append(self._said(self.dice.choice(HUB), None, attempt))
            attempt += 1
            self._pass()
            found.append(self._said(OUT, self.courier, attempt))
        return self._keep_back(found)

    def last_attempt(self) -> list[Said]:
        """How it ends: mostly delivered; what ended it is often told before what came earlier."""
        attempt = self.attempt
        found = self._on_the_way(attempt)
        self._pass()
        what = self.dice.choices((*DELIVERED, "Exception_013", FAILED[0], CONTACTED), (5, 5, 5, 1, 2, 2))[0]
        found.append(self._said(what, self.courier, attempt))
        self.dice.shuffle(found)
        return found

    def refusals(self, stranger: str) -> list[Said]:
        """What nobody may do: a stranger's report, a status that there is not, one of tomorrow."""
        self._pass()
        wrong = [
            self._said("Delivered_001", stranger, self.attempt, refused=True),
            self._said("Exception_013", stranger, None, refused=True),
            self._said("Delivered_999", self.courier, self.attempt, refused=True),
        ]
        wrong.append(self._said("Delivered_001", self.courier, self.attempt, refused=True))
        wrong[-1].at_ms += 24 * HOUR_MS
        if self.ended:
            wrong.append(self._said(FAILED[0], self.courier, self.attempt))
        return wrong

    def _on_the_way(self, attempt: int) -> list[Said]:
        found = []
        for _ in range(self.dice.randint(3, 6)):
            self._pass()
            found.append(self._said(CONTACTED, self.courier, attempt))
        return found

    def _keep_back(self, said: list[Said]) -> list[Said]:
        """Shuffled, without what is told hours late: nothing that moves on which attempt it is."""
        late = [s for s in said if s.substatus in (CONTACTED, *HUB[:3]) and self.dice.random() < 0.3]
        self.late += late
        now = [s for s in said if s not in late]
        self.dice.shuffle(now)
        return now
