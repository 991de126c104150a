"""The lines of a live view: audiences that see the same share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from services.projector.couriers.core.area import Area
from services.projector.couriers.core.audience import Audience
from services.projector.couriers.core.track import Fix
from shared.contracts.common import NO_JSON, Policy
from shared.contracts.views.live import Line, Show, Watcher, Why

AreaKey = tuple[int, int]


_Key = tuple[Show, int, bytes | None, bytes | None, Why | None]


def area_key(policy: Policy) -> AreaKey:
    """Audiences whose policies agree in these share an area."""
    return policy.area_min_addresses, policy.area_tick_s


class Lines:
    """Collects audiences into lines: the key is all that a line shows."""

    __slots__ = ("_areas", "_groups", "_why")

    def __init__(self, areas: Mapping[AreaKey, Area], silent: bool) -> None:
        self._areas = areas
        self._why: Why | None = "silent" if silent else None
        self._groups: dict[_Key, list[Watcher]] = {}

    def add(self, audiences: Iterable[Audience], held_ms: int) -> None:
        """Audiences as they were settled; `held_ms` is when he was last confirmed where he stands."""
        groups = self._groups
        for a in audiences:
            fix = a.fix
            if fix is None or a.show == "area":
                key = self._area(a)
            elif a.show == "exact":
                key = ("exact", max(fix.at_ms, held_ms), fix.raw, a.leg, self._why)
            else:
                key = ("resting", fix.at_ms, fix.raw, None, a.why)
            group = groups.get(key)
            if group is None:
                groups[key] = [*a.watchers()]
            else:
                group += a.watchers()

    def exact(self, watchers: Iterable[Watcher], fix: Fix, held_ms: int) -> None:
        """The fix itself; the line's time is newer when he has been found still there."""
        key: _Key = ("exact", max(fix.at_ms, held_ms), fix.raw, None, self._why)
        self._groups.setdefault(key, []).extend(watchers)

    def nothing(self, watchers: Iterable[Watcher]) -> None:
        """No fix since he set out."""
        self._groups.setdefault(self._withheld, []).extend(watchers)

    def build(self) -> tuple[Line, ...]:
        """The lines, in the order in which their first audience was added."""
        return tuple(
            Line(
                show=show,
                audience=tuple(watchers),
                at_ms=at_ms,
                feature=msgspec.Raw(shown) if shown is not None else NO_JSON,
                leg=msgspec.Raw(leg) if leg is not None else NO_JSON,
                why=why,
            )
            for (show, at_ms, shown, leg, why), watchers in self._groups.items()
        )

    def _area(self, a: Audience) -> _Key:
        """The area, or nothing while there is none of the time after setting out."""
        area = self._areas[area_key(a.policy)]
        if area.feature is not None and area.of is not None and area.of.at_ms >= a.place.set_out_ms:
            return ("area", area.at_ms, area.feature, None, self._why)
        if a.old_area is not None:
            return ("area", a.old_area[1], a.old_area[0], None, self._why)
        return self._withheld

    @property
    def _withheld(self) -> _Key:
        return ("withheld", 0, None, None, self._why or "no_fix")
