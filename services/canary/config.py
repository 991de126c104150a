"""Settings of the canary."""

from __future__ import annotations

from pydantic import Field, SecretStr

from shared.config import CommonSettings


class Settings(CommonSettings):
    """Where it flies to, as a phone and as a page would: the addresses from outside, not those behind the
    door. `canary_port`: probes and metrics, for this machine alone; 0: none."""

    part: str = "canary"
    portal: str = "http://127.0.0.1:8080"
    ingest_url: str = "http://127.0.0.1:8081/"
    admin_token: SecretStr = SecretStr("")
    canary_port: int = Field(default=0, ge=0, le=65_535)
    canary_every_s: float = Field(default=15.0, ge=1, le=300)
    canary_patience_s: float = Field(default=5.0, gt=0, le=60)
    """After so long a fix counts as lost."""
