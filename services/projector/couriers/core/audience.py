"""Who looks on: the shipments of one stop that joined together under one policy, and what they are shown."""

from __future__ import annotations

from collections.abc import Iterable

from services.projector.couriers.core.itinerary import Itinerary, Place
from services.projector.couriers.core.rules import Rules
from services.projector.couriers.core.track import Fix
from shared.contracts.common import Policy
from shared.contracts.courier_routes import RouteShipment
from shared.contracts.views.live import Show, Watcher, Why

Member = tuple[str, int]
"""A shipment's id and the plan's version at which it joined."""


class Audience:
    """`left` is the true count of stops before it, `told` the one its people are told (under `strict` it
    changes on ticks, so that no moment of hand-over shows). `fix` is what they were last shown exactly."""

    __slots__ = (
        "_watchers",
        "_watchers_of",
        "arrived",
        "driven_m",
        "fix",
        "left",
        "leg",
        "leg_from_m",
        "members",
        "old_area",
        "place",
        "policy",
        "reported",
        "show",
        "told",
        "why",
    )

    def __init__(self, place: Place, policy: Policy, members: tuple[Member, ...], left: int) -> None:
        self.place = place
        self.policy = policy
        self.members = members
        self.left = left
        self.told = left
        self.arrived = False
        self.reported = False  # the arrival was reported, not noticed
        self.fix: Fix | None = None
        self.show: Show = "area"
        self.why: Why | None = None
        self.leg: bytes | None = None
        self.leg_from_m = 0.0
        self.driven_m: float | None = None  # where along its leg he was last seen
        self.old_area: tuple[bytes, int] | None = None  # from the view of the owner before
        self._watchers: tuple[Watcher, ...] = ()
        self._watchers_of: tuple[int, bool] | None = None

    @property
    def eligible(self) -> bool:
        """Whether an exact position may be shown at all by the number of stops left."""
        return self.policy.mode == "open" or self.told <= self.policy.exact_from_stops

    def watchers(self) -> tuple[Watcher, ...]:
        """As the live view names them; the same objects until something changes."""
        key = (self.told, self.arrived)
        if self._watchers_of != key:
            self._watchers = tuple(
                Watcher(shipment=s, joined=j, stops_left=self.told, arrived=self.arrived)
                for s, j in self.members
            )
            self._watchers_of = key
        return self._watchers

    def take_over(self, others: Iterable[Audience]) -> None:
        """Take up what these members were shown under the plan before. Members who come together from
        different audiences start afresh: what one was shown the other need not have been."""
        old = list(others)
        first = old[0]
        self.arrived = all(o.arrived for o in old)
        self.reported = all(o.reported for o in old)
        told = max(o.told for o in old)
        self.told = max(told, self.left) if self.policy.mode == "strict" else self.left
        if all(o is first for o in old) and first.policy == self.policy:
            self.fix, self.show, self.why = first.fix, first.show, first.why
            self.old_area = first.old_area
            if self.place.stop.leg == first.place.stop.leg:
                self.leg, self.leg_from_m, self.driven_m = first.leg, first.leg_from_m, first.driven_m


def gather(itinerary: Itinerary, rules: Rules, before: dict[Member, Audience]) -> list[Audience]:
    """The audiences of all open places, in driving order; `before` are the ones so far, by member."""
    audiences: list[Audience] = []
    for left, place in enumerate(itinerary.open_places()):
        together: dict[tuple[Policy, int], list[RouteShipment]] = {}
        for shipment in place.open:
            together.setdefault((rules.policy(shipment.merchant), shipment.joined), []).append(shipment)
        for (policy, joined), shipments in together.items():
            members = tuple((s.shipment, joined) for s in shipments)
            audience = Audience(place, policy, members, left)
            known = [before[m] for m in members if m in before]
            if len(known) == len(members):
                audience.take_over(known)
            audiences.append(audience)
    return audiences
