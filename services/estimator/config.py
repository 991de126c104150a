"""Settings of `estimator`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.adapters.router import RouterKind
from shared.config import CommonSettings


class Settings(CommonSettings):
    """`router_kind`: `local` is Valhalla in this process over `valhalla_tiles` (without them ways that no
    plan names are taken as the crow flies); `valhalla` and `osrm` are a server at `router_url`.
    `estimator_port`: probes and metrics, for this machine alone; 0: none."""

    part: str = "estimator"
    router_kind: RouterKind = "local"
    valhalla_tiles: Path | None = None
    router_url: str = ""
    estimator_port: int = Field(default=0, ge=0, le=65_535)
