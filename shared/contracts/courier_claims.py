"""courier.claims: a worker's claim of a partition of courier.positions. The record's offset is its epoch:
Redis refuses a batch of a lower epoch, so a frozen worker that wakes cannot write."""

from __future__ import annotations

from shared.contracts.common import Id, Ms
from shared.contracts.topic import DAY_MS, Body, Message, Topic


class Claim(Body, frozen=True):
    """This worker now owns the partition that the record lies in."""

    worker: Id
    at_ms: Ms


TOPIC = Topic(
    name="courier.claims",
    title="Who owns a partition",
    key="none: written to the claimed partition",
    group="courier",
    messages=(Message(Claim, Claim(worker="couriers-1", at_ms=1_795_168_800_000)),),
    producers=("projector.couriers",),
    consumers=(),
    retention_ms=7 * DAY_MS,
)
