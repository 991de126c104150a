"""X.dlq: what could not be read or handled, without secrets, with its reason and when it was seen.

Unusable points of known devices are parked in `courier.positions.dlq`."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.topic import DAY_MS, Body, Message, Topic

SUFFIX = ".dlq"


class DeadLetter(Body, frozen=True):
    """One message that was put aside. `reason` is a stable code such as `clock_ahead`; `detail` is for
    people, e.g. `clock 3 h ahead`; `value` is the original as text, secrets stripped; `where` is the part
    that gave up; `partition` and `offset` are absent for what never reached the topic."""

    id: Id
    reason: str
    detail: str
    where: str
    first_seen_ms: Ms
    last_seen_ms: Ms
    topic: str
    value: str
    key: str | None = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    partition: int | None = None
    offset: int | None = None
    tenant: Id | None = None
    device: Id | None = None
    redriven: int = 0


def dead_letter_topic(of: str) -> Topic:
    """The dead-letter topic beside topic `of`: one partition, since there is little and people read it."""
    return Topic(
        name=of + SUFFIX,
        title=f"Dead letters of {of}",
        key="as the topic's",
        group="small",
        messages=(
            Message(
                DeadLetter,
                DeadLetter(
                    id="d-1",
                    reason="clock_ahead",
                    detail="clock 3 h ahead",
                    where="ingest",
                    first_seen_ms=1_795_168_800_000,
                    last_seen_ms=1_795_168_800_000,
                    topic=of,
                    value="lat=60.1&lon=24.9&timestamp=1795179600",
                    device="van-12",
                    tenant="athens-couriers",
                ),
            ),
        ),
        producers=("whoever reads or fills the topic",),
        consumers=("cli",),
        retention_ms=7 * DAY_MS,
    )
