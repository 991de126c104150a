"""When a window that has changed is worth telling: late or moved, with hysteresis."""

from __future__ import annotations

from typing import Literal

from shared.contracts.common import Window
from shared.contracts.promises import PromiseLine, Told

MATERIAL_MS = 10 * 60_000
"""People are told when he is expected so long after, or before, the window that they were told of."""

Material = Literal["late", "window_moved"]


def material(told: Told | None, promise: PromiseLine, booked: Window | None = None) -> Material | None:
    """What a new window means to somebody who was told another one: nothing while he is expected within it,
    or shortly before or after. Measured against what was told, not against the window before, so that many
    small steps are told as one, and a step back that still lies within it is not told at all.

    Before people were told anything in this attempt, they know what the shop has agreed on (`booked`): that
    nobody comes within it is worth telling, that it becomes more exact is not. What was agreed on holds for
    the first attempt: that nobody comes again in a window of last week's is no news."""
    if promise.arrival.window is None or promise.eta_ms is None:
        return None
    known = booked if promise.attempt <= 1 else None
    if told is not None and told.attempt == promise.attempt:
        known = told.window
    if known is None:
        return None
    if promise.eta_ms > known.to_ms + MATERIAL_MS:
        return "late"
    return "window_moved" if promise.eta_ms < known.from_ms - MATERIAL_MS else None


def told_after(told: Told | None, promise: PromiseLine) -> Told | None:
    """What people know after this promise: the first window of an attempt, and each that is worth telling."""
    window = promise.arrival.window
    if window is None:
        return told
    if told is None or told.attempt != promise.attempt or material(told, promise) is not None:
        return Told(attempt=promise.attempt, window=window)
    return told
