"""The desk's day: couriers and where they are, one courier's plan, and moving shipments between plans."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, StrictInt

from services.portal.schemas.common import Answer, IdStr, MoneyBody, Strict, WindowBody
from services.portal.schemas.routes import RouteAnswer


class NextStop(Answer):
    """Where he goes next; `line` and `name` are of the first shipment handed over there."""

    stop: str
    line: str | None = None
    name: str | None = None
    window: WindowBody | None = None
    arrives_at: datetime | None = Field(default=None, description="The earliest, by the planned drive.")
    shipments: list[str]


class TodayCourier(Answer):
    """A courier as he stands now. `seen_at` is anything heard of his phone, `at` the time of the fix."""

    courier_id: str
    name: str
    phone: str | None = None
    vehicle: str | None = None
    on_duty: bool
    seen_at: datetime | None = None
    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    battery_pct: int | None = None
    route: str | None = Field(default=None, description="The route he drives, or the first planned.")
    set_out_at: datetime | None = None
    next_stop: NextStop | None = None
    stops_left: int
    stops_done: int
    late: int = Field(description="Stops whose window is over, or will be when he comes.")
    cash: list[MoneyBody] = Field(description="Taken in the last seven days, not handed in yet, by currency.")


class TodayDocument(Answer):
    """Every courier of the carrier, and how many shipments nobody carries."""

    now: datetime
    couriers: list[TodayCourier]
    unassigned: int


class PlanShipment(Answer):
    """A shipment on a stop. Fields of one that is not read up yet are absent."""

    shipment: str
    order_number: str | None = None
    merchant: str
    shop: str
    status: str | None = None
    tag: str | None = None
    done: bool
    name: str | None = None
    line: str | None = None
    cash: MoneyBody | None = None
    cash_taken: MoneyBody | None = None


class PlanStop(Answer):
    """A place to go to; `done` once everything there has an outcome, `late` when its window is over without
    one, or will be when he comes."""

    stop: str
    lon: float
    lat: float
    window: WindowBody | None = None
    arrives_at: datetime | None = None
    late: bool
    done: bool
    shipments: list[PlanShipment]


class PlanRoute(Answer):
    """An unfinished route in driving order."""

    route: str
    set_out_at: datetime | None = None
    stops: list[PlanStop]


class PlanDocument(Answer):
    """A courier's plan at `version`: say it again with a new order of stops."""

    courier_id: str
    version: int
    on_duty: bool
    routes: list[PlanRoute]


class MoveBody(Strict):
    """Shipments to another courier, or off any route (`to` null). Without `route` they go to the one he
    drives, or the first planned, or a new one for today; without `before_stop` to its end. `versions`: the
    plans by courier as the sender saw them; when one has changed since, the answer is 409."""

    shipments: list[IdStr] = Field(min_length=1, max_length=200)
    to: IdStr | None = None
    route: IdStr | None = None
    before_stop: IdStr | None = None
    versions: dict[IdStr, StrictInt] = Field(default_factory=dict, max_length=50)


class MoveAnswer(RouteAnswer):
    """What became of it at the courier who gets them, or, with `to` null, at who had them last."""

    route: str | None = Field(default=None, description="The route they stand on now.")
    version: int | None = Field(default=None, description="His plan's version now.")


class DeskOrderBody(Strict):
    """The remaining stops in the order wanted, each of them, and the plan's version that it was made from."""

    stops: list[IdStr] = Field(min_length=1, max_length=500)
    version: StrictInt
