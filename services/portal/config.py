"""The portal's settings, read once from the environment (prefix DROMOS_)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from shared.config import CommonSettings


class PortalSettings(CommonSettings):
    """What the portal serves, where, and to whom."""

    part: str = "portal"
    portal_host: str = "127.0.0.1"
    portal_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    """The origin that links name; no trailing slash is needed."""
    gateway_url: str = "ws://127.0.0.1:8082/"
    """The websocket address that pages are told, and that their policy lets them connect to."""
    ticket_key: SecretStr
    """Shared with the gateway; while rotating, several separated by commas: the first signs."""
    admin_token: SecretStr = SecretStr("")
    """Empty: administration is switched off."""
    trusted_proxies: str = ""
    """Addresses whose X-Forwarded-For and -Proto are believed, comma-separated."""
    demo: bool = False
    web_dir: Path | None = None
    """The built pages; `<state_dir>/web/dist` unless told."""
    valhalla_tiles: Path | None = None
    """Routing tiles for the legs of planned routes; none: legs stay absent."""
    link_days: int = Field(default=14, ge=1, le=60)
    device_overlap_s: int = Field(default=86_400, ge=0, le=30 * 86_400)
    """How long a device's old secret stays good after a rotation."""
    link_rate: str = "240/minute"
    """Exchanges of links and reads of views, by address."""
    auth_rate: str = "60/minute"
    """Refused keys, by address."""
    max_wait_s: float = Field(default=5.0, ge=0, le=30)
    """The longest that `Prefer: wait` is honoured."""
    track_timeout_s: float = Field(default=5.0, gt=0, le=60)

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
            raise ValueError("an origin such as https://track.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("gateway_url")
    @classmethod
    def _socket(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("ws", "wss") or not parts.netloc:
            raise ValueError("a websocket address such as wss://live.example.org/")
        return value

    @property
    def gateway_origin(self) -> str:
        parts = urlsplit(self.gateway_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def pages_dir(self) -> Path:
        return self.web_dir or self.state_dir / "web" / "dist"

    @property
    def map_dir(self) -> Path:
        return self.state_dir / "map"
