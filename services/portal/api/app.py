"""The application: routers, error translation, middleware and the OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.portal import imaging
from services.portal.api import (
    admin,
    answers,
    audit,
    cash,
    commands,
    courier,
    couriers,
    demo_desk,
    desk_couriers,
    desk_merchants,
    desk_move,
    desk_promises,
    desk_session,
    desk_shipments,
    desk_today,
    health,
    imports,
    link_notices,
    link_page,
    links,
    lost,
    notice_preview,
    notices,
    pages,
    people,
    problems,
    proofs,
    rating,
    reference,
    replies,
    routes,
    shipments,
    slots,
    sms,
    status,
    stopping,
    webhooks,
)
from services.portal.api.context import Portal
from services.portal.api.middleware import Around, BodyLimit
from services.portal.api.sweep import sweep_for_ever, sweep_proofs_for_ever
from services.portal.importing.worker import work_for_ever
from shared.contracts import frames
from shared.contracts.generate.shapes import described

DESCRIPTION = """\
Announce shipments, plan routes, report what happens, and give recipients a link to watch.

* A merchant sends `Authorization: Bearer mk_...` and sees only what is his: anything else looks as if it were
  not there. The administrator sends the token of `DROMOS_ADMIN_TOKEN`.
* The carrier's own people log in at the desk (`POST /v1/desk/login`): a cookie says who they are, and what
  changes something has the session's `X-CSRF-Token`. Readers look, staff do the day's work, owners also
  decide about people, shops and keys.
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
            sweeping = [
                asyncio.create_task(sweep_for_ever(portal), name="sweep"),
                asyncio.create_task(sweep_proofs_for_ever(portal), name="sweep proofs"),
                asyncio.create_task(work_for_ever(portal), name="imports"),
            ]
            try:
                yield
            finally:
                for task in sweeping:
                    task.cancel()

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
        courier.router,
        couriers.router,
        links.router,
        link_page.router,
        rating.router,
        link_notices.router,
        lost.router,
        stopping.router,
        notices.router,
        replies.router,
        notice_preview.router,
        sms.router,
        proofs.router,
        admin.router,
        webhooks.router,
        desk_merchants.router,
        slots.router,
        desk_couriers.router,
        desk_today.router,
        desk_move.router,
        desk_shipments.router,
        desk_promises.router,
        answers.router,
        cash.router,
        desk_session.router,
        people.router,
        audit.router,
        imports.router,
        health.router,
        status.router,
    ):
        app.include_router(router)
    folder, maps = portal.settings.pages_dir, portal.settings.map_dir
    app.mount("/assets", pages.Files(folder / "assets", cache=pages.IMMUTABLE), name="assets")
    # Of the map's folder only what a page needs: addresses and routing tiles lie there too.
    shown = (".pmtiles", "area.json", "LICENSE-ODbL.txt")
    app.mount("/map", pages.Files(maps, cache=pages.REVALIDATE, only=shown), name="map")
    app.include_router(reference.router)
    app.include_router(demo_desk.router)
    app.include_router(lost.page_router)
    app.include_router(pages.router)  # last: it takes any name at the root
    app.add_middleware(audit.Audited)
    larger = {proofs.UPLOAD: imaging.MOST_BYTES, imports.UPLOAD: imports.MOST_BODY}
    app.add_middleware(BodyLimit, most=problems.MAX_BODY, at=larger)
    app.add_middleware(Around, secure=portal.settings.public_url.startswith("https://"))
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def attach(app: FastAPI, portal: Portal) -> None:
    """Make these the parts that the application's handlers work with."""
    app.state.portal = portal
    app.state.readiness = health.Readiness(portal)
    app.state.looks = status.Looks(portal.settings)


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
