"""Shops told by messenger: what needs them, once, without anything of their customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.notifier.core.incoming import SHOP
from services.notifier.messengers import BadMessengers, ShopMessenger, read_addresses, text_of
from services.notifier.sender import Written
from shared.adapters.memory.messenger import MemoryMessenger
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.views.stage import EXAMPLE, StageView
from shared.ports.sending import Failed, Reason

ADDRESS = "memory://a-secret"


class Known:
    """What the sources would say."""

    def __init__(self) -> None:
        self.there = {EXAMPLE.shipment: EXAMPLE}

    def merchant(self, id: str, tenant: str) -> Merchant:
        return Merchant(merchant=id, tenant=tenant, name="Βιβλιοπωλείο", language="el")

    async def stages(self, shipments: list[str]) -> dict[str, StageView]:
        return {s: self.there[s] for s in shipments if s in self.there}


def milestone(kind: Any, **more: Any) -> Milestone:
    return Milestone(
        id="m-1",
        tenant="t",
        merchant="bookshop",
        shipment=EXAMPLE.shipment,
        kind=kind,
        revision=6,
        at_ms=1,
        **more,
    )


def told(messenger: MemoryMessenger) -> ShopMessenger:
    return ShopMessenger(messenger, {"bookshop": ADDRESS}, Known())  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["registered", "out_for_delivery", "delivered", "late", "window_moved"])
def test_what_needs_nobody_is_not_told(kind: str) -> None:
    assert told(MemoryMessenger()).notice_of(milestone(kind)) is None


def test_a_shop_without_an_address_hears_nothing() -> None:
    shops = ShopMessenger(MemoryMessenger(), {"other": ADDRESS}, Known())  # type: ignore[arg-type]
    assert shops.notice_of(milestone("attempt_failed")) is None


async def test_a_failed_attempt_is_told_in_the_shops_language_and_names_nobody() -> None:
    messenger = MemoryMessenger()
    shops = told(messenger)
    notice = shops.notice_of(milestone("attempt_failed", substatus="AttemptFail_002", note="k-2"))
    assert notice is not None
    assert (notice.channel, notice.recipient, notice.kind) == ("messenger", SHOP, "attempt_failed")
    assert notice.notice == shops.notice_of(milestone("attempt_failed", substatus="AttemptFail_002")).notice  # type: ignore[union-attr]
    assert ADDRESS not in repr(notice)
    written = await shops.write(notice)
    assert isinstance(written, Written)
    assert (await written.go()).state == "sent"
    (message,) = messenger.taken
    assert message.title == "Βιβλιοπωλείο"
    assert message.body.startswith(f"{EXAMPLE.order_number}: ")
    assert any("α" <= letter <= "ω" for letter in message.body)


async def test_what_may_have_gone_is_held_and_what_did_not_is_tried_again() -> None:
    messenger = MemoryMessenger()
    shops = told(messenger)
    notice = shops.notice_of(milestone("replied"))
    assert notice is not None
    messenger.answers[ADDRESS] = Failed(False, "", Reason.BUSY)
    written = await shops.write(notice)
    assert isinstance(written, Written)
    assert (await written.go()).state == "retry"
    assert written.unsure().state == "held"


@pytest.mark.parametrize("language", ["el", "ru", "en"])
@pytest.mark.parametrize("kind", ["attempt_failed", "exception", "replied"])
def test_every_kind_has_words_in_every_language(kind: str, language: Any) -> None:
    said = text_of(milestone(kind, substatus=None), "GR-1", language)
    assert "GR-1" in said
    assert "{" not in said


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"bookshop": 1}', json.dumps({"bookshop": "https://example.org/"})]
)
def test_a_file_that_cannot_be_used_says_so_without_the_address(tmp_path: Path, content: str) -> None:
    file = tmp_path / "messengers.json"
    file.write_text(content)
    with pytest.raises(BadMessengers) as refused:
        read_addresses(file, MemoryMessenger())
    assert "example.org" not in str(refused.value)


def test_no_file_is_no_addresses(tmp_path: Path) -> None:
    assert read_addresses(None, MemoryMessenger()) == {}
    file = tmp_path / "messengers.json"
    file.write_text(json.dumps({"bookshop": ADDRESS}))
    assert read_addresses(file, MemoryMessenger()) == {"bookshop": ADDRESS}
