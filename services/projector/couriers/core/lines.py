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


def area_key(policy: Policy) -> AreaKey:
    """Audiences whose policies agree in these share an area."""
    return policy.area_min_addresses, policy.area_tick_s


class Lines:
    """Collects audiences into lines: the key is all that a line shows."""

    __slots__ = ("_areas", "_groups", "_silent")

    def __init__(self, areas: Mapping[AreaKey, Area], silent: bool) -> None:
        self._areas = areas
        self._silent = silent
        self._groups: dict[tuple[Show, int, bytes | None, bytes | None, Why | None], list[Watcher]] = {}

    def exact(self, watchers: Iterable[Watcher], fix: Fix, at_ms: int, leg: bytes | None) -> None:
        """The fix itself; `at_ms` may be newer when he has been found still there."""
        why: Why | None = "silent" if self._silent else None
        self._add(("exact", at_ms, fix.raw, leg, why), watchers)

    def add(self, a: Audience, held_ms: int) -> None:
        """One audience as it was settled; `held_ms` is when he was last confirmed where he stands."""
        if a.show == "exact" and a.fix is not None:
            self.exact(a.watchers(), a.fix, max(a.fix.at_ms, held_ms), a.leg)
        elif a.show == "resting" and a.fix is not None:
            self._add(("resting", a.fix.at_ms, a.fix.raw, None, a.why), a.watchers())
        else:
            self.area(a)

    def area(self, a: Audience) -> None:
        """The area, or nothing while there is none of the time after setting out."""
        why: Why | None = "silent" if self._silent else None
        area = self._areas[area_key(a.policy)]
        if area.feature is not None and area.of is not None and area.of.at_ms >= a.place.set_out_ms:
            self._add(("area", area.at_ms, area.feature, None, why), a.watchers())
        elif a.old_area is not None:
            self._add(("area", a.old_area[1], a.old_area[0], None, why), a.watchers())
        else:
            self.nothing(a.watchers())

    def nothing(self, watchers: Iterable[Watcher]) -> None:
        """No fix since he set out."""
        self._add(("withheld", 0, None, None, "silent" if self._silent else "no_fix"), watchers)

    def _add(
        self, key: tuple[Show, int, bytes | None, bytes | None, Why | None], watchers: Iterable[Watcher]
    ) -> None:
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = list(watchers)
        else:
            group.extend(watchers)

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
