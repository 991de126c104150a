"""Writes a shipment's life as lines of text, and decides and folds it as the worker does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.shipments.core.shipment import decide
from shared.contracts.common import Actor
from shared.contracts.shipment_commands import Assign, Command, Observe, Register, Report, Start, Withdraw
from shared.contracts.shipment_events import AnyEvent, Refused
from shared.contracts.shipment_state import ShipmentState
from shared.domain.shipment import empty, fold, stage_view

DAY_MS = 1_795_132_800_000  # 2026-11-20T00:00:00Z
SHOP = Actor(kind="merchant", id="bookshop")


def at(clock: str) -> int:
    """Epoch ms of a clock time on the day, e.g. `10:05`."""
    hours, minutes = clock.split(":")
    return DAY_MS + (int(hours) * 60 + int(minutes)) * 60_000


def clock(at_ms: int) -> str:
    minutes = (at_ms - DAY_MS) // 60_000
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass
class Life:
    """One shipment; `told` arrives at the clock time `now`, about what happened at `when`."""

    shipment: str = "s-1"
    state: ShipmentState = field(default_factory=lambda: empty("s-1", "athens"))
    events: list[AnyEvent] = field(default_factory=list)
    count: int = 0

    def send(self, command: Command, now: str) -> AnyEvent | None:
        event = decide(self.state, command, at(now), "test")
        if event is not None:
            self.state = fold(self.state, event)
            self.events.append(event)
        return event

    def tell(self, line: str) -> str:
        """One line, `now [when] who what ...`; returns what came of it: `ok`, a refusal's reason, or
        `again` for a command decided before."""
        words = line.split()
        now = words.pop(0)
        when = words.pop(0).strip("()") if words[0].startswith("(") else now
        who, what, *rest = words
        event = self.send(self._command(who, what, rest, when), now)
        if event is None:
            return "again"
        return event.reason if isinstance(event, Refused) else "ok"

    def _command(self, who: str, what: str, rest: list[str], when: str) -> Command:
        self.count += 1
        kind: Any = {"shop": "merchant", "hub": "hub", "system": "system"}.get(who, "courier")
        actor = Actor(kind=kind, id="bookshop" if who == "shop" else who)
        id = next((w.removeprefix("id=") for w in rest if w.startswith("id=")), f"k-{self.count}")
        head: dict[str, Any] = {
            "id": id,
            "tenant": "athens",
            "shipment": self.shipment,
            "at_ms": at(when),
            "actor": actor,
        }
        match what:
            case "registers":
                return Register(**head, merchant="bookshop", order_number="GR-1", fingerprint="f", parties=id)
            case "assigns":
                return Assign(
                    **head, courier=rest[0], route="r", route_version=int(rest[1]), out="out" in rest
                )
            case "withdraws":
                return Withdraw(**head, courier=rest[0], route="r", route_version=int(rest[1]))
            case "starts":
                return Start(**head, courier=rest[0], route="r", route_version=int(rest[1]))
            case "notices":
                seen: Any = rest[0]
                return Observe(**head, courier=who, joined=int(rest[1]), what=seen)
            case _:
                attempt = next((int(w[8:]) for w in rest if w.startswith("attempt=")), None)
                return Report(**head, substatus=what, attempt=attempt)

    def tell_all(self, lines: str) -> None:
        """Several lines that are all accepted."""
        for line in filter(None, (raw.strip() for raw in lines.splitlines())):
            assert self.tell(line) == "ok", line

    def history(self) -> list[str]:
        """The history as a page shows it."""
        return [f"{clock(e.at_ms)} {e.substatus}" for e in self.state.history]

    def now(self) -> str:
        """Status, attempt and whether it is out, in a word or three."""
        out = " out" if self.state.out else ""
        return f"{self.state.substatus} {self.state.attempt}{out}"

    def shown(self) -> tuple[Any, ...]:
        """What the view says, without the sequences that depend on the order of arrival."""
        view = stage_view(self.state)
        assert view is not None
        history = [(e.substatus, e.at_ms, e.attempt) for e in view.history]
        return view.substatus, view.status_ms, view.attempt, view.out, view.ended, view.courier, history
