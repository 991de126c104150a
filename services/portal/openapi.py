"""`python -m services.portal.openapi`: write the OpenAPI document to docs/openapi/portal.json.

The running portal answers the same at /openapi.json; the file is for readers and for client generators."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import SecretStr

from services.portal.api.app import create_app
from services.portal.api.context import Portal
from services.portal.config import PortalSettings
from shared.adapters.memory.history import MemoryHistory
from shared.adapters.memory.log import MemoryLog, MemoryTable
from shared.adapters.memory.views import MemoryViews
from shared.contracts import courier_routes, couriers, devices, links, merchants
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.couriers import Courier
from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant

FILE = Path(__file__).parents[2] / "docs" / "openapi" / "portal.json"


def text() -> str:
    """The document as it is kept: indented, in the API's own order."""
    log = MemoryLog()
    portal = Portal(
        settings=PortalSettings(ticket_key=SecretStr("for-the-document-only")),
        log=log,
        views=MemoryViews(),
        history=MemoryHistory(log),
        merchants=MemoryTable(log, merchants.TOPIC, Merchant),
        devices=MemoryTable(log, devices.TOPIC, Device),
        links=MemoryTable(log, links.TOPIC, Link),
        plans=MemoryTable(log, courier_routes.TOPIC, CourierPlan),
        couriers=MemoryTable(log, couriers.TOPIC, Courier),
    )
    return json.dumps(create_app(portal).openapi(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
