"""Settings of `projector stages`."""

from __future__ import annotations

from pydantic import Field

from shared.config import CommonSettings


class Settings(CommonSettings):
    """`generation` 0: the one that is shown (found at the start); otherwise a rebuild's. `stages_port`:
    probes and metrics, for this machine alone; 0: none."""

    part: str = "stages"
    generation: int = 0
    rebuilding: bool = False
    stages_port: int = Field(default=0, ge=0, le=65_535)
