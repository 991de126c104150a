"""The simulator's settings, from the environment (prefix DROMOS_); the command line may override some."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from shared.config import CommonSettings


class SimulatorSettings(CommonSettings):
    """Where it posts, as whom, and what world it plays."""

    part: str = "simulator"
    ingest_host: str = "127.0.0.1"
    ingest_port: int = 8081
    portal_host: str = "127.0.0.1"
    portal_port: int = 8080
    admin_token: SecretStr = SecretStr("")
    simulator_couriers: int = Field(default=6, ge=1, le=10_000)
    simulator_seed: int = 1
    simulator_speed: float = Field(default=1.0, gt=0, le=100)
    simulator_faults: str = "street"
    simulator_tenant: str = "demo"

    @property
    def ingest_url(self) -> str:
        """Where phones post."""
        return f"http://{self.ingest_host}:{self.ingest_port}"

    @property
    def portal_url(self) -> str:
        """Where merchants and the administrator ask."""
        return f"http://{self.portal_host}:{self.portal_port}"

    @property
    def map_dir(self) -> Path:
        """The built map."""
        return self.state_dir / "map"

    @property
    def run_dir(self) -> Path:
        """Where the links, and the secrets for a second start, are kept."""
        return self.state_dir / "run"
