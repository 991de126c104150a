"""The gateway's settings, read once from the environment (prefix DROMOS_)."""

from __future__ import annotations

from pydantic import Field

from shared.config import CommonSettings


class GatewaySettings(CommonSettings):
    """Where to listen, whom to let in, and the limits. Caps hold for each process."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8082, ge=0, le=65_535)
    gateway_processes: int = Field(default=1, ge=1, le=64)
    gateway_number: int = Field(default=0, ge=0, description="Which of the processes this is, from 0.")
    gateway_reuse_port: bool = Field(default=False, description="Set by the parent of several processes.")
    public_url: str = "http://127.0.0.1:8080"
    """The portal's address as browsers see it; its origin may open sockets."""
    allowed_origins: str = ""
    """Origins that may, separated by commas; empty: the portal's."""
    ticket_key: str = Field(repr=False)

    gateway_hello_s: float = Field(default=5.0, gt=0)
    gateway_max_message: int = Field(default=65_536, ge=1024)
    """Bytes of a client's message."""
    gateway_max_per_link: int = Field(default=8, ge=1)
    gateway_max_per_address: int = Field(default=256, ge=1)
    gateway_max_connections: int = Field(default=20_000, ge=1)
    gateway_address_header: str = ""
    """The header in which our own proxy names the client's address (X-Forwarded-For); empty: none is
    trusted, the address is the connection's."""
    gateway_slow_s: float = Field(default=10.0, gt=0)
    """A client that has not emptied its buffer for so long is closed."""
    gateway_ping_s: float = Field(default=20.0, gt=0)
    gateway_send_buffer: int = Field(default=32_768, ge=4096)
    """Bytes that the kernel may hold for one client: what lies there can't be taken back."""
