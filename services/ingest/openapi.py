"""The OpenAPI document: what FastAPI knows of its routes, and the phones' doors, which it does not route.

`python -m services.ingest.openapi` writes it to docs/openapi/ingest.json; the running service answers the
same at /openapi.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.ingest import problems
from services.ingest.core.protocols import PROTOCOLS
from services.ingest.core.protocols.phone import MAX_READINGS, Carrier, PhoneProtocol

FILE = Path(__file__).parents[2] / "docs" / "openapi" / "ingest.json"

_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def _problem(description: str, *, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": description,
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    return answer | ({"headers": headers} if headers else {})


ERRORS: dict[str, dict[str, Any]] = {
    "401": _problem("The secret is missing or not good; the same answer whatever the cause."),
    "403": _problem("The device is a hub's scanner and posts no positions."),
    "408": _problem("The body did not arrive in time."),
    "413": _problem(f"Over 1 MiB, or over {MAX_READINGS} positions."),
    "414": _problem("The query is too long."),
    "415": _problem("The body is compressed."),
    "429": _problem("More than this device may send.", headers=_RETRY),
    "503": _problem("Not acknowledged by the log in time: keep it and send it again.", headers=_RETRY),
}

REPORT_ERRORS: dict[int | str, dict[str, Any]] = {
    **{int(status): ERRORS[status] for status in ("401", "408", "413", "415", "429", "503")},
    422: _problem("The report has errors; they are named."),
}

_SCHEMES: dict[Carrier, tuple[str, dict[str, Any]]] = {
    "bearer": ("secret", {"type": "http", "scheme": "bearer", "description": "The device's secret."}),
    "basic": (
        "basic",
        {"type": "http", "scheme": "basic", "description": "The device's name and its secret."},
    ),
    "query": ("query", {"type": "apiKey", "in": "query", "name": "secret"}),
}


def _security(protocol: PhoneProtocol) -> list[dict[str, list[str]]]:
    return [{_SCHEMES[c][0]: []} for c in protocol.carriers if c in _SCHEMES]


def _operation(protocols: list[PhoneProtocol], method: str, *, with_path: bool) -> dict[str, Any]:
    first = next(p for p in protocols if method in p.methods and p.summary)
    success: dict[str, Any] = {
        "description": "Written down, or put aside with a reason. An unusable position is answered like a "
        "good one: a phone would otherwise repeat it for ever."
    }
    schema = first.answer_schema or {"type": "string", "maxLength": 0}
    success["content"] = {first.media_type.partition(";")[0]: {"schema": schema}}
    operation: dict[str, Any] = {
        "summary": first.summary,
        "tags": ["positions"],
        "operationId": f"{method.lower()}_{first.name}{'_with_secret' if with_path else ''}",
        "responses": {"200": success, **ERRORS},
        "parameters": list(first.parameters),
        "security": [] if with_path else _security(first),
    }
    bodies = {k: v for p in protocols if method in p.methods for k, v in p.bodies.items()}
    if bodies and method != "GET":
        operation["requestBody"] = {"content": bodies, "required": not first.parameters}
    return operation


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document."""
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=TAGS
    )
    for path in dict.fromkeys(p.path for p in PROTOCOLS):
        group = [p for p in PROTOCOLS if p.path == path]
        methods = sorted({m for p in group for m in p.methods})
        found["paths"][path] = {m.lower(): _operation(group, m, with_path=False) for m in methods}
        if any("path" in p.carriers for p in group):
            secret = {
                "name": "secret",
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
                "description": "The device's secret, for apps that have no other field for it.",
            }
            found["paths"][path + "/{secret}"] = {
                "parameters": [secret],
                **{m.lower(): _operation(group, m, with_path=True) for m in methods},
            }
    components = found.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = problems.SCHEMA
    components["securitySchemes"] = dict(_SCHEMES.values())
    return found


TAGS = [
    {"name": "positions", "description": "Where couriers' phones post."},
    {"name": "shipments", "description": "What couriers, hubs and merchants report."},
    {"name": "operation", "description": "For whoever runs it."},
]


def text() -> str:
    """The document as it is kept: indented, in the API's own order."""
    # Here, not above: the application itself asks this module for its document.
    from services.ingest.api import create_app
    from services.ingest.config import IngestSettings
    from services.ingest.intake import Intake
    from shared.adapters.memory.log import MemoryLog, MemoryTable
    from shared.adapters.memory.views import MemoryViews
    from shared.contracts import devices, merchants
    from shared.contracts.devices import Device
    from shared.contracts.merchants import Merchant

    async def reachable() -> bool:
        return False

    log = MemoryLog()
    intake = Intake(
        IngestSettings(),
        log,
        MemoryTable(log, devices.TOPIC, Device),
        MemoryTable(log, merchants.TOPIC, Merchant),
        MemoryViews(),
    )
    found = document(create_app(intake, reachable).rest)
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
