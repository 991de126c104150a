"""The command line's settings: from the environment (prefix DROMOS_), else from the stack that runs here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from shared.config import CommonSettings

PREFIX = "DROMOS_"
RUNNING = "run/up.json"
KEYS = "run/keys.json"


class RunningStack(PydanticBaseSettingsSource):
    """What the stack on this machine tells of itself in its state folder while it runs (`dromos up`)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        folder = Path(os.environ.get(f"{PREFIX}STATE_DIR", ".dromos"))
        told = _read(folder / RUNNING)
        if not told:
            return {}
        found = {**_read(folder / KEYS), **told}
        known = self.settings_cls.model_fields
        names = {name: name.removeprefix(PREFIX).lower() for name in found}
        return {short: found[name] for name, short in names.items() if short in known}


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class CliSettings(CommonSettings):
    """Where the portal and ingest answer, and the keys to show them."""

    part: str = "cli"
    portal: str = ""
    """The portal's address; unless told, this machine's at `portal_port`."""
    portal_port: int = Field(default=8080, ge=1, le=65535)
    ingest: str = ""
    ingest_port: int = Field(default=8081, ge=1, le=65535)
    gateway_url: str = "ws://127.0.0.1:8082/"
    admin_token: SecretStr = SecretStr("")
    merchant_key: SecretStr = SecretStr("")
    device_secret: SecretStr = SecretStr("")
    timeout_s: float = Field(default=10.0, gt=0, description="The longest that a server is waited for.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, RunningStack(settings_cls)

    @property
    def portal_address(self) -> str:
        return (self.portal or f"http://127.0.0.1:{self.portal_port}").rstrip("/")

    @property
    def ingest_address(self) -> str:
        return (self.ingest or f"http://127.0.0.1:{self.ingest_port}").rstrip("/")

    @property
    def addresses(self) -> dict[str, str]:
        """Where the servers answer, by name."""
        gateway = f"http{self.gateway_url.removeprefix('ws').rstrip('/')}"
        return {"portal": self.portal_address, "ingest": self.ingest_address, "gateway": gateway}

    def environment(self) -> dict[str, str]:
        """The environment for a process of the system: this one's, and what is known of the stack."""
        portal, ingest = urlsplit(self.portal_address), urlsplit(self.ingest_address)
        known = {
            "KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "REDIS_URL": self.redis_url,
            "POSTGRES_URL": self.database_url,
            "ADMIN_TOKEN": self.admin_token.get_secret_value(),
            "PORTAL_HOST": portal.hostname,
            "PORTAL_PORT": portal.port,
            "INGEST_HOST": ingest.hostname,
            "INGEST_PORT": ingest.port,
        }
        return {**{PREFIX + name: str(value) for name, value in known.items() if value}, **os.environ}
