"""The application: phones' doors in front, the rest by FastAPI, and nothing that gets out unanswered."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from services.ingest import openapi, reporting
from services.ingest.core.protocols import PROTOCOLS
from services.ingest.http import ClientGone
from services.ingest.intake import Intake
from services.ingest.phones import PhoneDoor
from services.ingest.problems import Problem, invalid
from shared import logs

log = logs.get(__name__)

Reachable = Callable[[], Awaitable[bool]]
"""Whether the log can be reached now; bounded in time by whoever gives it."""

ROOT_ALIAS = "/osmand"
"""Apps that post to a server's root, as to Traccar's own port, come to this door."""


class Ingest:
    """The ASGI application. The doors are looked up before any routing; a secret in the path is taken off
    here and stands in no scope that others log."""

    def __init__(self, intake: Intake, rest: FastAPI) -> None:
        self.rest = rest
        self._throttle = intake.throttle
        self._doors = {
            path: PhoneDoor(intake, [p for p in PROTOCOLS if p.path == path])
            for path in dict.fromkeys(p.path for p in PROTOCOLS)
        }
        self._with_secret = {p.path + "/": self._doors[p.path] for p in PROTOCOLS if "path" in p.carriers}
        self._doors |= {path + "/": door for path, door in self._doors.items()}
        self._doors["/"] = self._doors[ROOT_ALIAS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.rest(scope, receive, send)
            return
        started = False

        async def tell(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._route(scope, receive, tell)
        except ClientGone:
            return
        except Exception as error:
            # The message of an exception may repeat what was sent: type and place are enough.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            at = f"{frame.filename}:{frame.lineno}"
            if self._throttle.due(at):
                log.error("ingest.failed", error=type(error).__name__, at=at)
            if not started:
                detail = "This is a defect of the server. Send it again later."
                await Problem(500, "failed", "Internal error", detail).response()(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        door = self._doors.get(path)
        if door is not None:
            await door(scope, receive, send)
            return
        for prefix, door in self._with_secret.items():
            if path.startswith(prefix):
                await door(scope, receive, send, path[len(prefix) :].removesuffix("/"))
                return
        await self.rest(scope, receive, send)


def create_app(intake: Intake, reachable: Reachable) -> Ingest:
    """The application around `intake`, whose ports are started by the caller."""
    return Ingest(intake, _rest(intake, reachable))


def _rest(intake: Intake, reachable: Reachable) -> FastAPI:
    app = FastAPI(
        title="Dromos ingest",
        version="1",
        description="Positions of couriers' devices and reports on shipments. An answer of 2xx means that "
        "the log has it.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(reporting.router(intake, openapi.REPORT_ERRORS), tags=["shipments"])

    @app.get("/healthz", tags=["operation"], summary="Whether the process answers")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    @app.get(
        "/readyz",
        tags=["operation"],
        summary="Whether positions can be taken in: devices read up, log reachable",
        responses={503: {"description": "Not yet, or not now.", "content": {"application/json": {}}}},
    )
    async def readyz() -> JSONResponse:
        state = {"devices": intake.read_up, "log": await reachable()}
        return JSONResponse(state, 200 if all(state.values()) else 503)

    @app.get("/metrics", tags=["operation"], summary="Counters for Prometheus", response_class=Response)
    async def metrics() -> Response:
        return Response(generate_latest(intake.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json", include_in_schema=False)
    async def schema() -> JSONResponse:
        return JSONResponse(openapi.document(app))

    def problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        intake.metrics.requests.add("report", str(error.status))
        return error.response()

    def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
        return invalid("The request has errors: mend the fields named.", fields).response()

    def http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known: dict[int, tuple[str, str, str]] = {
            404: ("not_found", "Not found", "There is nothing here; /openapi.json says what there is."),
            405: ("method", "Method not allowed", "/openapi.json says which methods there are."),
        }
        code, title, detail = known.get(error.status_code, ("failed", "Failed", "See /openapi.json."))
        headers: dict[str, Any] = dict(error.headers or {})
        return Problem(error.status_code, code, title, detail, headers=headers).response()

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(HTTPException, http_error)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    return app
