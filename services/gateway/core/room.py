"""A room is one watched shipment: its views, the picture made of them, and the sessions that look at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.gateway.core.picture import Picture, delta
from shared.contracts.frames import Home, ServerFrame, Shipment, Shop
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
    """`live` is cut down to the one line and the one watcher that are this shipment's."""

    shipment: str
    partition: int
    sessions: dict[Session, None] = field(default_factory=dict)
    """In order of arrival; those that have been let in."""
    waiting: int = 0
    """Sessions whose views are still being read."""
    stage: StageView | None = None
    party: PartyView | None = None
    merchant: MerchantView | None = None
    live: LiveView | None = None
    courier_partition: int = 0
    behind: bool = True
    picture: Picture | None = None
    read_at: int = -1
    """Token of the read that said so about the stage view."""
    lost: bool = False
    """The stage view was not found, or an older one while Redis is being filled again."""
    missing_since_ms: int | None = None
    """Since when the stage view has been missing although its writer is up with its log."""
    _shipment: Shipment | None = None
    _shop: Shop | None = None
    _home: Home | None = None

    @property
    def courier(self) -> str | None:
        return self.stage.courier if self.stage is not None else None

    @property
    def needed(self) -> bool:
        return self.waiting > 0 or bool(self.sessions)

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

    def set_line(self, view: LiveView | None, line: Line | None, watcher: Watcher | None) -> None:
        """The courier's live view as far as it is this shipment's; `line` None: it is in no audience."""
        if view is None or line is None or watcher is None:
            self.live = view if view is None else _cut(view, ())
        else:
            mine = Line(
                show=line.show,
                audience=(watcher,),
                at_ms=line.at_ms,
                feature=line.feature,
                leg=line.leg,
                why=line.why,
            )
            self.live = _cut(view, (mine,))

    def draw(self) -> bool:
        """Make the picture again; whether there is one and it is a new one."""
        stage, merchant = self.stage, self.merchant
        if stage is None or merchant is None or self._shipment is None or self._shop is None:
            return False
        driver = page.driver_of(stage, merchant.policy, self.live, behind=self.behind)
        old = self.picture
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
        self.picture = Picture(
            shop=self._shop,
            shipment=self._shipment,
            driver=driver,
            home=self._home,
            language=language,
            zone=stage.zone,
        )
        return True


def _cut(view: LiveView, lines: tuple[Line, ...]) -> LiveView:
    return LiveView(
        courier=view.courier, version=view.version, seen_ms=view.seen_ms, lines=lines, driver=view.driver
    )
