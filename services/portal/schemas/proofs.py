"""Pictures and signatures taken at the door."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.portal.schemas.common import Answer


class ProofTaken(Answer):
    """The picture is kept; reports name it by `proof`."""

    proof: str = Field(examples=["20261120.Zm9vYmFyYmF6cXV4MTIzNA"])
    kind: Literal["photo", "signature"]


class ProofShown(Answer):
    """A picture that a report has named. `url` shows it until `expires_at`; without one it is kept no longer,
    or never was."""

    seq: int = Field(description="The history entry's number.")
    proof: str = Field(examples=["20261120.Zm9vYmFyYmF6cXV4MTIzNA"])
    kind: Literal["photo", "signature"] | None = None
    url: str | None = Field(default=None, description="Relative to the portal's origin.")
    expires_at: datetime | None = None
