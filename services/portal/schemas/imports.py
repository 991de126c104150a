"""Imports: a day's spreadsheet, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from services.portal.core.imports.columns import By
from services.portal.schemas.common import Answer, IdStr, Strict
from services.portal.schemas.routes import PlaceBody

StateName = Literal["reading", "geocoding", "planning", "ready", "applying", "done", "failed"]


class ImportAccepted(Answer):
    """The file is kept; it is read beside this answer."""

    import_id: str = Field(examples=["i-5f3a9c0d1e2b4a67"])


class ImportApplyBody(Strict):
    """Whose routes, and which doubtful rows are right. Rows with errors are left out."""

    couriers: list[IdStr] | None = Field(
        default=None,
        max_length=200,
        description="Who shares the stops; left out: all active couriers; empty: nobody.",
        examples=[["aino", "mikko"]],
    )
    confirm: list[Annotated[int, Field(strict=True, ge=1)]] = Field(
        default_factory=list,
        max_length=5000,
        description="Rows whose doubts (`confirm` in their errors) somebody has looked at: they are right.",
    )
    depot: PlaceBody | None = Field(default=None, description="Where the couriers set out.")


class ImportColumn(Answer):
    """A column of the file and what it was taken for; by its heading or by its content."""

    column: str = Field(examples=["Order number"])
    meaning: str | None = Field(default=None, examples=["order_number"])
    by: By


class ImportFault(Answer):
    """What is wrong and what to do, in the language asked for; `code` and `params` say the same to programs.
    `confirm`: it is right if somebody says so (`confirm` of apply)."""

    field: str = Field(examples=["phone"])
    code: str = Field(examples=["phone_invalid"])
    params: dict[str, str] = Field(default_factory=dict)
    message: str
    what_to_do: str
    confirm: bool = False


class ImportRow(Answer):
    """A row by the number that the spreadsheet shows; `ok`: it is registered when the import is applied."""

    row: int = Field(strict=True)
    ok: bool
    confirmed: bool = False
    errors: list[ImportFault] = Field(default_factory=list)
    recognised: dict[str, Any] = Field(default_factory=dict)
    lon: float | None = None
    lat: float | None = None
    shipment: str | None = None


class ImportStop(Answer):
    """A stop of a proposed route. `leg` is the way to it, an encoded polyline with six decimals."""

    lon: float
    lat: float
    rows: list[int]
    leg: str | None = None
    leg_s: float | None = None


class ImportRoute(Answer):
    """A courier's route; `made` once his plan has it."""

    courier_id: str
    courier_name: str | None = None
    route: str
    stops: list[ImportStop]
    duration_s: float = Field(description="Ways and stops together.")
    distance_m: float
    made: bool


class ImportCounts(Answer):
    """Rows; those that need an answer are not good until they are confirmed."""

    total: int = Field(strict=True)
    good: int = Field(strict=True)
    confirm: int = Field(strict=True)
    bad: int = Field(strict=True)
    registered: int = Field(strict=True)


class ImportSummary(Answer):
    """An import by its id."""

    import_id: str
    merchant: str
    state: StateName
    created_at: datetime
    expires_at: datetime = Field(description="Then it is deleted, with all that it holds of people.")


class ImportDocument(ImportSummary):
    """An import as it stands. `progress` is the share of the step that is done; `error` is why it failed, in
    words, and `fault` the same in parts."""

    progress: float | None = None
    columns: list[ImportColumn] = Field(default_factory=list)
    counts: ImportCounts
    rows: list[ImportRow] = Field(default_factory=list)
    routes: list[ImportRoute] = Field(default_factory=list)
    error: str | None = None
    fault: ImportFault | None = None


class ImportList(Answer):
    """The newest first."""

    imports: list[ImportSummary]
