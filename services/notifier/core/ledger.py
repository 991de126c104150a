"""A notice from claim to close, and what its channel's policy says when nobody closed it. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.notifier.core.retries import MESSAGE, WEBHOOK, next_try_ms
from shared.contracts.notices import Channel, NoticeKind
from shared.contracts.notices import State as Told
from shared.ports import webhooks
from shared.ports.sending import Failed, Sending, Sent

State = Literal[
    "queued", "claimed", "sending", "retry", "sent", "delivered", "bounced", "failed", "held", "discarded"
]
"""`queued`: decided, and not looked at. `claimed`: somebody writes it. `sending`: somebody hands it over, so
that it may have gone. `retry`: it surely did not go, or may be sent again. The others: how it ended."""

OPEN: frozenset[State] = frozenset({"queued", "claimed", "sending", "retry"})

ENDED: frozenset[State] = frozenset({"delivered", "bounced", "failed", "discarded"})

RECEIPT_MS = 20 * 60_000
"""An SMS of which the gateway says nothing for so long is taken for one that did not arrive."""

LOOK_AGAIN_MS = 2_000
"""What can't be decided or written for the time being is looked at again so soon."""

UNHEARD = "no_receipt"

ABANDONED_MOST = 8
"""One that was under way whenever its notifier ended so often is not begun again by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A row of the ledger (`tables.notices`)."""

    notice: str
    lead: str
    shipment: str
    kind: NoticeKind
    revision: int
    recipient: str
    channel: Channel
    tenant: str
    merchant: str
    state: State = "claimed"
    reason: str = ""
    tries: int = 0
    claim: int = 1
    at_ms: int = 0
    due_ms: int | None = None
    code: str = ""
    excerpt: str = ""
    provider_id: str = ""
    payload: bytes | None = None
    made_ms: int = 0
    """When it was decided; `at_ms` is when it changed last."""
    decision: str = ""
    """The ids of the commands that decided about it while it was held, separated by spaces."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What a try has come to. `told`: what is said of it, None: nothing new. `tried`: it counts as a try."""

    state: State
    reason: str = ""
    due_ms: int | None = None
    code: str = ""
    excerpt: str = ""
    provider_id: str = ""
    told: Told | None = None
    tried: bool = True


def closing(
    notice: Notice, sending: Sending, now_ms: int, chance: Callable[[], float] = random.random
) -> Closing:
    """How a try of an e-mail, SMS or messenger's message ends. What may have gone is sent again where that
    shows as one (an e-mail of the same Message-ID) and held where it would be another."""
    if isinstance(sending, Sent):
        heard_ms = now_ms + RECEIPT_MS if notice.channel == "sms" else None
        return Closing("sent", due_ms=heard_ms, provider_id=_plain(sending.id, 128), told="sent")
    tries = notice.tries + 1
    if isinstance(sending, Failed):
        if not sending.permanent:
            after_ms = None if sending.retry_after_s is None else round(sending.retry_after_s * 1000)
            again_ms = next_try_ms(MESSAGE, tries, now_ms, chance, after_ms=after_ms)
            if again_ms is not None:
                return Closing("retry", sending.reason, again_ms, _plain(sending.code, 64), told="deferred")
        return Closing("failed", sending.reason, code=_plain(sending.code, 64), told="failed")
    if notice.channel == "email":
        again_ms = next_try_ms(MESSAGE, tries, now_ms, chance)
        if again_ms is not None:
            return Closing("retry", "unsure", again_ms, _plain(sending.code, 64), told="deferred")
    return Closing("held", "unsure", code=_plain(sending.code, 64), told="held")


def abandoned(notice: Notice, now_ms: int) -> Closing:
    """What becomes of a claim that nobody has closed. One that was not being handed over did not go; of the
    others nobody knows."""
    if notice.state == "claimed" or notice.channel == "webhook":
        return _again(notice, "crashed", now_ms) or Closing("failed", "crashed", told="failed")
    if notice.channel == "email":
        return _again(notice, "crashed", now_ms) or Closing("held", "crashed", told="held")
    return Closing("held", "crashed", told="held")


def _again(notice: Notice, reason: str, now_ms: int) -> Closing | None:
    """At once; None: it has ended so many that it may be what ends them."""
    return Closing("retry", reason, now_ms) if notice.tries < ABANDONED_MOST else None


def later(now_ms: int) -> Closing:
    """What becomes of one that can't be written now, because something of it is away: soon once more."""
    return Closing("retry", "waiting", now_ms + LOOK_AGAIN_MS, tried=False)


def stumbled(notice: Notice, now_ms: int, chance: Callable[[], float] = random.random) -> Closing:
    """What becomes of one that we can't write, by a fault of ours: the others go on."""
    again_ms = next_try_ms(MESSAGE, notice.tries + 1, now_ms, chance)
    if again_ms is None:
        return Closing("failed", "error", told="failed")
    return Closing("retry", "error", again_ms, told="deferred")


def webhook_closing(
    notice: Notice, outcome: webhooks.Outcome, now_ms: int, chance: Callable[[], float] = random.random
) -> Closing:
    """How a try of a webhook ends; a receiver that is gone is not called again."""
    if isinstance(outcome, webhooks.Delivered):
        return Closing("delivered", code=str(outcome.status), excerpt=outcome.excerpt, told="delivered")
    if isinstance(outcome, webhooks.Gone):
        return Closing("failed", "gone", code=str(outcome.status), excerpt=outcome.excerpt, told="failed")
    code = str(outcome.status) if outcome.status is not None else ""
    if outcome.retry:
        again_ms = next_try_ms(WEBHOOK, notice.tries + 1, now_ms, chance, after_ms=outcome.after_ms)
        if again_ms is not None:
            return Closing("retry", outcome.reason, again_ms, code, outcome.excerpt, told="deferred")
    return Closing("failed", outcome.reason, code=code, excerpt=outcome.excerpt, told="failed")


def _plain(said: str, most: int) -> str:
    """What others have written, as a database takes it."""
    return "".join(c if c.isprintable() else " " for c in said[:most])
