"""Whether promises hold, and the windows of one shipment as they were shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.portal.schemas.common import Answer, WindowBody


class PromiseLine(Answer):
    """Of `looks` at the windows of so many `attempts`: how many hit, and what the others were. Looks at one
    attempt are not independent: the interval counts attempts."""

    key: str = Field(description="Minutes before the end, courier, area, hour of the day (00-23), or model.")
    name: str | None = Field(default=None, description="A courier's, where the carrier has told it.")
    attempts: int
    looks: int
    hits: int
    came: int = Field(description="The courier was at the door within the window, delivered or not.")
    unknown: int = Field(description="No window was shown then: it was said to be unknown.")
    undelivered: int = Field(description="Not delivered in this attempt; a miss.")
    rate: float = Field(description="hits / looks.")
    least: float = Field(description="Of the 95 % interval of the rate (Wilson).")
    most: float
    width_p10_min: float | None = None
    width_p50_min: float | None = None
    width_p90_min: float | None = None


class CurvePoint(Answer):
    """The share that would have lain in windows so many times as wide."""

    scale: float
    rate: float


class RevisionCounts(Answer):
    """Windows that an attempt was shown after its first."""

    mean: float
    p50: int
    p90: int
    most: int


class PromisesDocument(Answer):
    """How the windows shown held. Lists name the most frequent, at most 200."""

    from_: datetime = Field(alias="from", serialization_alias="from")
    to: datetime
    stated: float = Field(description="The share that is to lie in the window.")
    attempts: int = Field(description="Attempts that ended in this time and had a window shown.")
    delivered: int
    bounded: bool = Field(description="There were more attempts: these are the newest.")
    overall: PromiseLine
    by_horizon: list[PromiseLine]
    by_courier: list[PromiseLine]
    by_area: list[PromiseLine]
    by_hour: list[PromiseLine]
    by_model: list[PromiseLine]
    curve: list[CurvePoint]
    revisions: RevisionCounts


class ShownWindow(Answer):
    """A window as it was shown, from `shown_at` on; without one it was said to be unknown."""

    shown_at: datetime
    attempt: int
    window: WindowBody | None = None
    grain: str = Field(examples=["day", "hours", "window", "minutes"])
    why: str = Field(examples=["first", "nearer", "sooner", "later", "replanned", "silent", "late"])
    courier: str
    courier_name: str | None = None
    model: str
    ended_at: datetime | None = Field(default=None, description="When the attempt ended.")
    outcome: Literal["open", "hit", "came", "miss", "unknown"] = Field(
        description="`came`: the courier was there within it, and it was not delivered."
    )


class ShownWindows(Answer):
    """In the order in which they were shown."""

    windows: list[ShownWindow]
