"""The application: routers, error translation, middleware and the OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.portal.api import (
    admin,
    commands,
    health,
    link_page,
    links,
    pages,
    problems,
    reference,
    routes,
    shipments,
)
from services.portal.api.context import Portal
from services.portal.api.middleware import Around, BodyLimit
from services.portal.api.sweep import sweep_for_ever
from shared.contracts import frames
from shared.contracts.generate.shapes import described

MAX_BODY = 1 << 20
DESCRIPTION = """\
Announce shipments, plan routes, report what happens, and give recipients a link to watch.

* A merchant sends `Authorization: Bearer mk_...` and sees only what is his: anything else looks as if it were
  not there. The administrator sends the token of `DROMOS_ADMIN_TOKEN`.
* What changes something is a command: it is answered with 202 and a command id as soon as it is written down,
  or, asked with `Prefer: wait=2`, with its outcome.
* Times are ISO 8601 with an offset, coordinates WGS 84 degrees, errors problem details (RFC 9457).
"""

_TRACK = {
    "type": "object",
    "title": "Track",
    "description": "A GeoJSON FeatureCollection (RFC 7946 §3.3).",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": {"type": "object", "required": ["type", "geometry"]}},
    },
}


def create_app(portal: Portal) -> FastAPI:
    """The ASGI application over a process's parts; starting and stopping them is its lifespan."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with portal:
            sweeping = asyncio.create_task(sweep_for_ever(portal), name="sweep")
            try:
                yield
            finally:
                sweeping.cancel()

    app = FastAPI(
        title="Dromos",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    attach(app, portal)
    app.state.page_files = pages.Files(portal.settings.pages_dir, cache=pages.REVALIDATE)
    problems.install(app)
    for router in (
        shipments.router,
        commands.router,
        routes.router,
        links.router,
        link_page.router,
        admin.router,
        health.router,
    ):
        app.include_router(router)
    folder, maps = portal.settings.pages_dir, portal.settings.map_dir
    app.mount("/assets", pages.Files(folder / "assets", cache=pages.IMMUTABLE), name="assets")
    # Of the map's folder only what a page needs: addresses and routing tiles lie there too.
    shown = (".pmtiles", "area.json", "LICENSE-ODbL.txt")
    app.mount("/map", pages.Files(maps, cache=pages.REVALIDATE, only=shown), name="map")
    app.include_router(reference.router)
    app.include_router(pages.router)  # last: it takes any name at the root
    app.add_middleware(BodyLimit, most=MAX_BODY)
    app.add_middleware(Around, secure=portal.settings.public_url.startswith("https://"))
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def attach(app: FastAPI, portal: Portal) -> None:
    """Make these the parts that the application's handlers work with."""
    app.state.portal = portal
    app.state.readiness = health.Readiness(portal)


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schemas that are not pydantic's: problems, the snapshot, GeoJSON."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        (_, frame_schemas) = msgspec.json.schema_components(
            [described(frames.Snapshot)], ref_template="#/components/schemas/page.{name}"
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update({f"page.{name}": schema for name, schema in frame_schemas.items()})
        schemas["Problem"], schemas["Track"] = problems.SCHEMA, _TRACK
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
