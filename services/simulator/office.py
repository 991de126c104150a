"""The demonstration's owner at the desk: made at the first start, the password kept for the next ones."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path

from services.simulator.client import ApiError, Client
from services.simulator.kept import replace_file
from shared import logs

log = logs.get(__name__)

EMAIL = "owner@demo.example"
NAME = "Demo"


def new_password() -> str:
    """60 random bits in three groups that can be typed."""
    text = base64.b32encode(secrets.token_bytes(8)).decode().lower()
    return "-".join(text[i : i + 4] for i in (0, 4, 8))


async def furnish(client: Client, tenant: str, file: Path) -> None:
    """Make the owner, or give him a new password when the kept one is lost; `file` says both to who may read
    it. Without the desk's database couriers drive all the same."""
    password = _kept(file) or new_password()
    try:
        if not await client.can_log_in(EMAIL, password):
            secret = await client.invite_owner(tenant, NAME)
            if not await client.join(secret, NAME, EMAIL, password):
                await client.join(await client.renew_password(tenant, EMAIL), NAME, EMAIL, password)
    except ApiError as error:
        log.warning("simulator.no_desk", status=error.status)
        return
    replace_file(file, json.dumps({"email": EMAIL, "password": password}) + "\n", mode=0o600)


def _kept(file: Path) -> str | None:
    try:
        return str(json.loads(file.read_text())["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
