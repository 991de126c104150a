"""Which status may follow which: one table over the nine tags.

Reports may come late and leave gaps, so whatever lies ahead is legal at once; what would lead back to before
the hand-over is not, and nothing follows the end."""

from __future__ import annotations

from shared.contracts.status import FINAL, Tag, tag_of

_AHEAD = frozenset(
    {
        Tag.IN_TRANSIT,
        Tag.OUT_FOR_DELIVERY,
        Tag.ATTEMPT_FAIL,
        Tag.AVAILABLE_FOR_PICKUP,
        Tag.DELIVERED,
        Tag.EXCEPTION,
        Tag.EXPIRED,
    }
)

LEGAL: dict[Tag, frozenset[Tag]] = {
    Tag.PENDING: _AHEAD | {Tag.INFO_RECEIVED},
    Tag.INFO_RECEIVED: _AHEAD,
    Tag.IN_TRANSIT: _AHEAD,
    Tag.OUT_FOR_DELIVERY: _AHEAD,
    Tag.ATTEMPT_FAIL: _AHEAD,
    Tag.AVAILABLE_FOR_PICKUP: _AHEAD - {Tag.ATTEMPT_FAIL},
    Tag.EXCEPTION: _AHEAD,
    Tag.DELIVERED: frozenset(),
    Tag.EXPIRED: frozenset(),
}


def legal(before: str, after: str) -> bool:
    """Whether substatus `after` may follow `before`."""
    return before not in FINAL and tag_of(after) in LEGAL[tag_of(before)]
