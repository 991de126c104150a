"""Distances and directions on the sphere: degrees in, metres out, lon before lat (RFC 7946 §3.1.1)."""

from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

EARTH_RADIUS_M = (
    6_371_008.8  # the mean radius R1 of WGS 84 (IUGG); haversine's error against the ellipsoid is < 0.5 %
)
METRES_PER_DEGREE = EARTH_RADIUS_M * radians(1.0)


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres by the haversine formula (Sinnott, Sky & Telescope 68, 1984)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    sin_dphi = sin((phi2 - phi1) / 2)
    sin_dlam = sin(radians(lon2 - lon1) / 2)
    a = sin_dphi * sin_dphi + cos(phi1) * cos(phi2) * sin_dlam * sin_dlam
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(a)))


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Initial bearing from the first point to the second, degrees clockwise from north in [0, 360)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    dlam = radians(lon2 - lon1)
    y = sin(dlam) * cos(phi2)
    x = cos(phi1) * sin(phi2) - sin(phi1) * cos(phi2) * cos(dlam)
    bearing = degrees(atan2(y, x)) % 360.0
    return 0.0 if bearing == 360.0 else bearing  # a tiny negative angle rounds up to 360 exactly


def destination(lon: float, lat: float, bearing: float, distance: float) -> tuple[float, float]:
    """The (lon, lat) reached from a point along a great circle: bearing in degrees, distance in metres."""
    phi, lam, theta = radians(lat), radians(lon), radians(bearing)
    delta = distance / EARTH_RADIUS_M
    sin_phi2 = sin(phi) * cos(delta) + cos(phi) * sin(delta) * cos(theta)
    phi2 = asin(max(-1.0, min(1.0, sin_phi2)))
    lam2 = lam + atan2(sin(theta) * sin(delta) * cos(phi), cos(delta) - sin(phi) * sin_phi2)
    return wrap_lon(degrees(lam2)), degrees(phi2)


def wrap_lon(lon: float) -> float:
    """The same longitude in [-180, 180]; one already inside is returned unchanged."""
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


class Plane:
    """A flat map around one point: metres east and north of it, good to 0.1 % within some 10 km."""

    __slots__ = ("_kx", "lat", "lon")

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = lon
        self.lat = lat
        self._kx = METRES_PER_DEGREE * max(cos(radians(lat)), 1e-9)

    def to_xy(self, lon: float, lat: float) -> tuple[float, float]:
        """(x_m east, y_m north) of a point, the short way round the antimeridian."""
        dlon = (lon - self.lon + 180.0) % 360.0 - 180.0
        return dlon * self._kx, (lat - self.lat) * METRES_PER_DEGREE

    def to_lonlat(self, x_m: float, y_m: float) -> tuple[float, float]:
        """The (lon, lat) that lies x_m east and y_m north of the plane's origin."""
        return wrap_lon(self.lon + x_m / self._kx), self.lat + y_m / METRES_PER_DEGREE

    def distance_m(self, lon: float, lat: float) -> float:
        """Distance in metres from the plane's origin, cheaper than the haversine."""
        return hypot(*self.to_xy(lon, lat))
