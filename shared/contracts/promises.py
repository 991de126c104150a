"""A promise: the window in which a recipient is told that the courier comes, as it is asked for, logged,
kept and shown."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.common import Count, Id, Ms, Sequence, Window
from shared.contracts.topic import Body

Grain = Literal["day", "hours", "window", "minutes"]
"""How finely a window is told: a day, quarters of an hour ("14:15-15:45"), five minutes ("14:20-14:35"), or
minutes, when he is nearly there."""

Why = Literal["first", "nearer", "sooner", "later", "replanned", "other_courier", "silent", "late"]
"""Why a window is another than the one before: there was none; he is nearer and more is known; it goes
faster or slower than thought; the stops or their order changed; another courier has the shipment; nothing is
heard of his phone; the window shown was about to pass."""

Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Inputs(Body, frozen=True):
    """What an estimate was made of: seconds left to drive and to hand over, open stops before this one, how
    long nothing had been heard of the courier, how long he had been standing at the next stop, and how far
    off the model itself took itself to be, before and after. Enough to bound it again by what was
    measured."""

    drive_s: Seconds = 0.0
    dwell_s: Seconds = 0.0
    stops: Count = 0
    silent_s: Seconds = 0.0
    at_stop_s: Seconds = 0.0
    early_s: Seconds = 0.0
    late_s: Seconds = 0.0


class Arrival(Body, frozen=True):
    """A window as it was shown from `at_ms` on; None: it was said that it is not known."""

    at_ms: Ms
    window: Window | None
    grain: Grain
    why: Why


class PromiseLine(Body, frozen=True):
    """A line of the promise ledger: the arrival as shown, from event `seq` on, by which model and from what.

    `eta_ms` is the point estimate; `joined` the plan's version at which the shipment came onto this courier's
    route."""

    seq: Sequence
    arrival: Arrival
    courier: Id
    joined: Sequence
    attempt: int
    model: Annotated[str, msgspec.Meta(max_length=32)]
    eta_ms: Ms | None = None
    inputs: Inputs = Inputs()


class Told(Body, frozen=True):
    """The window that people were told of last in an attempt: what a change is measured against."""

    attempt: int
    window: Window
