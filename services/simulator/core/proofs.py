"""What a simulated courier hands in for a stop: a photo of a parcel at a door, or a signature. Drawn, so that
every picture is another and none is of anybody; the same rng draws the same."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter

PHOTO_SHARE = 0.7
"""Of deliveries and of failed attempts; what was signed for has its signature."""

_SIZE = (1200, 900)
_WALLS = ((196, 178, 152), (168, 176, 180), (205, 196, 186), (176, 150, 128), (150, 160, 146))
_DOORS = ((74, 48, 36), (38, 62, 74), (96, 30, 34), (48, 66, 44), (60, 60, 66))
_BOXES = ((190, 142, 92), (176, 128, 80), (204, 160, 112))


@dataclass(frozen=True, slots=True)
class Proof:
    """A picture as a phone sends it."""

    kind: Literal["photo", "signature"]
    data: bytes


def proof_of(substatus: str, parcels: int, rng: random.Random) -> Proof | None:
    """What he hands in at a stop that ended so; None: nothing."""
    if substatus == "Delivered_003":
        return Proof("signature", signature(rng))
    if not substatus.startswith(("Delivered", "AttemptFail")) or rng.random() >= PHOTO_SHARE:
        return None
    return Proof("photo", photo(parcels if substatus.startswith("Delivered") else 0, rng))


def photo(parcels: int, rng: random.Random) -> bytes:
    """A door with a mat and so many parcels before it, a little crooked and out of focus; JPEG."""
    width, height = _SIZE
    image = Image.new("RGB", _SIZE, rng.choice(_WALLS))
    draw = ImageDraw.Draw(image)
    floor = int(height * 0.78)
    left, right = int(width * 0.36) + rng.randint(-60, 60), int(width * 0.66) + rng.randint(-60, 60)
    door = rng.choice(_DOORS)
    draw.rectangle((0, floor, width, height), fill=(120, 116, 110))
    draw.rectangle((left - 22, 70, right + 22, floor), fill=(232, 228, 220))
    draw.rectangle((left, 92, right, floor), fill=door)
    for top in (140, 400):
        panel = (left + 40, top, right - 40, top + 200)
        draw.rectangle(panel, outline=tuple(min(255, c + 34) for c in door), width=7)
    draw.ellipse((right - 52, 400, right - 26, 426), fill=(206, 176, 92))
    draw.rounded_rectangle((left - 30, floor + 34, right + 30, floor + 96), 10, fill=(82, 70, 62))
    at = left + rng.randint(-40, 40)
    for _ in range(parcels):
        side, tall = rng.randint(150, 210), rng.randint(110, 170)
        _box(draw, at, floor + 70, side, tall, rng.choice(_BOXES))
        at += side + 26
    turned = image.rotate(rng.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, fillcolor=(110, 106, 100))
    return _jpeg(turned.filter(ImageFilter.GaussianBlur(1.2)))


def _box(
    draw: ImageDraw.ImageDraw, left: int, bottom: int, side: int, tall: int, colour: tuple[int, int, int]
) -> None:
    """A parcel with its tape and label, its foot at `bottom`."""
    dark = tuple(int(c * 0.82) for c in colour)
    draw.rectangle((left, bottom - tall, left + side, bottom), fill=colour)
    lid = [(left, bottom - tall), (left + 30, bottom - tall - 34), (left + side + 30, bottom - tall - 34)]
    draw.polygon([*lid, (left + side, bottom - tall)], fill=tuple(min(255, c + 18) for c in colour))
    edge = [(left + side, bottom), (left + side + 30, bottom - 34), (left + side + 30, bottom - tall - 34)]
    draw.polygon([*edge, (left + side, bottom - tall)], fill=dark)
    middle = left + side // 2
    draw.rectangle((middle - 12, bottom - tall, middle + 12, bottom), fill=(222, 206, 170))
    draw.rectangle(
        (left + 14, bottom - tall + 22, left + 14 + side // 3, bottom - tall + 66), fill=(248, 248, 244)
    )


def signature(rng: random.Random) -> bytes:
    """Some loops from left to right on nothing, as a finger leaves them on a phone; PNG."""
    image = Image.new("RGBA", (900, 320))
    pen = ImageDraw.Draw(image)
    wide, tall, slant = rng.uniform(24, 44), rng.uniform(50, 85), rng.uniform(-0.6, 0.6)
    loops, breath = rng.uniform(5, 9), rng.uniform(1.2, 2.6)
    at = []
    for step in range(240):
        along = step / 240
        turn = along * loops * math.tau
        height = tall * (0.45 + 0.55 * abs(math.sin(along * breath * math.pi))) * math.sin(turn)
        at.append((110 + 620 * along + wide * math.cos(turn) - slant * height, 160 + height))
    pen.line(at, fill=(16, 24, 64, 255), width=6, joint="curve")
    pen.line([(110, 262), (rng.randint(560, 780), 240)], fill=(16, 24, 64, 255), width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=84)
    return out.getvalue()
