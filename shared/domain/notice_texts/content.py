"""A message's content, of which mail, SMS and messenger text are made: so all say the same."""

from __future__ import annotations

from typing import Literal

import msgspec

from shared.domain.notice_texts.formats import Lead

Tone = Literal["plain", "good", "bad"]


class Fact(msgspec.Struct, frozen=True):
    label: str
    value: str


class Tap(msgspec.Struct, frozen=True):
    """A text and where it leads."""

    text: str
    link: str


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    low: str
    high: str
    taps: tuple[Tap, ...]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, in reading order. `shop` and `opening` come first in every form: whose order it
    is, which one, what is to be paid; `brief` is that in a few words, `state` how it stands. `short` is an
    SMS's words between the opening and the link; `parts` are the contents of a digest; `call` is the shop's
    telephone where something went wrong."""

    shop: str
    order: str
    opening: tuple[str, ...]
    brief: str
    subject: str
    state: str
    tone: Tone
    headline: str
    expected: str
    lead: Lead | None
    before: Fact | None
    lines: tuple[str, ...]
    remark: Fact | None
    next: Fact | None
    answers: tuple[Tap, ...]
    scales: tuple[Scale, ...]
    action: Tap | None
    note: str | None
    facts: tuple[Fact, ...]
    parts: tuple[Content, ...]
    contact: tuple[Fact, ...]
    because: str
    stop: Tap | None
    short: str
    call: str | None
