"""Tells shops by messenger what needs them at once: something is wrong with a parcel, a customer has written.

No name, telephone, address or word of a customer's goes there: the shop looks at its desk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from services.notifier.core.forwarding import wrote
from services.notifier.core.identity import noticed
from services.notifier.core.incoming import SHOP
from services.notifier.core.ledger import Closing, Notice, closing
from services.notifier.core.wants import want_of
from services.notifier.facts import Sources
from services.notifier.sender import NotWritten, Written
from shared.contracts import shipment_milestones
from shared.contracts.common import Language
from shared.contracts.shipment_milestones import Milestone
from shared.domain.notice_texts.catalogue import problem, words_of
from shared.ports.messenger import Message, Messenger
from shared.ports.sending import Unsure

KINDS = frozenset({"attempt_failed", "exception", "replied"})


class BadMessengers(ValueError):
    """The file of messengers can't be used; the message names the shop, and no address."""


def read_addresses(file: Path | None, messenger: Messenger) -> dict[str, str]:
    """By merchant, the address (apprise's) at which it is told.

    Raises:
        BadMessengers: the file is no JSON object of addresses, or one of them is none that may be written to.
    """
    if file is None:
        return {}
    try:
        found = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError) as error:
        raise BadMessengers(f"{file} is no JSON object of merchants and addresses") from error
    for merchant, address in found.items():
        if not messenger.takes(address):
            raise BadMessengers(f"{file}: the address of {merchant} is none of a messenger that may be used")
    return found


class ShopMessenger:
    """One address a shop; shops without one hear nothing here."""

    def __init__(self, messenger: Messenger, addresses: Mapping[str, str], sources: Sources) -> None:
        self._messenger, self._addresses, self._sources = messenger, addresses, sources

    async def close(self) -> None:
        await self._messenger.close()

    def notice_of(self, milestone: Milestone) -> Notice | None:
        """What its shop is told of a milestone, once however often it is read; None: nothing."""
        if milestone.kind not in KINDS or milestone.merchant not in self._addresses:
            return None
        return noticed(
            want_of(milestone),
            SHOP,
            "messenger",
            named=f"{SHOP}:{milestone.kind}",
            payload=msgspec.json.encode(milestone),
        )

    async def write(self, notice: Notice) -> Written | NotWritten:
        """The message, or why there is none."""
        milestone = shipment_milestones.DECODER.decode(notice.payload or b"")
        address = self._addresses.get(notice.merchant)
        stage = (await self._sources.stages([notice.shipment])).get(notice.shipment)
        if address is None or stage is None:
            why = "no_address" if address is None else "unknown_shipment"
            return NotWritten(Closing("discarded", why, told="dropped"))
        shop = self._sources.merchant(notice.merchant, notice.tenant)
        message = Message(
            url=address, title=shop.name, body=text_of(milestone, stage.order_number, shop.language)
        )

        async def go() -> Closing:
            return closing(notice, await self._messenger.send(message), _now_ms())

        return Written(go, lambda: closing(notice, Unsure("timeout"), _now_ms()))


def text_of(milestone: Milestone, order_number: str, language: Language) -> str:
    """One line in the shop's language."""
    if milestone.kind == "replied":
        return wrote(order_number, language)
    said = problem(words_of(language), milestone.substatus, "AttemptFail_001")
    return f"{order_number}: {said.headline}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
