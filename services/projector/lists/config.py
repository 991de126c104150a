"""Settings of `projector lists`."""

from __future__ import annotations

from pydantic import Field

from shared.config import CommonSettings


class Settings(CommonSettings):
    """`lists_port`: probes and metrics, for this machine alone; 0: none."""

    part: str = "lists"
    lists_port: int = Field(default=0, ge=0, le=65_535)
