"""Notices as documents, people's contacts as they may be shown, and what they write to us. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import phonenumbers

from services.portal.core.imports.phones import region_of
from services.portal.schemas.common import from_ms
from services.portal.schemas.notices import Delivery, HeldNotice, NoticeEntry, ReachAnswer
from shared.contracts.notices import NoticePolicy, PersonalChannel
from shared.domain.search import folded

_DOT = "•••"
_STOP = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "στοπ", "τελοσ", "стоп", "отписаться"}
)
_START = frozenset({"start", "unstop", "συνεχεια", "старт"})


def history(rows: Sequence[Any]) -> list[NoticeEntry]:
    """Rows, the newest first, as the shipment's page shows them."""
    seen: set[str] = set()
    found: list[NoticeEntry] = []
    for row in rows:
        newest = row.notice is not None and row.notice not in seen
        if row.notice is not None:
            seen.add(row.notice)
        found.append(NoticeEntry(**_entry(row), held=newest and row.state == "held"))
    return found


def delivery(row: Any) -> Delivery:
    return Delivery(**_entry(row), shipment=row.shipment)


def held(row: Any, shop: str) -> HeldNotice:
    return HeldNotice(
        notice=row.notice,
        shipment=row.shipment,
        merchant=row.merchant,
        shop=shop,
        kind=row.kind,
        channel=row.channel,
        reason=row.reason,
        at=from_ms(row.at_ms),
        order_number=row.order_number,
        name=row.name,
        zone=row.zone,
    )


def _entry(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "revision": row.revision,
        "state": row.state,
        "at": from_ms(row.at_ms),
        "channel": row.channel,
        "notice": row.notice,
        "reason": row.reason or None,
        "tries": row.tries,
        "next_try": from_ms(row.due_ms) if row.due_ms is not None else None,
        "code": row.code,
        "webhook": row.webhook,
        "event": row.event,
    }


def masked(channel: PersonalChannel, address: str) -> str:
    """Enough for its owner to know it by: `m•••@example.org`, `•••321`."""
    if channel == "sms":
        return f"{_DOT}{address[-3:]}"
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{_DOT}@{domain}"


def reached(email: str | None, phone: str | None) -> dict[PersonalChannel, str]:
    """The addresses of a recipient, by channel."""
    found: dict[PersonalChannel, str] = {}
    if email:
        found["email"] = email
    if phone:
        found["sms"] = phone
    return found


def channels(
    addresses: dict[PersonalChannel, str], stopped: Iterable[str], policy: NoticePolicy
) -> list[ReachAnswer]:
    """The channels that the shop uses and the recipient has, in the shop's order."""
    over = frozenset(stopped)
    return [
        ReachAnswer(channel=channel, address=masked(channel, addresses[channel]), stopped=channel in over)
        for channel in policy.channels
        if channel in addresses
    ]


def same_contact(written: str, phone: str | None, email: str | None, zone: str) -> bool:
    """Whether somebody has written a contact that is on file: an e-mail address whatever its case, a
    telephone with or without its country's code, which else is the delivery's."""
    text = written.strip()
    if "@" in text:
        return email is not None and text.casefold() == email.strip().casefold()
    if phone is None:
        return False
    for region in (region_of(zone), None):
        try:
            parsed = phonenumbers.parse(f"+{text[2:]}" if text.startswith("00") else text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == phone:
            return True
    return False


def wish_in(text: str) -> Literal["stop", "start"] | None:
    """What a whole SMS of one word asks, in the readers' languages and in the gateways'."""
    word = folded(text.strip().strip(".!"))
    if word in _STOP:
        return "stop"
    return "start" if word in _START else None


def first_of(channels_: Sequence[ReachAnswer], wished: str | None) -> PersonalChannel | None:
    """The channel that is used first: the wished one, or else the shop's."""
    able = [each.channel for each in channels_ if not each.stopped]
    if wished in able:
        return next(channel for channel in able if channel == wished)
    return able[0] if able else None
