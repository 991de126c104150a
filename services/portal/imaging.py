"""Pictures from phones made into pictures of ours: decoded and encoded anew, so that nothing of the file that
was sent comes out but what is to be seen.

What a picture is, its first bytes say and never a header. Metadata is not filtered: pixels are copied into an
image that has none. A colour profile goes too, unread: it is a program of the sender's for a parser in C."""

from __future__ import annotations

import asyncio
import io
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageOps

from services.portal.core.proofs import Kind

MOST_BYTES = 10 << 20
MOST_PIXELS = 40_000_000
SIDE_PX = 1600
QUALITY = 80
THREADS = 2
_GREYS = 16
_FORMATS = ("JPEG", "PNG", "WEBP")

# At DEBUG it tells every tag of a picture: where it was taken, and by whom.
logging.getLogger("PIL").setLevel(logging.WARNING)
Image.MAX_IMAGE_PIXELS = None  # ours is checked before anything is decoded, and is lower


class Unusable(Exception):
    """The picture can't be used; `detail` says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and its size."""

    data: bytes
    kind: Kind
    width_px: int
    height_px: int


class Imaging:
    """Works on at most `THREADS` pictures at once, beside the event loop: Pillow lets go of the GIL."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="imaging")

    async def made(self, raw: bytes, kind: Kind | None) -> Picture:
        """As `make`, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, make, raw, kind)

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def make(raw: bytes, kind: Kind | None) -> Picture:
    """The picture, upright, at most `SIDE_PX` wide and high, without metadata: a photo as JPEG, a signature
    as PNG in greys on white. Unless told, a PNG is a signature and anything else a photo.

    Raises:
        Unusable: no picture of a kind that is taken, broken, or of too many pixels.
    """
    found = sniff(raw)
    kind = kind or ("signature" if found == "PNG" else "photo")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unusable(
                    "too_many_pixels", f"Send a picture of at most {MOST_PIXELS // 1_000_000} megapixels."
                )
            pixels = _pixels(image)
    except Unusable:
        raise
    except Exception as error:  # a decoder given a hostile file raises whatever it likes
        raise Unusable("broken_picture", "The picture can't be read: take it again.") from error
    return _encoded(pixels, kind)


def sniff(raw: bytes) -> str:
    """The picture's format by its first bytes: JPEG, PNG or WEBP.

    Raises:
        Unusable: anything else.
    """
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw[4:8] == b"ftyp" and raw[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif"):
        raise Unusable("heic", "HEIC is not taken: convert the picture to JPEG first, as our page does.")
    raise Unusable("not_a_picture", "Send a JPEG, PNG or WebP picture as the body.")


def _pixels(image: Image.Image) -> Image.Image:
    """What is to be seen, upright and scaled, on white where it was transparent; in an image that has
    nothing else."""
    # A JPEG is decoded at the smallest scale that is large enough: a tenth of the time and memory.
    if image.mode in ("1", "P", "PA"):
        image = _converted(image)
    image.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image)
    clean = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        opaque = upright.convert("RGBA")
        clean.paste(opaque, mask=opaque.getchannel("A"))
    else:
        clean.paste(_eight_bits(upright).convert("RGB"))
    return clean


def _converted(image: Image.Image) -> Image.Image:
    """With colours in place of a palette's numbers: numbers can't be averaged."""
    return image.convert("L" if image.mode == "1" else "RGBA")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit greys as eight: Pillow's own conversion cuts them off instead."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    return image.convert("I").point(lambda value: value / 257).convert("L")


def _encoded(pixels: Image.Image, kind: Kind) -> Picture:
    out = io.BytesIO()
    if kind == "signature":
        greys = pixels.convert("L").quantize(_GREYS, dither=Image.Dither.NONE)
        greys.save(out, "PNG", optimize=True)
    else:
        pixels.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(out.getvalue(), kind, pixels.width, pixels.height)
