"""The portal's settings, read once from the environment (prefix DROMOS_)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from shared.adapters.router import RouterKind
from shared.config import CommonSettings
from shared.domain.outbound import Allowed
from shared.domain.webhooks import Secrets


class PortalSettings(CommonSettings):
    """What the portal serves, where, and to whom."""

    part: str = "portal"
    portal_host: str = "127.0.0.1"
    portal_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    """The origin that links name; no trailing slash is needed."""
    gateway_url: str = "ws://127.0.0.1:8082/"
    """The websocket address that pages are told, and that their policy lets them connect to."""
    ingest_url: str = "http://127.0.0.1:8081/"
    """Where couriers' phones post: the address that a phone is told when it is enrolled."""
    ask_ingest: str = ""
    ask_gateway: str = ""
    """Where the status page asks for /readyz and /metrics of the two; unless told, at their addresses."""
    ticket_key: SecretStr
    """Shared with the gateway; while rotating, several separated by commas: the first signs."""
    contact_key: SecretStr = SecretStr("")
    """What people wish stands under marks that this key makes, the notifier's too; empty: the ticket key's
    last."""
    admin_token: SecretStr = SecretStr("")
    """Empty: administration is switched off."""
    trusted_proxies: str = ""
    """Addresses whose X-Forwarded-For and -Proto are believed, comma-separated."""
    webhook_key: SecretStr = SecretStr("")
    """Shared with the notifier: webhooks' secrets follow from it. Several separated by commas while rotating;
    empty: there are no webhooks."""
    webhook_allow: str = ""
    """`host:port` that webhooks may reach though it is not public, and without TLS; comma-separated."""
    sms_token: SecretStr = SecretStr("")
    """The SMS gateway's, as the notifier has it: its receipts and people's answers are signed by it. Several
    separated by commas while it is being changed; empty: none are taken."""
    demo: bool = False
    web_dir: Path | None = None
    """The built pages; `<state_dir>/web/dist` unless told."""
    router_kind: RouterKind = "local"
    """`local`: Valhalla in this process over `valhalla_tiles`; else a server of that kind at `router_url`."""
    valhalla_tiles: Path | None = None
    router_url: str = ""
    """Routing tiles for the legs of planned routes; none: legs stay absent."""
    default_region: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    """The country (ISO 3166-1) of telephones without a code in imported files; unless told, the zone's."""
    geocoder_file: Path | None = None
    """Addresses of the built map; `<state_dir>/map/geocoder.json` unless told."""
    geocoder_kind: Literal["local", "photon", "nominatim"] = "local"
    geocoder_url: str = ""
    """Of a Photon or Nominatim of your own, such as http://photon:2322/."""
    geocoder_rate: float = Field(default=10.0, gt=0, le=1000)
    """Questions a second to it, at most."""
    enrolment_s: int = Field(default=3600, ge=60, le=7 * 86_400)
    """How long the code that a courier scans is good."""
    objects_url: str = ""
    """Where pictures are kept: `file:///folder`, `s3://bucket/prefix`; `<state_dir>/objects` unless told."""
    objects_endpoint: str = ""
    """Of S3; empty: Amazon's of the region, or AWS_ENDPOINT_URL."""
    objects_region: str = ""
    objects_key_id: str = ""
    objects_secret: SecretStr = SecretStr("")
    proof_days: int = Field(default=90, ge=1, le=3650)
    """How long pictures of a delivery are kept: as long as it can be disputed."""
    proof_rate: str = "60/minute"
    """Pictures taken in, by phone."""
    link_days: int = Field(default=14, ge=1, le=60)
    device_overlap_s: int = Field(default=86_400, ge=0, le=30 * 86_400)
    """How long a device's old secret stays good after a rotation."""
    link_rate: str = "240/minute"
    """Exchanges of links and reads of views, by address."""
    slot_rate: str = "600/minute"
    """Questions for slots, by shop."""
    lost_rate: str = "10/10minute"
    """Requests for a lost link, by address."""
    resend_rate: str = "6/hour"
    """Links sent again, by shipment and by contact."""
    rating_rate: str = "60/hour"
    """Answers to questions, by shipment."""
    reply_rate: str = "20/hour"
    """Answers to what a recipient wrote, by shipment: each may be an SMS, at any hour."""
    auth_rate: str = "60/minute"
    """Refused keys, by address."""
    login_rate: str = "30/5minute"
    """Failed logins at the desk, by address."""
    account_rate: str = "10/5minute"
    """Failed logins at the desk, by account."""
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

    @field_validator("webhook_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            Secrets(value.get_secret_value())
        return value

    @field_validator("webhook_allow")
    @classmethod
    def _hosts(cls, value: str) -> str:
        Allowed(value)
        return value

    @field_validator("gateway_url")
    @classmethod
    def _socket(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("ws", "wss") or not parts.netloc:
            raise ValueError("a websocket address such as wss://live.example.org/")
        return value

    @property
    def sms_tokens(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.sms_token.get_secret_value().split(","))))

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.public_url.startswith("https://")

    @property
    def gateway_origin(self) -> str:
        parts = urlsplit(self.gateway_url)
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("ingest_url")
    @classmethod
    def _posted_to(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("an address such as https://gps.example.org/")
        return value if value.endswith("/") else value + "/"

    @property
    def ingest_origin(self) -> str:
        parts = urlsplit(self.ingest_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def addresses(self) -> dict[str, str]:
        """Where the servers answer, by name."""
        gateway = f"http{self.gateway_url.removeprefix('ws')}"
        return {
            "portal": f"http://127.0.0.1:{self.portal_port}",
            "ingest": (self.ask_ingest or self.ingest_url).rstrip("/"),
            "gateway": (self.ask_gateway or gateway).rstrip("/"),
        }

    @property
    def pages_dir(self) -> Path:
        return self.web_dir or self.state_dir / "web" / "dist"

    @property
    def objects_at(self) -> str:
        return self.objects_url or (self.state_dir / "objects").absolute().as_uri()

    @property
    def map_dir(self) -> Path:
        return self.state_dir / "map"
