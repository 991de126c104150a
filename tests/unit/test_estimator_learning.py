"""What is learned while estimators run: filled before the first window, and never silently given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from typing import Any

import pytest

from services.estimator import learning
from services.estimator.core.calibration import ANY, Bucket, Calibration, fold
from services.estimator.core.learned import Visit
from services.estimator.learning import BITE, Learning
from services.estimator.store import Closed
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.domain.promise_ledger import Promise

NOW_MS = 1_795_168_800_000


def visit(n: int) -> Visit:
    done_ms = NOW_MS + n * 600_000
    return Visit("eleni", done_ms - 300_000, done_ms - 60_000, done_ms, leg_s=120.0)


def windows(n: int, actual_ms: int | None = NOW_MS) -> list[Promise]:
    eta_ms = NOW_MS - 60_000
    return [
        Promise(
            f"s-{n}", NOW_MS - 7_200_000, eta_ms, eta_ms - 1, eta_ms + 1, 300.0, 300.0, actual_ms=actual_ms
        )
    ]


class Kept:
    """PostgreSQL's place; what `failing` names raises."""

    def __init__(self, visits: int = 0, attempts: int = 0) -> None:
        self.visits = [visit(n) for n in range(visits)]
        self.attempts = [((f"s-{n}", 1), NOW_MS, windows(n)) for n in range(attempts)]
        self.failing: dict[str, Exception] = {}
        self.meanwhile: Callable[[], None] = lambda: None

    def _call(self, name: str) -> None:
        if name in self.failing:
            raise self.failing[name]

    async def upgrade(self) -> None:
        self._call("upgrade")

    async def close(self) -> None: ...

    async def put(self, found: Sequence[Visit]) -> None:
        self.meanwhile()
        self._call("put")
        self.visits += found

    async def newest(self, most: int) -> int:
        return max(0, len(self.visits) - most)

    async def after(self, id: int, most: int) -> list[tuple[int, Visit]]:
        self._call("after")
        return list(enumerate(self.visits[id : id + most], id + 1))

    async def forget(self, before_ms: int) -> None: ...

    async def closed(
        self, since_ms: int, most: int, taken: Container[Closed]
    ) -> list[tuple[Closed, int, list[Promise]]]:
        self._call("closed")
        found = [each for each in self.attempts if each[1] >= since_ms][-most:]
        return [each for each in found if each[0] not in taken]


def learner(kept: Kept) -> Learning:
    kept_: Any = kept
    return Learning(kept_, WorkerMetrics("estimator"))


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not seen():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.01)


async def test_what_was_learned_is_there_before_the_first_window() -> None:
    found = learner(Kept(visits=700, attempts=600))
    await found.start()
    assert found.learned.visits == 700
    assert found.calibration.closed == 600
    await found.stop()


async def test_an_error_of_any_kind_is_not_the_end_of_learning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "READ_S", 0.01)
    monkeypatch.setattr(learning, "CALIBRATE_S", 0.01)
    kept = Kept()
    kept.failing = {name: ValueError("odd") for name in ("upgrade", "after", "closed", "put")}
    found = learner(kept)
    await found.start()
    found.noticed(visit(0))
    await asyncio.sleep(0.1)
    kept.failing = {"put": DatabaseUnavailable("away")}
    await asyncio.sleep(0.1)
    kept.failing = {}
    kept.attempts = [(("s-1", 1), NOW_MS, windows(1))]
    await until(lambda: found.learned.visits == 1 and found.calibration.closed == 1)
    await found.stop()


async def test_what_is_noticed_while_a_full_queue_is_kept_is_kept_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learning, "PENDING_MOST", BITE)
    kept = Kept()
    found = learner(kept)
    for n in range(BITE):
        found.noticed(visit(n))
    more = [visit(BITE)]

    def one_more() -> None:
        if more:
            found.noticed(more.pop())

    kept.meanwhile = one_more
    await found.stop()
    assert {v.done_ms for v in kept.visits} == {visit(n).done_ms for n in range(BITE + 1)}


def test_while_errors_are_folded_in_an_hour_keeps_its_bounds() -> None:
    """Read from another thread at any moment: never the pooled ones in place of the hour's."""
    calibration = Calibration()
    fold(calibration, [windows(n) for n in range(50)])
    seen: list[set[int]] = []

    class Looked(Bucket):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name == "pairs":
                seen.append(set(value))

    plain = calibration.buckets
    fields = ("scores", "hours", "level", "looks", "levels", "pairs", "prior")
    calibration.buckets = [Looked(**{name: getattr(b, name) for name in fields}) for b in plain]
    seen.clear()
    fold(calibration, [windows(n) for n in range(50, 60)])
    assert seen == [{ANY, *b.hours} for b in calibration.buckets]
    assert any(len(keys) > 1 for keys in seen)
