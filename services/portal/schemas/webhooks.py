"""Webhooks of a merchant's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from services.portal.schemas.common import Answer, Strict
from shared.contracts.webhook_payload import TYPES
from shared.domain.outbound import MAX_URL

MAX_OVERLAP_S = 7 * 86_400


def _known(kind: str) -> str:
    if kind not in TYPES:
        raise ValueError(f"one of {', '.join(TYPES)}")
    return kind


EventType = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(TYPES)})]


class NewWebhook(Strict):
    """An address that is told what happens to the shop's shipments."""

    url: str = Field(
        min_length=1,
        max_length=MAX_URL,
        examples=["https://shop.example.org/webhooks"],
        description="https, in the open Internet. Redirects are not followed.",
    )
    events: list[EventType] = Field(
        default=[], max_length=len(TYPES), description="The types it wants; none named: all."
    )


class RotateBody(Strict):
    """How the secret changes."""

    overlap_s: int = Field(
        strict=True,
        default=86_400,
        ge=0,
        le=MAX_OVERLAP_S,
        description="For so long messages are signed with the secret before too. 0: it has leaked.",
    )


class WebhookDocument(Answer):
    """An endpoint. `secret` is shown when it is made and never again; until `old_secret_until` messages are
    signed with the one before too."""

    webhook_id: str
    url: str
    events: list[str] = Field(description="Empty: all.")
    disabled: bool
    old_secret_until: datetime | None = None
    secret: str | None = Field(default=None, examples=["whsec_bm90LWEtc2VjcmV0LW9mLWFueWJvZHktYXQtYWxs"])


class WebhookList(Answer):
    """All endpoints of the shop, the oldest first."""

    webhooks: list[WebhookDocument]
