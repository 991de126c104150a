"""What reports have in common: whose, of how long, and how they are asked for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli.config import CliSettings
from services.cli.core.bodies import filled
from services.cli.http import Portal

Shop = Annotated[str | None, typer.Option(help="Of this shop only.")]
Carrier = Annotated[str | None, typer.Option(help="Of this carrier only.")]


def ask_for(path: str, tenant: str | None, merchant: str | None, **more: str | None) -> dict[str, Any]:
    """A report of the portal's, as the administrator; what is None is not asked for."""
    with Portal(CliSettings(), "admin") as portal:
        return portal.ask("GET", path, params=filled({"tenant": tenant, "merchant": merchant, **more}))
