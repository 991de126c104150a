"""Words that notices share: their kinds, channels and states, and what a shop wants told."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.contracts.topic import Body

NoticeKind = Literal[
    "announced",
    "out_for_delivery",
    "stops_away",
    "arriving",
    "delivered",
    "attempt_failed",
    "window_moved",
    "late",
    "exception",
    "pickup_ready",
    "expired",
    "all_right",
    "survey",
    "lost_link",
    "reply",
    "digest",
]
"""`announced`: taken over, with the link. `stops_away`: some stops before the reader's. `attempt_failed`,
`exception`, `expired`: what it is says the substatus. `all_right`: the question a day after. `survey`: NPS
and CSI. `lost_link`: the link once more. `reply`: an answer of the shop. `digest`: several at once."""

Channel = Literal["email", "sms", "messenger", "webhook"]
PersonalChannel = Literal["email", "sms"]

State = Literal["deferred", "sent", "delivered", "bounced", "failed", "held", "folded", "dropped"]
"""`deferred`: later, and why. `sent`: the other side has taken it; `delivered`: it says that it arrived;
`bounced`: that it did not. `failed`: given up. `held`: it may have gone, a person decides. `folded`: said by
a newer one. `dropped`: not told, and why."""

Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]


class NoticePolicy(Body, frozen=True):
    """What a merchant's recipients are told, and how: numbers and names, no texts.

    `channels` in order: the first for which the recipient has an address; the next one when that bounces.
    `off`: kinds not told at all; `email_only`: kinds for which no SMS is paid. From `quiet_from_h` to
    `quiet_to_h` of the recipient's clock nothing is sent but on the day of delivery. `ask_after_s`: the
    question whether all is right, so long after delivery; `survey_after_s` the survey; 0: not asked. Of
    `hold_out_pct` per cent of the shipments nothing is told of the way between announcement and door, so that
    their calls can be compared with the others'."""

    channels: tuple[PersonalChannel, ...] = ("email", "sms")
    off: tuple[NoticeKind, ...] = ()
    email_only: tuple[NoticeKind, ...] = ("stops_away", "arriving", "delivered", "all_right", "survey")
    quiet_from_h: Hour = 21
    quiet_to_h: Hour = 8
    daily_cap: Annotated[int, msgspec.Meta(ge=1, le=50)] = 8
    ask_after_s: Annotated[int, msgspec.Meta(ge=0, le=14 * 86_400)] = 86_400
    survey_after_s: Annotated[int, msgspec.Meta(ge=0, le=30 * 86_400)] = 3 * 86_400
    sms_capitals: bool = False
    hold_out_pct: Annotated[int, msgspec.Meta(ge=0, le=50)] = 0
