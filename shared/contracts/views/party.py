"""party view: what the recipient's own page shows of him, masked; expires with the shipment."""

from __future__ import annotations

from shared.contracts.common import Id, Lat, Lon
from shared.contracts.topic import Body

NAME = "party"


class PartyView(Body, frozen=True):
    """The recipient as his page shows him: first name and initial, his address, his door."""

    shipment: Id
    version: Id
    name: str
    address: str
    lon: Lon
    lat: Lat


EXAMPLE = PartyView(
    shipment="s-1",
    version="k-01",
    name="Maria P.",
    address="Aleksanterinkatu 15, 00100 Helsinki",
    lon=24.9441,
    lat=60.1689,
)
