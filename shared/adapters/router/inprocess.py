"""Routes by Valhalla in this process, over tiles built from an OpenStreetMap extract.

Valhalla releases the GIL while it works, so two threads with an Actor each keep two cores busy and the event
loop free."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import valhalla

from shared.adapters.router.valhalla import MAX_PLACES, Valhalla, error_of
from shared.ports.router import RouterError

THREADS = 2


class ValhallaRouter(Valhalla):
    """A Router over the tiles in the folder `tiles`."""

    def __init__(self, tiles: Path, *, costing: str = "auto") -> None:
        super().__init__(costing)
        if not any(tiles.rglob("*.gph")):
            raise RouterError(f"no routing tiles in {tiles}")
        self._config: dict[str, Any] = valhalla.get_config(tile_dir=str(tiles.resolve()), tile_extract="")
        # A courier's round has more stops than the 20 places that Valhalla takes unless told.
        self._config["service_limits"][costing]["max_locations"] = MAX_PLACES
        self._config["service_limits"][costing]["max_matrix_location_pairs"] = MAX_PLACES**2
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="valhalla")

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    async def _answer(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, action, request)

    def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        actor = getattr(self._local, "actor", None)
        try:
            if actor is None:
                actor = self._local.actor = self._begun()
            call: Callable[[dict[str, Any]], dict[str, Any]] = getattr(actor, action)
            return call(request)
        except valhalla.ValhallaError as error:
            raise error_of(error.code, error.message) from error

    def _begun(self) -> valhalla.Actor:
        """An Actor of this thread. Given a dict it would leave a file of it behind in the temp folder."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
            json.dump(self._config, config)
            config.flush()
            return valhalla.Actor(Path(config.name))
