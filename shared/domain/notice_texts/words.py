"""The catalogue's shape: what each language must say. A missing or surplus text fails the type check, and the
import as well.

`{name}` in a text is filled in: `{order}` the order's number, `{stops}` and `{orders}` a count in its plural
form, `{cash}` an amount, `{shop}` the shop's name, `{n}` the number itself."""

from __future__ import annotations

import msgspec


class Two(msgspec.Struct, frozen=True, kw_only=True):
    """Plural forms of Greek and English whole numbers (CLDR)."""

    one: str
    other: str


class Three(msgspec.Struct, frozen=True, kw_only=True):
    """Plural forms of Russian whole numbers (CLDR): 1, 21 | 2, 3, 4, 22 | 0, 5, 11, 12."""

    one: str
    few: str
    many: str


class Counts[Forms: (Two, Three)](msgspec.Struct, frozen=True, kw_only=True):
    """Things that are counted; `stops` are those before the reader's."""

    parcels: Forms
    stops: Forms
    orders: Forms


Week = tuple[str, str, str, str, str, str, str]


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """Days as they stand within a sentence; `on` from Monday, `dated` a day that has no name of its own."""

    today: str
    tomorrow: str
    yesterday: str
    on: Week
    dated: str


class Spans(msgspec.Struct, frozen=True, kw_only=True):
    """A window within a sentence: on one day, over midnight, and, behind the day, the end of one that has
    begun."""

    between: str
    nights: str
    until: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of notice. `subject` and `sms` stand after the shop and the order; `line` says what it means
    for the reader, `action` is the button's text."""

    subject: str
    headline: str
    line: str
    action: str
    sms: str


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """Kinds that are no problem; `next` is `stops_away` with none left, the `unknown_` ones have no
    window."""

    announced: Notice
    out_for_delivery: Notice
    stops_away: Notice
    next: Notice
    arriving: Notice
    delivered: Notice
    window_moved: Notice
    window_unknown: Notice
    late: Notice
    late_unknown: Notice
    pickup_ready: Notice
    all_right: Notice
    survey: Notice
    lost_link: Notice
    reply: Notice
    digest: Notice


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How it was delivered, by substatus."""

    Delivered_001: str
    Delivered_002: str
    Delivered_003: str
    Delivered_004: str
    Delivered_005: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong and what is next; `sms` says both in short, before the shop's telephone."""

    subject: str
    headline: str
    next: str
    sms: str


class Problems(msgspec.Struct, frozen=True, kw_only=True):
    """What may go wrong, by substatus."""

    AttemptFail_001: Problem
    AttemptFail_002: Problem
    AttemptFail_003: Problem
    Exception_001: Problem
    Exception_002: Problem
    Exception_003: Problem
    Exception_004: Problem
    Exception_005: Problem
    Exception_007: Problem
    Exception_010: Problem
    Exception_011: Problem
    Exception_012: Problem
    Exception_013: Problem
    Exception_017: Problem
    Exception_101: Problem
    Exception_102: Problem
    Exception_103: Problem
    Expired_001: Problem


class Whys(msgspec.Struct, frozen=True, kw_only=True):
    """Why a window is another than before, by `shared.contracts.promises.Why`."""

    first: str
    nearer: str
    sooner: str
    later: str
    replanned: str
    other_courier: str
    silent: str
    late: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question answered on a scale, and what its two ends mean."""

    question: str
    low: str
    high: str


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Names of facts, and the small sentences that many messages share."""

    order: str
    orders: str
    parcels: str
    cash: str
    no_cash: str
    have_cash: str
    paid: str
    to_pay: str
    expected: str
    before: str
    remark: str
    next: str
    for_whom: str
    taken_by: str
    details: str
    yes: str
    no: str
    recommend: Asked
    satisfied: Asked
    call: str
    phone: str
    email: str
    hours: str
    own_link: str
    because: str
    stop: str


class Words[Forms: (Two, Three)](msgspec.Struct, frozen=True, kw_only=True):
    """A language, whole; `locale` is CLDR's name for how it writes dates, numbers and amounts."""

    locale: str
    counts: Counts[Forms]
    days: Days
    spans: Spans
    labels: Labels
    notices: Notices
    done: Done
    problems: Problems
    whys: Whys
