"""What recipients and shops say to each other, what belongs to no shipment yet, and calls counted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.portal.schemas.common import Answer, IdStr, Strict
from shared.contracts.remarks import About, Direction, Way
from shared.domain.texts import visible


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_lines),
    AfterValidator(visible),
]


class ExchangeEntry(Answer):
    """One thing that was said. `by` is what kind of person said or noted it."""

    seq: int
    at: datetime
    direction: Direction = Field(description="`in`: from the recipient; `out`: to him.")
    way: Way
    by: str = Field(examples=["recipient", "merchant", "staff"])
    about: About | None = None
    text: str | None = Field(default=None, description="Absent once the recipient's data is deleted.")
    attachments: int = Field(default=0, description="So many came with it and were not kept.")


class ExchangeList(Answer):
    """The oldest first. `answer_by`: on which way an answer goes back; absent: he has not written."""

    exchanges: list[ExchangeEntry]
    answer_by: Literal["email", "sms"] | None = None


class ReplyBody(Strict):
    """The shop's answer to its customer."""

    text: Text


class ContactBody(Strict):
    """Somebody called, wrote in a chat, or came: noted so that it counts."""

    way: Way = Field(examples=["call"])
    about: About = Field(examples=["when"])
    text: Text | None = None


class StrayEntry(Answer):
    """A message that belongs to no shipment for certain; `shipment` is a guess."""

    stray: str
    way: Way
    why: Literal["forged", "unmatched", "other_sender", "too_many", "unreadable"]
    sender: str
    subject: str
    text: str
    attachments: int = 0
    at: datetime
    shipment: str | None = None


class StrayList(Answer):
    """The oldest first."""

    strays: list[StrayEntry]
    more: bool = Field(description="There are more than are told here.")


class AttachBody(Strict):
    """To which shipment it belongs."""

    shipment: IdStr


class ContactRate(Answer):
    """Contacts of a group of shipments. The interval holds the true rate with 95 % (Poisson, by Byar's
    approximation)."""

    shipments: int
    contacts: int
    per_100: float | None = Field(default=None, description="Contacts per 100 shipments; absent: none.")
    low: float | None = None
    high: float | None = None


class ContactGroup(ContactRate):
    """Of a shop, and of a period that begins on this day."""

    shop: str
    merchant: str
    begins: date


class ContactReport(Answer):
    """By when shipments were registered. A shipment is held out once something was not told because of it;
    `compared` are shipments of the shops and periods that have any of those."""

    since: datetime
    until: datetime
    all: ContactRate
    opened: ContactRate = Field(description="Whose recipient has opened the link.")
    unopened: ContactRate
    held_out: ContactRate
    compared: ContactRate
    about: dict[str, int] = Field(description="Contacts by what they were about; `unsaid`: nobody said.")
    ways: dict[str, int]
    groups: list[ContactGroup]
