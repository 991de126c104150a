"""The pages and the map's data, as files: built elsewhere, served here under one origin."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.portal.api.context import PortalDep
from services.portal.api.middleware import page_policy
from services.portal.api.problems import Problem

router = APIRouter(include_in_schema=False)

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
    ".pmtiles": "application/vnd.pmtiles",
}
"""Named here, since what a system's own table says differs from one to the next."""

_ROOT_FILES = frozenset({".js", ".webmanifest", ".svg", ".png", ".ico", ".txt", ".woff2"})


def accepted(header: str) -> set[str]:
    """The content codings a client takes (RFC 9110 §12.5.3); weight 0 means not."""
    found: set[str] = set()
    for part in header.split(","):
        coding, _, weight = part.strip().partition(";")
        if weight.replace(" ", "").lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            found.add(coding.strip().lower())
    return found


class Files(StaticFiles):
    """A folder's files, `.br` or `.gz` beside a file in its place where the client takes it; ETag, Range and
    304 as Starlette has them."""

    def __init__(self, directory: Path, *, cache: str, only: tuple[str, ...] = ("",)) -> None:
        """`only` are the endings of names that are served; unless told, all."""
        super().__init__(directory=directory, check_dir=False)
        self._cache, self._only = cache, only

    async def check_config(self) -> None:
        """A folder that is built later is no error: until then its files are not found."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if not path.endswith(self._only):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,  # noqa: ARG002 - the encoded file beside it has its own
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        return serve(Path(full_path), scope, self._cache, self, status_code)


def serve(
    path: Path,
    scope: Scope,
    cache: str,
    files: StaticFiles,
    status_code: int = 200,
    policy: str | None = None,
) -> Response:
    """A file as a response, encoded if it lies there encoded and may be sent so."""
    request = Request(scope)
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if policy is not None:
        headers["Content-Security-Policy"] = policy
    media_type = _TYPES.get(path.suffix, "application/octet-stream")
    takes = accepted(request.headers.get("accept-encoding", ""))
    chosen = path
    # A range is of the file itself: byte offsets into an encoded form would be another file's.
    if "range" not in request.headers:
        for coding, suffix in _ENCODINGS:
            beside = path.with_name(path.name + suffix)
            if coding in takes and beside.is_file():
                chosen, headers["Content-Encoding"] = beside, coding
                break
    response = FileResponse(chosen, status_code, headers, media_type, stat_result=chosen.stat())
    if files.is_not_modified(response.headers, request.headers):
        kept = {k: v for k, v in response.headers.items() if k in ("etag", "cache-control", "vary")}
        return Response(status_code=304, headers=kept)
    return response


def html(request: Request, *names: str, connect: tuple[str, ...] = (), frames: bool = False) -> Response:
    """The first of the built pages that is there, never kept by anybody. `connect`: origins beside our own
    that it may speak to; `frames`: it may show documents of ours within it.

    Raises:
        Problem: 503, the pages have not been built.
    """
    portal = request.app.state.portal
    folder: Path = portal.settings.pages_dir
    for name in names:
        path = folder / name
        if path.is_file():
            policy = page_policy(*connect, frames=frames)
            return serve(path, request.scope, "no-store", request.app.state.page_files, policy=policy)
    raise Problem(503, "pages_missing", f"The pages are not built: there is no {names[0]} in {folder}.")


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def own_name(request: Request, public_url: str) -> Response | None:
    """The way to the same page under the portal's own name, for who called this machine by another of its
    names: cookies and the check of where a change comes from go by the name."""
    asked, own = request.url, urlsplit(public_url)
    if asked.hostname == own.hostname or not {asked.hostname, own.hostname} <= LOOPBACK:
        return None
    query = f"?{asked.query}" if asked.query else ""
    return RedirectResponse(f"{public_url}{asked.path}{query}", 307)


@router.api_route("/", methods=["GET", "HEAD"])
async def root() -> Response:
    """Whoever types the address alone works here: recipients and couriers come by a link of their own."""
    return RedirectResponse("/desk", 307)


@router.api_route("/t", methods=["GET", "HEAD"])
async def recipient_page(request: Request, portal: PortalDep) -> Response:
    """The recipient's page. Which shipment stands in the fragment, which never comes here."""
    return html(request, "recipient.html", "index.html", connect=(portal.settings.gateway_origin,))


@router.api_route("/courier", methods=["GET", "HEAD"])
async def courier_page(request: Request, portal: PortalDep) -> Response:
    """The courier's page. The code that enrols a phone stands in the fragment, which never comes here."""
    return html(request, "courier.html", connect=(portal.settings.ingest_origin,))


@router.api_route("/desk", methods=["GET", "HEAD"])
@router.api_route("/desk/{view:path}", methods=["GET", "HEAD"])
async def desk_page(
    request: Request,
    portal: PortalDep,
    view: str = "",  # noqa: ARG001 - the page reads it itself
) -> Response:
    """The desk: one page, whichever view its address names."""
    return own_name(request, portal.settings.public_url) or html(request, "desk.html", frames=True)


@router.api_route("/demo", methods=["GET", "HEAD"])
async def demo_page(request: Request, portal: PortalDep) -> Response:
    if not portal.settings.demo:
        raise HTTPException(404)
    return html(request, "demo.html")


@router.get("/demo/links.json")
async def demo_links(portal: PortalDep) -> Response:
    """The demonstration's links. They are secrets: only there where DROMOS_DEMO is set."""
    path = portal.settings.state_dir / "run" / "links.json"
    if not portal.settings.demo or not path.is_file():
        raise HTTPException(404)
    return Response(path.read_bytes(), media_type="application/json")


@router.api_route("/{name}", methods=["GET", "HEAD"])
async def root_file(request: Request, portal: PortalDep, name: str) -> Response:
    """Icons, the manifest and a service worker, which have to lie at the root."""
    path = portal.settings.pages_dir / name
    if Path(name).name != name or Path(name).suffix not in _ROOT_FILES or not path.is_file():
        raise HTTPException(404)
    # A service worker's own requests are judged by the policy that it came with (CSP 3, §6.1.2).
    policy = page_policy() if path.suffix == ".js" else None
    return serve(path, request.scope, REVALIDATE, request.app.state.page_files, policy=policy)
