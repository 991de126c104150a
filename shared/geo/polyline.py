"""The encoded polyline format of Google Maps, at 5 decimals or, as Valhalla writes it, 6."""

from collections.abc import Sequence

from shared.geo.line import Coord


def decode(text: str, decimals: int = 6) -> list[Coord]:
    """The (lon, lat) pairs of an encoded polyline; the format itself holds latitude first.

    Raises ValueError on a text that ends in the middle of a number or holds a foreign character.
    """
    numbers: list[int] = []
    value = shift = 0
    for char in text:
        bits = ord(char) - 63
        if not 0 <= bits < 64:
            raise ValueError(f"not an encoded polyline: {char!r}")
        value |= (bits & 0x1F) << shift
        if bits & 0x20:
            shift += 5
            continue
        numbers.append(~(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("the encoded polyline is cut off")
    scale = 10.0**decimals
    lat = lon = 0
    coords: list[Coord] = []
    for i in range(0, len(numbers), 2):
        lat += numbers[i]
        lon += numbers[i + 1]
        coords.append((lon / scale, lat / scale))
    return coords


def encode(coords: Sequence[Sequence[float]], decimals: int = 6) -> str:
    """The encoded polyline of (lon, lat) pairs in degrees, rounded to so many decimals."""
    scale = 10**decimals
    chars: list[str] = []
    last_lat = last_lon = 0
    for coord in coords:
        lat, lon = round(coord[1] * scale), round(coord[0] * scale)
        for delta in (lat - last_lat, lon - last_lon):
            value = ~(delta << 1) if delta < 0 else delta << 1
            while value >= 0x20:
                chars.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            chars.append(chr(value + 63))
        last_lat, last_lon = lat, lon
    return "".join(chars)
