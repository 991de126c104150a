"""From what is known when a notice is sent to what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from services.notifier.core.deciding import Wishes
from services.notifier.core.wants import Want
from shared.contracts.common import Language
from shared.contracts.merchants import Merchant
from shared.contracts.notices import PersonalChannel
from shared.contracts.views.stage import StageView
from shared.domain.notice_texts import Telling
from shared.domain.notice_texts.shops import shop_of

PAID_IN_CASH = "Delivered_004"

_WITH_WINDOW = frozenset(
    {"announced", "out_for_delivery", "stops_away", "arriving", "window_moved", "late", "lost_link"}
)


@dataclass(frozen=True, slots=True)
class Person:
    """The recipient as he is to be reached: his row of the lists, as far as notices need it."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None

    def address(self, channel: PersonalChannel) -> str | None:
        return self.email if channel == "email" else self.phone

    @property
    def reach(self) -> frozenset[PersonalChannel]:
        reached: list[PersonalChannel] = []
        if self.email:
            reached.append("email")
        if self.phone:
            reached.append("sms")
        return frozenset(reached)


def telling(
    want: Want,
    stage: StageView,
    person: Person,
    merchant: Merchant,
    wishes: Wishes,
    *,
    link: str | None,
    stop_link: str | None,
    taken_by: str | None,
    now_ms: int,
    answer: str | None = None,
) -> Telling:
    """What is said to one recipient of one shipment, as it stands now; `answer` are the shop's words."""
    milestone = want.milestone
    language = wishes.language or person.language or stage.language or merchant.language
    window = stage.arrival.window if stage.arrival is not None else None
    if window is None and not stage.out:
        window = stage.window
    return Telling(
        kind=want.kind,
        language=cast(Language, language),
        zone=stage.zone,
        shop=shop_of(merchant),
        order_number=stage.order_number,
        now_ms=now_ms,
        parcels=stage.parcels,
        cash=stage.cash if not stage.ended or stage.substatus == PAID_IN_CASH else None,
        link=link,
        window=window if want.kind in _WITH_WINDOW else None,
        was=milestone.was if milestone is not None else None,
        why=answer
        or (stage.arrival.why if stage.arrival is not None and want.kind in _WITH_WINDOW else None),
        stops_left=milestone.stops_left if milestone is not None else None,
        substatus=milestone.substatus if milestone is not None else None,
        taken_by=taken_by,
        recipient_name=person.name,
        opt_out_link=stop_link,
    )


def digest(several: Sequence[Telling]) -> Telling:
    """One message for several shipments of a shop to one person."""
    return msgspec.structs.replace(several[0], kind="digest", several=tuple(several))
