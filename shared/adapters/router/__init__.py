"""Routers behind the Router port, by configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from shared.ports.router import Router, RouterError

RouterKind = Literal["local", "valhalla", "osrm"]
"""`local`: Valhalla in this process, over tiles. `valhalla`, `osrm`: a server of your own at an address."""


def open_router(kind: RouterKind, tiles: Path | None, url: str) -> Router | None:
    """The router that the settings name; None: there are no tiles, so ways are not known.

    Raises:
        RouterError: tiles or an address that can't be used.
    """
    if kind == "local":
        if tiles is None or not tiles.exists():
            return None
        # A quarter of a gigabyte that few processes need.
        from shared.adapters.router.inprocess import ValhallaRouter

        return ValhallaRouter(tiles)
    if not url.startswith(("http://", "https://")):
        raise RouterError(f"DROMOS_ROUTER_URL is no address: a router of kind {kind} is a server")
    from shared.adapters.router.remote import OsrmRouter, RemoteValhalla

    return RemoteValhalla(url) if kind == "valhalla" else OsrmRouter(url)
