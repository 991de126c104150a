"""The mailbox over HTTP: the page, its API, and the SMS gateway beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.local.mailbox import mail
from deploy.local.mailbox.answers import Answers, NotTaken
from deploy.local.mailbox.segments import cost
from deploy.local.mailbox.sms import Gateway
from deploy.local.mailbox.store import Kept, Store

PAGE = Path(__file__).parent / "page"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline'; img-src data: http://127.0.0.1:* http://localhost:*; form-action 'none';"
    " frame-ancestors 'self'"
)
"""No script of a mail's runs and nothing of it is fetched from other machines. The page reads how high it is:
hence the same origin."""

_LONGEST_ANSWER = 5_000
_MOST = 5_000


class Around:
    """Headers for every answer; what changes something comes from our own page or from a program."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin, own = headers.get("origin"), f"http://{headers.get('host')}"
        if scope["method"] not in ("GET", "HEAD") and origin is not None and origin != own:
            await Response(status_code=403)(scope, receive, send)
            return

        async def _send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                told.setdefault("Content-Security-Policy", PAGE_POLICY)
                told.setdefault("Cache-Control", "no-store")
                told["Referrer-Policy"] = "no-referrer"
                told["X-Content-Type-Options"] = "nosniff"
                told["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, _send)


class Api:
    """What the page and tests ask."""

    def __init__(self, store: Store, answers: Answers) -> None:
        self._store, self._answers = store, answers
        self._links: dict[int, list[str]] = {}

    def routes(self) -> list[Route]:
        one = "/messages/{number:int}"
        return [
            Route("/messages", self.listed, methods=["GET"]),
            Route("/messages", self.clear, methods=["DELETE"]),
            Route(one, self.get, methods=["GET"]),
            Route(f"{one}/html", self.html, methods=["GET"]),
            Route(f"{one}/source", self.source, methods=["GET"]),
            Route(f"{one}/answer", self.answer, methods=["POST"]),
            Route(f"{one}/unsubscribe", self.unsubscribe, methods=["POST"]),
            Route("/counts", self.counts, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
            Route("/", self.page, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        del request
        return FileResponse(PAGE / "index.html")

    async def ready(self, request: Request) -> Response:
        """The mail server listens before this one does."""
        del request
        return JSONResponse({"ready": True})

    async def counts(self, request: Request) -> Response:
        """What ever came, kept or not: `smtp_data` messages at DATA, `sms_calls`, receipts."""
        del request
        return JSONResponse(self._store.counts())

    async def listed(self, request: Request) -> Response:
        """`?after=ID&to=ADDRESS&kind=mail|sms&limit=N`: the oldest first; 304 where nothing has changed."""
        tag = f'"{self._store.revision}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        asked = request.query_params
        try:
            after, limit = int(asked.get("after") or 0), int(asked.get("limit") or 500)
        except ValueError:
            return JSONResponse({"error": "after and limit are numbers"}, 400)
        found = self._store.list(
            after=after,
            to=_address(asked.get("to")),
            kind=asked.get("kind") or None,
            limit=max(1, min(limit, _MOST)),
        )
        return JSONResponse({"messages": [self._told(kept) for kept in found]}, headers={"ETag": tag})

    async def clear(self, request: Request) -> Response:
        del request
        self._store.clear()
        return Response(status_code=204)

    async def get(self, request: Request) -> Response:
        if (kept := self._kept(request)) is None:
            return Response(status_code=404)
        told = self._told(kept)
        if kept.raw is not None:
            parsed = mail.read(kept.raw)
            button = mail.unsubscribe(parsed)
            told |= {
                "headers": [[name, str(value)] for name, value in parsed.items()],
                "html": mail.html_of(parsed),
                "answer_to": mail.answer_to(parsed),
                "unsubscribe": None if button is None else button._asdict(),
            }
        return JSONResponse(told)

    async def html(self, request: Request) -> Response:
        kept = self._kept(request)
        written = mail.html_of(mail.read(kept.raw)) if kept is not None and kept.raw is not None else None
        if written is None:
            return Response(status_code=404)
        return Response(
            _leading_out(written),
            media_type="text/html",
            headers={"Content-Security-Policy": MAIL_POLICY},
        )

    async def source(self, request: Request) -> Response:
        if (kept := self._kept(request)) is None or kept.raw is None:
            return Response(status_code=404)
        return Response(kept.raw.decode("utf-8", "replace"), media_type="text/plain")

    async def answer(self, request: Request) -> Response:
        """`{"text": "..."}`: answer as the recipient."""
        if (kept := self._kept(request)) is None or kept.direction != "in":
            return Response(status_code=404)
        try:
            body: Any = await request.json()
            text = body["text"]
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"error": "a text is missing"}, 400)
        if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST_ANSWER:
            return JSONResponse({"error": "a text is missing"}, 400)
        try:
            return JSONResponse({"id": await self._answers.answer(kept, text.strip())}, 201)
        except NotTaken as error:
            return JSONResponse({"error": str(error)}, 502)

    async def unsubscribe(self, request: Request) -> Response:
        if (kept := self._kept(request)) is None:
            return Response(status_code=404)
        try:
            await self._answers.unsubscribe(kept)
        except NotTaken as error:
            return JSONResponse({"error": str(error)}, 502)
        return Response(status_code=204)

    def _kept(self, request: Request) -> Kept | None:
        return self._store.get(request.path_params["number"])

    def _told(self, kept: Kept) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": kept.id,
            "kind": kept.kind,
            "direction": kept.direction,
            "at_ms": kept.at_ms,
            "from": kept.sender,
            "to": kept.recipient,
            "subject": kept.subject,
            "text": kept.text,
            "ref": kept.ref,
            "answers": kept.answers,
            "links": self._links_of(kept),
        }
        if kept.kind == "sms":
            told |= {"state": kept.state, "code": kept.code, **cost(kept.text)._asdict()}
        return told

    def _links_of(self, kept: Kept) -> list[str]:
        """Parsed once a message: the page asks for all of them after every change."""
        if len(self._links) > 2 * _MOST:
            self._links.clear()
        if kept.id not in self._links:
            html = None if kept.raw is None else mail.html_of(mail.read(kept.raw))
            self._links[kept.id] = mail.links(kept.text, html)
        return self._links[kept.id]


def _address(told: str | None) -> str | None:
    """A `+` that was not escaped in an address arrives as a space."""
    if not told:
        return None
    address = told.lower() if "@" in told else told.strip()
    return f"+{address}" if address.isdigit() else address


def _leading_out(html: str) -> str:
    """Links open beside the mailbox, not in the frame."""
    base = '<base target="_blank">'
    found = re.search(r"<head[^>]*>", html, re.IGNORECASE) or re.search(r"<html[^>]*>", html, re.IGNORECASE)
    if found is None:
        return f"<!doctype html>{base}{html}"
    return html[: found.end()] + base + html[found.end() :]


def create_app(store: Store, answers: Answers, gateway: Gateway) -> Starlette:
    """The application."""
    return Starlette(
        routes=[
            *Api(store, answers).routes(),
            *gateway.routes(),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]
            ),  # nobody's other name
            Middleware(Around),
        ],
    )
