"""What a message may say, and what it becomes."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Language, Money, Window
from shared.contracts.notices import NoticeKind


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes: the shop as its recipients know it.

    `colour` is #rrggbb, `phone` E.164, `hours` as the shop writes them. With `sms_capitals` Greek SMS are set
    in capitals without accents, which need less than half the segments."""

    name: str
    colour: str | None = None
    logo_url: str | None = None
    phone: str | None = None
    email: str | None = None
    hours: str | None = None
    sms_capitals: bool = False


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """All that a message may say; what is None is not said.

    `zone` is the delivery's, in which times are told. `cash` is still to be paid. `window` is when the
    courier comes, `was` what had been told before. `why` is a code of `shared.contracts.promises.Why`, or
    words that a person wrote: the remark of who reported, the answer of who replies. `several` are the
    notices that a digest holds, each whole. `opt_out_link` stops such messages in one click."""

    kind: NoticeKind
    language: Language
    zone: str
    shop: Shop
    order_number: str
    now_ms: int
    parcels: int = 1
    cash: Money | None = None
    link: str | None = None
    window: Window | None = None
    was: Window | None = None
    why: str | None = None
    stops_left: int | None = None
    substatus: str | None = None
    taken_by: str | None = None
    recipient_name: str | None = None
    opt_out_link: str | None = None
    several: tuple[Telling, ...] = ()


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to send: `subject` is one line; `text` and `html` are an e-mail's two bodies, `sms` a
    short message, `push` what a messenger shows."""

    subject: str
    text: str
    html: str
    sms: str
    push: str
