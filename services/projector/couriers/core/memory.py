"""Taking over from another owner: what the last live view says was shown, so that nothing goes back."""

from __future__ import annotations

import msgspec

from services.projector.couriers.core.audience import Audience, Member
from services.projector.couriers.core.limits import STOPS_AWAY
from services.projector.couriers.core.notice import Notices
from services.projector.couriers.core.track import Fix, Track
from shared.contracts.courier_positions import Position
from shared.contracts.views.live import Line, LiveView, Watcher

_POSITION = msgspec.json.Decoder(Position)


def restore_track(track: Track, view: LiveView) -> None:
    """No fix at or before the newest one that was shown is shown again."""
    track.heard_ms = max(track.heard_ms, view.seen_ms)
    for line in view.lines:
        fix = shown_fix(line, view.version[1])
        if fix is not None:
            track.newest_ms = max(track.newest_ms, line.at_ms, fix.at_ms)


def restore_audiences(audiences: list[Audience], notices: Notices, view: LiveView) -> None:
    """Give each audience what all its members were shown; those who saw different things start afresh."""
    by_member: dict[Member, tuple[Line, Watcher]] = {
        (w.shipment, w.joined): (line, w) for line in view.lines for w in line.audience
    }
    fixes = {id(line): shown_fix(line, view.version[1]) for line in view.lines}
    for a in audiences:
        known = [by_member[m] for m in a.members if m in by_member]
        for member in a.members:
            if member in by_member:
                _remember_notices(notices, member, by_member[member][1])
        if len(known) < len(a.members):
            continue
        if a.policy.mode == "strict":
            a.told = max(a.left, *(w.stops_left for _, w in known))
        a.arrived = all(w.arrived for _, w in known)
        line = known[0][0]
        if any(other is not line for other, _ in known):
            continue
        fix = fixes[id(line)]
        if line.show == "area":
            a.old_area = (bytes(line.feature), line.at_ms)
        elif fix is not None:
            # Whether he may be seen there is settled with the next fix; until then it is where he was.
            a.fix, a.show = fix, line.show
            a.why = line.why if line.show == "resting" else None


def shown_fix(line: Line, offset: int) -> Fix | None:
    """The fix of an exact or resting line."""
    if line.show not in ("exact", "resting"):
        return None
    raw = bytes(line.feature)
    try:
        return Fix.of(_POSITION.decode(raw), raw, offset)
    except msgspec.DecodeError:
        return None


def _remember_notices(notices: Notices, member: Member, watcher: Watcher) -> None:
    if watcher.stops_left <= STOPS_AWAY:
        notices.told.add((member, "stops_away"))
    if watcher.stops_left == 0:
        notices.told.add((member, "next"))
    if watcher.arrived:
        notices.told.update({(member, "near"), (member, "arrived")})
