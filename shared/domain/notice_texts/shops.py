"""The shop as its recipients' messages show it."""

from __future__ import annotations

from shared.contracts.merchants import Merchant
from shared.domain.notice_texts.telling import Shop


def shop_of(merchant: Merchant, *, capitals: bool | None = None) -> Shop:
    """`capitals`: whether Greek SMS are set in them, in place of what the shop has chosen."""
    return Shop(
        name=merchant.name,
        colour=merchant.branding.colour,
        logo_url=merchant.branding.logo_url,
        phone=merchant.contact.phone,
        email=merchant.contact.email,
        hours=merchant.contact.hours,
        sms_capitals=merchant.notices.sms_capitals if capitals is None else capitals,
    )
