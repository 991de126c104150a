"""A geocoder that knows a few addresses exactly as they are written."""

from __future__ import annotations

from collections.abc import Mapping

from shared.adapters.geocoder.local import LocalGeocoder
from shared.geo import Coord


class MemoryGeocoder(LocalGeocoder):
    """Over `{"Street 12": (lon, lat)}` in one town."""

    def __init__(self, addresses: Mapping[str, Coord], city: str) -> None:
        rows = [[*address.rpartition(" ")[::2], None, city, *place] for address, place in addresses.items()]
        super().__init__({"area": city, "cities": [[city]], "streets": [], "rows": rows})
