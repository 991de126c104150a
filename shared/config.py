"""Settings that every process shares, read once from the environment (prefix DROMOS_)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CommonSettings(BaseSettings):
    """Where Kafka and Redis are, and how topics and keys are named."""

    model_config = SettingsConfigDict(
        env_prefix="DROMOS_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # what is wrong is logged at start, and beside it stand secrets
    )

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_username: str | None = None
    kafka_password: str | None = Field(default=None, repr=False)
    kafka_ca_file: Path | None = None
    redis_url: str = Field(default="redis://127.0.0.1:6379/0", repr=False)
    postgres_url: str = Field(default="postgresql+asyncpg://dromos@127.0.0.1:5432/dromos", repr=False)
    postgres_password: str | None = Field(default=None, repr=False)
    """Put into `postgres_url` where that names none."""
    topic_prefix: str = ""
    namespace: str = "dromos"
    partitions: int = Field(default=6, ge=1, le=1000)
    replication_factor: int = Field(default=1, ge=1)
    state_dir: Path = Path(".dromos")
    log_level: str = "INFO"
    trace_sample: float = Field(default=0.01, ge=0, le=1)
    """Of fixes and requests so large a share is followed in the logs of all parts, under one `trace`."""
    part: str = Field(default="", description="This process's name in heartbeats and logs.")
    session_timeout_s: float = Field(default=10.0, gt=0)
    """Kafka group session; workers that jumped by more than 0.8 of it exit."""

    @property
    def database_url(self) -> str:
        """PostgreSQL's address with the password."""
        parts = urlsplit(self.postgres_url)
        if self.postgres_password is None or parts.password is not None:
            return self.postgres_url
        user, _, host = parts.netloc.rpartition("@")
        netloc = f"{user}:{quote(self.postgres_password, safe='')}@{host}"
        return urlunsplit(parts._replace(netloc=netloc))
