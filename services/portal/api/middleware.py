"""Around every request: trace, the headers that keep a link secret, a line in the log, the counts."""

from __future__ import annotations

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.metrics import Metrics
from shared import logs, trace

log = logs.get("services.portal.requests")

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page_policy(gateway_origin: str) -> str:
    """The pages' Content-Security-Policy: everything from our own origin, the socket from the gateway's."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "worker-src 'self' blob:",
            f"connect-src 'self' {gateway_origin}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class Around:
    """Outermost but for the handler of unexpected errors."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, secure: bool) -> None:
        self._app, self._metrics, self._secure = app, metrics, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace.take_up(Headers(scope=scope).get(trace.HEADER))
        started, status = time.perf_counter(), 500

        async def _send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._secure_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, receive, _send)
        finally:
            self._note(scope, status, time.perf_counter() - started)

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

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, not the path: what somebody typed into an address is nobody's log line.
        route = getattr(scope.get("route"), "path", "") or "none"
        self._metrics.requests.labels(route, scope["method"][:10], status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if route not in QUIET:
            log.info(
                "request", route=route, method=scope["method"], status=status, ms=round(seconds * 1000, 1)
            )
