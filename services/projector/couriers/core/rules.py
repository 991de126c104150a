"""What the rules need beside the courier's own records: policies, addresses in a cell, the zones' key."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.common import Policy
from shared.geo import cell_of

DEFAULT_POLICY = Policy()
_FINEST, _COARSEST = 9, 7


class Rules:
    """Policies by merchant (the worker may go on changing the mapping; it then calls Courier.on_rules),
    the number of addresses by H3 cell of resolution 7, 8 and 9, and the secret key of the zones."""

    __slots__ = ("_addresses", "_policies", "secret")

    def __init__(self, policies: Mapping[str, Policy], addresses: Mapping[str, int], secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the zones' secret needs 16 bytes or more")
        self._policies = policies
        self._addresses = addresses
        self.secret = secret

    def policy(self, merchant: str) -> Policy:
        """The merchant's policy; `live` with its usual numbers where none is known."""
        return self._policies.get(merchant, DEFAULT_POLICY)

    def area(self, lon: float, lat: float, min_addresses: int) -> str:
        """The finest H3 cell up to resolution 9 around a point that holds so many addresses, else the one
        of resolution 7."""
        for resolution in range(_FINEST, _COARSEST, -1):
            cell = cell_of(lon, lat, resolution)
            if self._addresses.get(cell, 0) >= min_addresses:
                return cell
        return cell_of(lon, lat, _COARSEST)
