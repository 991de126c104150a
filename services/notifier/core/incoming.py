"""What is made of a mail that came to us: whose words it is, or why it is kept apart, or left. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.notifier.core.ledger import Notice
from shared.contracts.merchants import Merchant
from shared.domain.answering import Addressed
from shared.ports.incoming import Answer, Bounce
from shared.ports.sending import Reason

SHOP = "shop"
"""Stands for the recipient of a notice that goes to the shop itself: a recipient's words."""

_OURS = re.compile(r"(n-[a-z2-7]{26})@(.+)")

Why = Literal["forged", "unmatched", "other_sender", "too_many", "unreadable"]


@dataclass(frozen=True, slots=True)
class FromRecipient:
    """The recipient's own words about the notice's shipment."""


@dataclass(frozen=True, slots=True)
class FromShop:
    """The shop answers what was forwarded to it."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """The message that the address names will not arrive."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Apart:
    """Nobody can say whose it is, or it may not be what it says."""

    why: Why


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing is made of it: a machine's words, which would go round and round, or a report of nothing."""

    why: str


Verdict = FromRecipient | FromShop | Bounced | Apart | Left


def judge(
    addressed: Addressed,
    notice: Notice | None,
    came: Answer | Bounce,
    envelope_sender: str,
    shop: Merchant | None,
    domain: str,
) -> Verdict:
    """`notice` is the one that the address names, if it is known; `shop` its merchant."""
    if isinstance(came, Bounce):
        return _bounced(addressed, notice, came)
    # Reports have no sender (RFC 5321 §4.5.5); what machines write says so (RFC 3834 §5).
    if came.automatic or not envelope_sender or _domain(came.sender) == domain:
        return Left("automatic")
    if addressed.purpose == "bounce":
        return Left("not_a_report")
    if notice is None:
        return Apart("forged" if addressed.forged else "unmatched")
    if notice.recipient == SHOP:
        contact = shop.contact.email if shop is not None else None
        # The token was sent to the shop alone; who has it from there writes from where the shop writes from.
        return FromShop() if contact and _domain(contact) == _domain(came.sender) else Apart("other_sender")
    if notice.channel == "webhook":
        return Apart("unmatched")
    return FromRecipient()


def guess(came: Answer, domain: str) -> str | None:
    """The notice that a mail says it answers, proved by nothing."""
    for id in came.answers:
        found = _OURS.fullmatch(id.lower())
        if found is not None and found[2] == domain:
            return found[1]
    return None


def _bounced(addressed: Addressed, notice: Notice | None, report: Bounce) -> Verdict:
    if addressed.purpose != "bounce" or notice is None or notice.channel != "email":
        return Left("report_of_nothing")
    if not report.final:
        return Left("not_yet")
    # RFC 3463 §3.2, §3.3: addressing and mailbox; what else there is, such as a policy, refuses the message.
    subject = report.code.split(".")[1:2]
    return Bounced(Reason.ADDRESS if subject in (["1"], ["2"], []) else Reason.REFUSED)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower()
