"""ingest's settings, from the environment (prefix DROMOS_)."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field

from shared.config import CommonSettings


class IngestSettings(CommonSettings):
    """What the common settings have, and ingest's own."""

    part: str = "ingest"
    public_url: str = "http://127.0.0.1:8080"
    """The portal's address, whose courier's page may post here."""
    ingest_host: str = "127.0.0.1"
    ingest_port: int = Field(default=8081, ge=0, le=65535)
    ingest_ack_timeout_s: float = Field(default=2.0, gt=0, le=30)
    """Within this the log acknowledges, or the phone hears 503 and keeps the fix."""
    ingest_max_body_bytes: int = Field(default=1 << 20, ge=1024)
    ingest_body_timeout_s: float = Field(default=10.0, gt=0)
    ingest_in_flight: int = Field(default=5_000, ge=1)
    """Readings that may be waiting for their acknowledgement at once; beyond it 503 without waiting."""
    ingest_rate_per_s: float = Field(default=20.0, gt=0)
    """Requests a second of one device, and how many at once."""
    ingest_rate_burst: int = Field(default=20, ge=1)
    ingest_points_per_s: float = Field(default=200.0, gt=0)
    """Readings a second of one device (arrays hold many), and how many at once."""
    ingest_points_burst: int = Field(default=2_000, ge=1)
    ingest_merchant_rate_per_s: float = Field(default=100.0, gt=0)
    ingest_merchant_burst: int = Field(default=200, ge=1)
    ingest_wait_max_s: float = Field(default=2.0, ge=0, le=10)
    """The most that `Prefer: wait` waits for a command's outcome."""
    ingest_drain_s: int = Field(default=5, ge=1)
    """After SIGTERM, requests under way have this long to end."""

    @property
    def page_origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"
