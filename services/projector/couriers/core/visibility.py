"""Who sees the driver: what one audience may be shown now, by its merchant's policy."""

from __future__ import annotations

from services.projector.couriers.core.audience import Audience
from services.projector.couriers.core.itinerary import Place
from services.projector.couriers.core.limits import AT_STOP_M
from services.projector.couriers.core.track import Fix
from services.projector.couriers.core.whereabouts import Spot, Whereabouts
from shared.contracts.views.live import Why


def look(a: Audience, where: Whereabouts, shown: Fix | None, secret: bytes) -> None:
    """Settle `show`, `why` and `fix` of an audience that is near enough to see him exactly (`eligible`).

    Where nothing exact may be shown, people keep what they were last shown (resting), and whoever was shown
    nothing yet keeps the area: a position of a time when they were not meant to see it is never handed out.
    """
    if shown is None or shown.at_ms < a.place.set_out_ms:
        if a.fix is None:  # else it was restored from the view of the owner before
            a.show, a.why = "area", None
        return
    why = why_not_exact(a, where, secret)
    if why is None:
        a.show, a.why, a.fix = "exact", None, shown
    elif a.fix is not None:
        a.show, a.why = "resting", why
    else:
        a.show, a.why = "area", None


def look_all(audiences: list[Audience], where: Whereabouts, shown: Fix | None, secret: bytes) -> bool:
    """Settle all of them; True if anything changed for anybody. Out on the road, at no stop and in no zone,
    everybody sees the same: that takes no second thought."""
    changed = False
    here, spot = where.here, where.shown
    on_the_road = (
        shown is not None
        and here is not None
        and spot is not None
        and where.at is None
        and not here.doors
        and not spot.doors
    )
    for a in audiences:
        if on_the_road and shown is not None and here is not None and spot is not None:
            hidden = a.policy.mode == "strict" and (
                here.in_zones(a.policy, secret) or (spot is not here and spot.in_zones(a.policy, secret))
            )
            if not hidden and shown.at_ms >= a.place.set_out_ms:
                if a.fix is not shown or a.show != "exact":
                    a.show, a.why, a.fix = "exact", None, shown
                    changed = True
                continue
        before = a.fix, a.show, a.why
        look(a, where, shown, secret)
        changed |= before != (a.fix, a.show, a.why)
    return changed


def why_not_exact(a: Audience, where: Whereabouts, secret: bytes) -> Why | None:
    """None when this audience may see the fix that is shown; both that fix and the newest must allow it,
    since a held marker may stand where he no longer is."""
    mode = a.policy.mode
    if mode == "open":
        return None
    here, shown = where.here, where.shown
    if here is None or shown is None:
        return "no_fix"
    # Under strict one reason for all: when he stops inside a zone must not show.
    why: Why = "protected" if mode == "strict" else "at_another_stop"
    at = where.at
    if at is not None and at is not a.place:
        return why
    for spot in (here,) if shown is here else (here, shown):
        # Until a second fix shows it, one who drives off is still taken to be at his stop.
        away = at is None or spot.distance_m(a.place) > AT_STOP_M
        if away and spot.doors and _on_doorstep(a.place, spot):
            return why
    if mode == "strict" and (
        _in_zone(a, where, here, secret) or (shown is not here and _in_zone(a, where, shown, secret))
    ):
        return why
    return None


def _on_doorstep(own: Place, spot: Spot) -> bool:
    """Within 30 m of another's door, unless the own door is nearer still."""
    return any(door is not own and spot.distance_m(door) <= spot.distance_m(own) for door in spot.doors)


def _in_zone(a: Audience, where: Whereabouts, spot: Spot, secret: bytes) -> bool:
    """Inside the zone of another's stop; once his own stop is next, only of one just done."""
    for place in spot.in_zones(a.policy, secret):
        if place is not a.place and (a.told > 0 or place in where.behind):
            return True
    return False
