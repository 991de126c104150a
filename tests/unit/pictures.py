"""Pictures as phones and attackers send them, made here; and a look at what came out."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

CANARY = "Kanarienvogel Papadopoulou +306900000000"
XMP = f"<x:xmpmeta><rdf:li>{CANARY}</rdf:li></x:xmpmeta>".encode()


def drawn(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, so that what is turned or mirrored shows."""
    image = Image.new("RGB", (width, height), (200, 20, 20))
    image.paste((20, 20, 200), (width // 2, 0, width, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Where it was taken, by whom, with what."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010E] = CANARY  # ImageDescription
    made[0x013B] = CANARY  # Artist
    gps = made.get_ifd(0x8825)
    gps.update(
        {1: "N", 2: tuple(map(IFDRational, (60, 10, 16))), 3: "E", 4: tuple(map(IFDRational, (24, 56, 39)))}
    )
    return made


def jpeg(width: int = 64, height: int = 48, orientation: int = 1) -> bytes:
    """A photo with all that a phone writes beside it, and something after its end."""
    plain = encoded(
        drawn(width, height),
        "JPEG",
        quality=95,
        exif=exif(orientation),
        icc_profile=CANARY.encode(),
        comment=CANARY.encode(),
        xmp=XMP,
    )
    return plain + CANARY.encode()


def png(width: int = 64, height: int = 48) -> bytes:
    """A drawing on nothing, with texts, a profile and something after its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", CANARY)
    texts.add_text("Comment", CANARY, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (width // 4, height // 4, width // 2, height // 2))
    plain = encoded(image, "PNG", pnginfo=texts, icc_profile=CANARY.encode(), exif=exif())
    return plain + CANARY.encode()


def webp() -> bytes:
    return encoded(drawn(), "WEBP", lossless=True, exif=exif(), icc_profile=CANARY.encode(), xmp=XMP)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it has so many pixels, and has them."""
    row = zlib.compressobj(9)
    line = b"\0" * (1 + width // 8)
    pixels = b"".join(row.compress(line) for _ in range(height)) + row.flush()
    return png_of(struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), (b"IDAT", pixels))


def png_of(header: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks (PNG, third edition, §5.3)."""
    every = ((b"IHDR", header), *chunks, (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in every
    )


def segments(data: bytes) -> list[int]:
    """The markers of a JPEG up to its scan (ITU T.81 §B.1.1)."""
    at, found = 2, []
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return found


def chunks(data: bytes) -> list[bytes]:
    """The names of a PNG's chunks; what follows the end is one more, `trailing`."""
    found: list[bytes] = []
    at = 8
    while at < len(data) and found[-1:] != [b"IEND"]:
        size = int(struct.unpack(">I", data[at : at + 4])[0])
        found.append(data[at + 4 : at + 8])
        at += 12 + size
    return found + ([b"trailing"] if at < len(data) else [])


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
