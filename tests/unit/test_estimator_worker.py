"""The estimator's edge without its servers: what it takes up when it takes over, and what a plan that can't
be reckoned with costs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog.testing

from services.estimator.config import Settings
from services.estimator.core.watch import Watch
from services.estimator.worker import STOPS_BACK_MS, EstimatorOwner
from shared.contracts.courier_positions import position
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.topic import DAY_MS, HOUR_MS, Topic
from shared.contracts.views.live import Line, LiveView
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable
from tests.unit.couriers_world import place, stop


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def plan(courier: str, set_out_ms: int, *stops: Stop) -> CourierPlan:
    return CourierPlan(
        id=f"p-{courier}",
        prev=None,
        version=1,
        tenant="t",
        courier=courier,
        command="c",
        recorded_ms=set_out_ms,
        routes=(Route(route="r", stops=stops, set_out_ms=set_out_ms),),
    )


class Log:
    """The reader's place: plans, and from when on outcomes were asked for."""

    def __init__(self, owner: EstimatorOwner, plans: Sequence[CourierPlan]) -> None:
        self._owner, self._plans = owner, plans
        self.since_ms: int | None = None

    async def read_up(self, topic: Topic, partition: int, start: Any = "beginning") -> int:
        assert start in ("beginning", 17)
        if start == "beginning":
            records = [
                Record(topic.name, partition, i, p.courier, msgspec.json.encode(p), 0, {})
                for i, p in enumerate(self._plans)
            ]
            self._owner.followed(topic.name, partition, records)
        return 0

    async def offset_at(self, topic: Topic, partition: int, at_ms: int) -> int:
        del topic, partition
        self.since_ms = at_ms
        return 17


class Views:
    def __init__(self, views: Sequence[LiveView] = ()) -> None:
        self.views = {view.courier: view for view in views}
        self.away = False

    async def lives(self, couriers: Sequence[str]) -> list[LiveView | None]:
        if self.away:
            raise ViewsUnavailable("away")
        return [self.views.get(courier) for courier in couriers]


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[EstimatorOwner]:
    none: Any = None
    made = EstimatorOwner(Settings(state_dir=tmp_path), none, none, none, none, None)
    reader = made.reader
    yield made
    await made._consumer.stop()
    await reader.stop()


def given(owner: EstimatorOwner, views: Views, *plans: CourierPlan) -> Log:
    owner.reader = log = Log(owner, plans)  # type: ignore[assignment]
    owner._views = views  # type: ignore[assignment]
    return log


@pytest.mark.parametrize("away", [False, True])
async def test_who_is_on_his_way_for_hours_is_not_silent_when_another_estimator_takes_over(
    owner: EstimatorOwner, away: bool
) -> None:
    at_ms = now_ms()
    where = msgspec.Raw(msgspec.json.encode(position(*place(100, 0), at_ms - 9000)))
    line = Line(show="exact", audience=(), at_ms=at_ms - 9000, feature=where)
    views = Views([LiveView(courier="eleni", version=(1, 1), seen_ms=at_ms - 9000, lines=(line,))])
    views.away = away
    street = stop("a", (500, 0), leg=((0, 0), (500, 0)), leg_s=100)
    given(
        owner, views, plan("eleni", at_ms - 3 * HOUR_MS, street), plan("nikos", at_ms - 3 * HOUR_MS, street)
    )
    await owner.take_over(0)
    for watch in owner._watches[0].values():
        assert watch.round.silent_s(now_ms()) < 60
    if not away:
        assert round(owner._watches[0]["eleni"].round.leg_done_s()) == 20


async def test_a_route_that_nobody_has_closed_does_not_open_its_stops_again(owner: EstimatorOwner) -> None:
    friday_ms = now_ms() - 3 * DAY_MS
    log = given(owner, Views(), plan("eleni", friday_ms, stop("a", (500, 0))))
    await owner.take_over(0)
    assert log.since_ms == friday_ms
    log = given(owner, Views(), plan("eleni", now_ms(), stop("a", (500, 0))))
    await owner.take_over(0)
    assert log.since_ms is not None
    assert abs(now_ms() - STOPS_BACK_MS - log.since_ms) < HOUR_MS


async def test_a_plan_that_can_not_be_reckoned_with_is_put_off_and_said(owner: EstimatorOwner) -> None:
    odd = Watch("eleni")
    odd.on_plan(plan("eleni", now_ms(), stop("a", (500, 0), leg_s=1e300)), now_ms())
    with structlog.testing.capture_logs() as said:
        assert owner._asked_by(odd, now_ms()) == []
    assert [each["event"] for each in said] == ["watch.failed"]
    assert odd.due_ms > now_ms() + 30_000
