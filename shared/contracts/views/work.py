"""Views about the work itself: outcomes of commands, how far each part has worked off its log, heartbeats."""

from __future__ import annotations

from typing import Literal

from shared.contracts.common import Id, Ms, Sequence
from shared.contracts.topic import Body

OUTCOME = "outcome"
WORKED_OFF = "worked_off"
FENCE = "fence"

Role = Literal["shipments", "stages", "couriers", "lists", "estimator", "notifier"]


class Outcome(Body, frozen=True):
    """What became of a command, for the API that waits for it; `subject` is the shipment or courier."""

    command: Id
    accepted: bool
    subject: Id
    seq: Sequence
    reason: str | None = None
    explanation: str | None = None


class Heartbeat(Body, frozen=True):
    """A worker says it is alive, and since when it runs; `ready` once it has read up. Key
    `dromos:heartbeat:<part>`, with expiry."""

    part: str
    ready: bool
    at_ms: Ms
    detail: str = ""
    since_ms: Ms = 0


class Canary(Body, frozen=True):
    """What became of the canary's last fix: posted at `at_ms`, and `delay_ms` later at its recipient's
    socket; None: it did not come, and `detail` says where it was lost. Key `dromos:canary`, with expiry."""

    at_ms: Ms
    delay_ms: float | None = None
    detail: str = ""


CANARY_EXAMPLE = Canary(at_ms=1_795_168_800_000, delay_ms=7.4)

OUTCOME_EXAMPLE = Outcome(
    command="k-07",
    accepted=False,
    subject="s-1",
    seq=7,
    reason="not_the_assigned_courier",
    explanation="Only the courier who carries the shipment can report on it.",
)
HEARTBEAT_EXAMPLE = Heartbeat(part="couriers", ready=True, at_ms=1_795_168_800_000)
