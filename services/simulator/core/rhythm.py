"""When a phone takes its readings on a round: every five seconds, mostly; gaps, and signs of life at rest."""

from __future__ import annotations

import random
from collections.abc import Iterator

from services.simulator.core.distributions import INTERVAL_S
from services.simulator.core.gps import Fix, Receiver
from services.simulator.core.motion import Doing, Drive

# Traccar's phones say that they are alive a minute apart while nothing moves.
ALIVE_EVERY_S = 60.0


def readings(
    drive: Drive, receiver: Receiver, rng: random.Random, started_s: float, from_s: float = 0.0
) -> Iterator[Fix]:
    """The phone's readings in the order of their time, for a drive that began at epoch seconds started_s.

    from_s: seconds into the drive from which on they are wanted. Ends with the drive. Between two readings of
    a phone that stands for a minute or more there is a sign of life.
    """
    at = from_s + rng.random() * 5.0
    standing_since: float | None = None
    alive_at = 0.0
    while at <= drive.duration_s:
        truth = drive.at(at)
        if truth.doing is not Doing.STANDING:
            standing_since = None
        elif standing_since is None:
            standing_since = alive_at = at
        elif at - alive_at >= ALIVE_EVERY_S:
            alive_at = at
            yield receiver.alive(started_s + at)
        yield receiver.read(started_s + at + 0.001, truth)
        at += INTERVAL_S.draw(rng)
