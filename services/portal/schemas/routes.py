"""Routes: planning and reading."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, StrictBool, model_validator

from services.portal.schemas.common import Answer, DriverBody, IdStr, Strict, WindowBody, nowhere
from services.portal.schemas.shipments import CommandAnswer


class PlaceBody(Strict):
    """A place in WGS 84 degrees."""

    lon: float = Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[24.9441])
    lat: float = Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[60.1712])


class StopBody(Strict):
    """One place to go to and what is handed over there. Without coordinates the first shipment's address is
    taken; without an id the stop is named after its first shipment."""

    stop: IdStr | None = Field(default=None, examples=["stop-1"])
    lon: float | None = Field(
        strict=True, default=None, ge=-180, le=180, allow_inf_nan=False, examples=[24.9441]
    )
    lat: float | None = Field(
        strict=True, default=None, ge=-90, le=90, allow_inf_nan=False, examples=[60.1712]
    )
    shipments: list[IdStr] = Field(min_length=1, max_length=50, examples=[["s-mzxw6ytboi4dgmrqgezdgnbvgy"]])
    window: WindowBody | None = None

    @model_validator(mode="after")
    def _whole(self) -> StopBody:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("give both lon and lat, or neither")
        if self.lon is not None and self.lat is not None:
            nowhere(self.lon, self.lat)
        if self.window is not None:
            self.window.to_contract()
        return self


class RouteBody(Strict):
    """A courier's stops in driving order. They replace what was planned under the same route id."""

    stops: list[StopBody] = Field(min_length=1, max_length=500)
    depot: PlaceBody | None = Field(default=None, description="Where the first leg begins.")
    driver: DriverBody | None = None


class DutyBody(Strict):
    """On duty, or off: off duty no position of the courier is kept or shown."""

    on: StrictBool


class StopAnswer(Answer):
    """A stop by its place in the order. Of a stop without a shipment of yours only that it is there."""

    position: int = Field(strict=True, description="1 is the first.")
    yours: bool
    stop: str | None = None
    lon: float | None = None
    lat: float | None = None
    shipments: list[str] = Field(default_factory=list)
    window: WindowBody | None = None
    leg: str | None = Field(default=None, description="Encoded polyline with six decimals.")
    leg_s: float | None = None


class RouteDocument(Answer):
    """A route as it stands after plan version `version`."""

    courier: str
    route: str
    version: int
    set_out_at: datetime | None = None
    driver: DriverBody | None = None
    stops: list[StopAnswer]


class RouteAnswer(CommandAnswer):
    """What became of a command to a courier's plan."""

    courier: str
