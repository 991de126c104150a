"""Geocoders: over the addresses of the map's extract, and over Photon or Nominatim."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from shared.adapters.geocoder.local import LocalGeocoder
from shared.ports.geocoder import Geocoder, GeocoderUnavailable

Kind = Literal["local", "photon", "nominatim"]


def choose(kind: Kind, *, file: Path, url: str, rate: float) -> Geocoder:
    """The geocoder that the settings ask for. `rate`: questions a second to a server, at most.

    Raises:
        GeocoderUnavailable: no map, or no address of the server.
    """
    if kind == "local":
        return LocalGeocoder.read(file)
    if not url.startswith(("http://", "https://")):
        raise GeocoderUnavailable(f"{kind} needs DROMOS_GEOCODER_URL, such as http://{kind}:2322/")
    from shared.adapters.geocoder.remote import NominatimGeocoder, PhotonGeocoder  # httpx takes a while

    return (PhotonGeocoder if kind == "photon" else NominatimGeocoder)(url, rate=rate)


__all__ = ["LocalGeocoder", "choose"]
