"""Around every request: trace, the headers that keep a link secret, a line in the log, the counts."""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.api.problems import too_large
from services.portal.metrics import Metrics
from shared import logs, trace

log = logs.get("services.portal.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(*origins: str, frames: bool = False) -> str:
    """The pages' Content-Security-Policy: everything from our own origin; what they may connect to beside it
    are the gateway and ingest. `frames`: they may show documents of ours within them."""
    return "; ".join(
        (
            *(("frame-src 'self'",) if frames else ()),
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "worker-src 'self' blob:",
            " ".join(("connect-src 'self'", *origins)),
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class Around:
    """Outermost but for the handler of unexpected errors."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace.take_up(Headers(scope=scope).get(trace.HEADER))
        metrics: Metrics = scope["app"].state.portal.metrics
        started, status = time.perf_counter(), 500

        async def _send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._secure_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            with metrics.under_way.track_inprogress():
                await self._app(scope, receive, _send)
        finally:
            _note(metrics, scope, status, time.perf_counter() - started)

    def _secure_headers(self, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", API_POLICY)
        headers.setdefault("Cache-Control", "no-store")
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Robots-Tag"] = "noindex"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if self._secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"


class TooLarge(HTTPException):
    """The body is larger than `most` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(413)
        self.most = most


class BodyLimit:
    """Ends a request whose body is larger than `most` bytes with 413, said or sent; `at` are other limits, by
    path."""

    def __init__(self, app: ASGIApp, *, most: int, at: Mapping[str, int] | None = None) -> None:
        self._app, self._most, self._at = app, most, at or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._at.get(scope["path"], self._most)
        said = Headers(scope=scope).get("content-length", "")
        if said.isascii() and said.isdigit() and int(said) > most:
            await too_large(most).response()(scope, receive, send)
            return
        got = 0

        async def _receive() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > most:
                raise TooLarge(most)  # passes through the body's reading; our handler makes it a problem
            return message

        await self._app(scope, _receive, send)


def _note(metrics: Metrics, scope: Scope, status: int, seconds: float) -> None:
    """Count and log under the route's template: what somebody typed into an address is nobody's log line."""
    route = getattr(scope.get("route"), "path", "") or "none"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    metrics.requests.labels(route, method, status).inc()
    metrics.seconds.labels(route).observe(seconds)
    if route not in QUIET:
        log.info("request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))
