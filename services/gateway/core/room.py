"""A room is one watched shipment: its views, the picture made of them, and the sessions that look at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from services.gateway.core.picture import Picture, delta
from shared.contracts.common import NO_JSON
from shared.contracts.frames import DriverState, Home, ServerFrame, Shipment, Shop
from shared.contracts.partition import partition_of
from shared.contracts.views.live import Line, LiveView, Watcher
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.domain import page


class Session:
    """One client: through which link it sees which shipment, and the picture it has been brought to."""

    __slots__ = ("link", "room", "sent")

    def __init__(self, link: str, room: Room) -> None:
        self.link = link
        self.room = room
        self.sent: Picture | None = None

    def next_frame(self, now_ms: int) -> ServerFrame | None:
        """What brings this client to its room's picture, which then counts as sent; however many pictures
        it has missed, one frame does it."""
        new = self.room.picture
        if new is None:
            return None
        frame = delta(self.sent, new, now_ms)
        self.sent = new
        return frame


@dataclass(slots=True, eq=False)
class Room:
    """`view`, `line`, `watcher`: the courier's live view, and the line and place there that are this
    shipment's, if any."""

    shipment: str
    partition: int
    sessions: dict[Session, None] = field(default_factory=dict)
    """In order of arrival; those that have been let in."""
    waiting: int = 0
    """Sessions whose views are still being read."""
    stage: StageView | None = None
    party: PartyView | None = None
    merchant: MerchantView | None = None
    view: LiveView | None = None
    line: Line | None = None
    watcher: Watcher | None = None
    courier_partition: int = 0
    behind: bool = True
    read_at: int = -1
    """Token of the read that said so about the stage view."""
    lost: bool = False
    """The stage view was not found, or an older one while Redis is being filled again."""
    missing_since_ms: int | None = None
    """Since when the stage view has been missing although its writer is up with its log."""
    picture: Picture | None = None
    before: Picture | None = None
    """The picture before, and whether only the driver's place has changed since."""
    moved: bool = False
    redraw: bool = True
    """More than the driver's place may have changed since the picture was drawn."""
    _shipment: Shipment | None = None
    _shop: Shop | None = None
    _home: Home | None = None

    @property
    def courier(self) -> str | None:
        return self.stage.courier if self.stage is not None else None

    @property
    def needed(self) -> bool:
        return self.waiting > 0 or bool(self.sessions)

    @property
    def live(self) -> LiveView | None:
        """The live view, cut down to what is this shipment's."""
        view, line, watcher = self.view, self.line, self.watcher
        if view is None:
            return None
        mine = () if line is None or watcher is None else (replace(line, audience=(watcher,)),)
        return replace(view, lines=mine)

    def set_stage(self, stage: StageView, partitions: int) -> None:
        if self._shipment is None or stage != self.stage:
            self._shipment = page.shipment_of(stage)
        self.stage = stage
        if stage.courier is not None:
            self.courier_partition = partition_of(stage.courier, partitions)
        if not self.party_is(stage.parties):
            self.party = self._home = None  # another recipient's door is not shown for a moment longer

    def party_is(self, version: str) -> bool:
        return self.party is not None and self.party.version == version

    def set_party(self, party: PartyView) -> bool:
        """Whether it is the version that the stage view names, and so is shown."""
        if self.stage is None or party.version != self.stage.parties or party.shipment != self.shipment:
            return False
        self.party, self._home = party, page.home_of(party)
        return True

    def set_merchant(self, merchant: MerchantView) -> None:
        if merchant != self.merchant:
            self._shop = Shop(name=merchant.name, contact=merchant.contact, colour=merchant.branding.colour)
        self.merchant = merchant

    def find_line(self, view: LiveView | None) -> None:
        """Look for this shipment's line in its courier's live view."""
        found = page.line_of(self.stage, view) if self.stage is not None else None
        line, watcher = found if found is not None else (None, None)
        self.set_line(view, line, watcher)

    def set_line(
        self,
        view: LiveView | None,
        line: Line | None,
        watcher: Watcher | None,
        *,
        same_but_place: bool = False,
    ) -> None:
        """The live view as far as it is this shipment's; `line` None: it is in no audience there.

        `same_but_place`: the line differs from the one before, for whoever is in both, by nothing but a
        later place."""
        if not (same_but_place and watcher == self.watcher):
            self.redraw = True
        self.view, self.line, self.watcher = view, line, watcher

    def draw(self) -> bool:
        """Make the picture again; whether it is a new one."""
        old, self.moved = self.picture, False
        if old is not None and not self.redraw and old.driver.show != "none":
            self._move(old, old.driver)
            return True
        self.redraw = False
        stage, merchant = self.stage, self.merchant
        if stage is None or merchant is None or self._shipment is None or self._shop is None:
            return False
        driver = page.driver_of(stage, merchant.policy, self.live, behind=self.behind)
        language = stage.language or merchant.language
        if (
            old is not None
            and old.driver == driver
            and old.shipment is self._shipment
            and old.shop is self._shop
            and old.home is self._home
            and old.language == language
            and old.zone == stage.zone
        ):
            return False
        self.before = old
        self.picture = Picture(self._shop, self._shipment, driver, self._home, language, stage.zone)
        return True

    def _move(self, old: Picture, driver: DriverState) -> None:
        """The same picture with the driver elsewhere: what `page.driver_of` would give, at a fraction of its
        cost. Most pictures are made here."""
        view, line = self.view, self.line
        assert view is not None
        assert line is not None
        there = DriverState(
            version=view.version,
            show=driver.show,
            why=driver.why,
            at_ms=line.at_ms,
            stops_left=driver.stops_left,
            arrived=driver.arrived,
            exact_from_stops=driver.exact_from_stops,
            feature=line.feature,
            leg=driver.leg,
            person=driver.person,
        )
        self.before, self.moved = old, True
        self.picture = Picture(old.shop, old.shipment, there, old.home, old.language, old.zone)


def same_but_place(old: LiveView, was: Line, new: LiveView, now: Line) -> bool:
    """Whether all that is shown of two lines is the same but a place, which is newer."""
    return (
        new.version > old.version
        and now.show == was.show
        and now.why == was.why
        and now.leg == was.leg
        and now.feature != NO_JSON
        and new.driver == old.driver
        and new.courier == old.courier
    )
