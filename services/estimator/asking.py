"""Ways asked of the router. Windows wait for none: what is not answered in a moment is taken as the crow
flies; a router that does not answer, and a way that it refuses, are left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import batched

from services.estimator.core.ways import Way, Ways, straight_s
from shared import logs
from shared.adapters.metrics import Tally
from shared.ports.router import NoRouteError, Router, RouterError

log = logs.get(__name__)

AT_ONCE = 64
WAIT_S = 5.0
REST_S = 30.0


class Asking:
    """`ways` is what was answered; `router` None: there is none."""

    def __init__(self, router: Router | None, asked: Tally, *, wait_s: float = WAIT_S) -> None:
        self.ways = Ways()
        self._router, self._asked, self._wait_s = router, asked, wait_s
        self._rests_until = 0.0
        self._refused: dict[Way, float] = {}
        """Until when they are not asked for."""

    async def close(self) -> None:
        if self._router is not None:
            await self._router.close()

    async def ask(self, gaps: Sequence[Way], progress: Callable[[], None] = lambda: None) -> None:
        """Fill `ways`, as far as the router answers; `progress` is called after each bite."""
        if self._router is None:
            for gap in gaps:
                self.ways.put(gap, straight_s(gap))
            return
        now = time.monotonic()
        self._refused = {way: until for way, until in self._refused.items() if until > now}
        for bite in batched((gap for gap in gaps if gap not in self._refused), AT_ONCE):
            if time.monotonic() < self._rests_until:
                return
            try:
                async with asyncio.timeout(self._wait_s):
                    failed = await asyncio.gather(*(self._one(self._router, gap) for gap in bite))
            except TimeoutError:
                log.warning("router.silent", rests_s=REST_S)
                self._asked.add("failed")
                self._rests_until = time.monotonic() + REST_S
            else:
                if errors := [error for error in failed if error is not None]:
                    log.warning("router.failed", ways=len(errors), error=str(errors[0]))
            progress()

    async def _one(self, router: Router, asked: Way) -> RouterError | None:
        try:
            legs = await router.route([asked.start, asked.end])
        except NoRouteError:
            self.ways.put(asked, straight_s(asked))
            self._asked.add("no_way")
        except RouterError as error:
            self._refused[asked] = time.monotonic() + REST_S
            self._asked.add("failed")
            return error
        else:
            self.ways.put(asked, legs[0].duration_s)
            self._asked.add("found")
        return None
