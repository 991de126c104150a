"""Recipients' links and what their page asks for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.portal.schemas.common import Answer, Strict


class NewLink(Strict):
    """A further link to the shipment's page."""

    days: int | None = Field(
        strict=True, default=None, ge=1, le=60, description="How long it is good; 14 unless told."
    )


class NewLinkAnswer(Answer):
    """The link, shown this once: only the hash of its secret is kept."""

    link_id: str = Field(examples=["2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"])
    url: str = Field(examples=["https://track.example.org/t#Zm9vYmFyYmF6cXV4MTIzNA"])
    expires_at: datetime


class SecretBody(Strict):
    """The secret from the link's fragment."""

    secret: str = Field(max_length=256, examples=["Zm9vYmFyYmF6cXV4MTIzNA"])


class TicketAnswer(Answer):
    """Leave to open the socket (its first message) and to read the view, for a minute."""

    ticket: str
    socket: str = Field(examples=["wss://live.example.org/"])
    expires_at: datetime
