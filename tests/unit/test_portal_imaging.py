"""What becomes of pictures as phones send them, and of files that only look like pictures."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image

from services.portal.imaging import MOST_PIXELS, SIDE_PX, Unusable, make, sniff
from tests.unit.pictures import (
    CANARY,
    bomb,
    chunks,
    drawn,
    encoded,
    jpeg,
    opened,
    png,
    png_of,
    segments,
    webp,
)

JFIF_AND_TABLES = {0xE0, 0xDB, 0xC2, 0xC4}


@pytest.mark.parametrize("sent", [jpeg(), png(), webp()], ids=["jpeg", "png", "webp"])
@pytest.mark.parametrize("kind", ["photo", "signature"])
def test_nothing_comes_out_but_what_is_to_be_seen(sent: bytes, kind: str) -> None:
    made = make(sent, kind)  # type: ignore[arg-type]
    for hidden in (CANARY.encode(), b"Papadopoulou", b"xmpmeta", b"Exif", b"ICC_PROFILE"):
        assert hidden not in made.data
    image = opened(made.data)
    assert not image.getexif()
    assert set(image.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }
    if kind == "photo":
        assert image.format == "JPEG"
        assert set(segments(made.data)) <= JFIF_AND_TABLES
        assert made.data.endswith(b"\xff\xd9")
    else:
        assert image.format == "PNG"
        assert chunks(made.data) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_what_is_sent_has_what_must_not_come_out() -> None:
    """The test before can fail: all of it is in there."""
    for sent in (jpeg(), png(), webp()):
        assert sent.count(b"Papadopoulou") >= 2
        assert opened(sent).getexif().get_ifd(0x8825)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright(orientation: int) -> None:
    """By the eight orientations of Exif (CIPA DC-008 §4.6.4): what was red on the left is where it should."""
    made = make(jpeg(640, 480, orientation), "photo")
    assert (made.width_px > made.height_px) == (orientation < 5)
    image = opened(made.data).convert("RGB")
    w, h = image.size
    places = {
        1: (w // 4, h // 2),
        2: (3 * w // 4, h // 2),
        3: (3 * w // 4, h // 2),
        4: (w // 4, h // 2),
        5: (w // 2, h // 4),
        6: (w // 2, h // 4),
        7: (w // 2, 3 * h // 4),
        8: (w // 2, 3 * h // 4),
    }
    red, _, blue = image.getpixel(places[orientation])  # type: ignore[misc]
    assert red > 150 > blue


@pytest.mark.parametrize(
    ("size", "becomes"), [((4000, 3000), (1600, 1200)), ((900, 4500), (320, 1600)), ((300, 200), (300, 200))]
)
def test_it_is_scaled_down_and_never_up(size: tuple[int, int], becomes: tuple[int, int]) -> None:
    made = make(encoded(drawn(*size), "JPEG"), None)
    assert (made.width_px, made.height_px) == becomes == opened(made.data).size
    assert max(becomes) <= SIDE_PX


def test_a_signature_is_black_on_white_whatever_it_was_drawn_on() -> None:
    image = opened(make(png(400, 200), None).data).convert("L")
    assert image.getpixel((5, 5)) == 255
    assert image.getpixel((150, 75)) == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png(mode: str) -> None:
    image = Image.new(mode, (40, 30), 40_000) if mode == "I;16" else drawn(40, 30, mode)
    photo = opened(make(encoded(image, "PNG"), "photo").data).convert("RGB")
    assert photo.size == (40, 30)
    if mode == "I;16":
        assert abs(photo.getpixel((20, 15))[0] - 40_000 / 257) < 2  # type: ignore[index]


def test_jpegs_of_printers_too() -> None:
    assert make(encoded(drawn(mode="CMYK"), "JPEG"), None).kind == "photo"


def test_an_animation_is_its_first_picture() -> None:
    frames = [Image.new("RGB", (30, 20), (n * 20, 0, 0)) for n in range(8)]
    moving = encoded(frames[3], "WEBP", save_all=True, append_images=frames, lossless=True)
    red = opened(make(moving, "photo").data).getpixel((10, 10))[0]  # type: ignore[index]
    assert abs(red - 60) < 8


def test_a_bomb_is_refused_by_what_it_says_before_anything_is_decoded() -> None:
    sent = bomb(60_000, 60_000)  # 3.6 gigapixels, which take seconds to decode and 3.6 GB
    assert len(sent) < 600_000
    began = time.perf_counter()
    with pytest.raises(Unusable) as caught:
        make(sent, None)
    assert time.perf_counter() - began < 0.5
    assert caught.value.code == "too_many_pixels"


def test_just_too_many_pixels() -> None:
    assert MOST_PIXELS == 8000 * 5000
    assert make(bomb(8000, 5000), None).width_px == 1600
    with pytest.raises(Unusable, match="too_many_pixels"):
        make(bomb(8000, 5001), None)


def test_a_bomb_in_a_text_or_a_profile_is_harmless() -> None:
    header = struct.pack(">IIBBBBB", 8, 8, 1, 0, 0, 0, 0)
    huge = zlib.compress(b"\0" * (200 << 20), 9)
    pixels = (b"IDAT", zlib.compress(b"\0\0" * 8))
    for chunk in ((b"zTXt", b"a\0\0" + huge), (b"iCCP", b"a\0\0" + huge), (b"iTXt", b"a\0\1\0\0\0" + huge)):
        tracemalloc.start()
        try:
            make(png_of(header, chunk, pixels), None)
        except Unusable as error:
            assert error.code == "broken_picture"  # noqa: PT017 (it may be taken as well)
        finally:
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert most < 80 << 20, chunk[0]


@pytest.mark.parametrize("cut", [3, 12, 60, 400])
@pytest.mark.parametrize("sent", [jpeg(), png(), webp()], ids=["jpeg", "png", "webp"])
def test_a_picture_cut_short_is_refused(sent: bytes, cut: int) -> None:
    with pytest.raises(Unusable):
        make(sent[:cut], None)


def test_half_a_photo_is_no_photo() -> None:
    whole = encoded(drawn(1200, 900), "JPEG")
    with pytest.raises(Unusable, match="broken_picture"):
        make(whole[: len(whole) // 2], None)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not_a_picture"),
        (SVG, "not_a_picture"),
        (SVG[21:], "not_a_picture"),
        (b"<html><script>alert(1)</script>", "not_a_picture"),
        (encoded(drawn(), "GIF"), "not_a_picture"),
        (encoded(drawn(), "BMP"), "not_a_picture"),
        (encoded(drawn(), "TIFF"), "not_a_picture"),
        (b"%PDF-1.7\n", "not_a_picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"),
    ],
)
def test_what_is_no_picture_of_ours_is_refused(sent: bytes, code: str) -> None:
    with pytest.raises(Unusable) as caught:
        make(sent, None)
    assert caught.value.code == code
    assert caught.value.detail


def test_a_file_that_is_also_a_page_comes_out_as_a_picture_alone() -> None:
    """JPEG and HTML at once: the page in a comment, and once more after the end."""
    page = b"--><html><script>fetch('/v1/desk/session')</script></html><!--"
    sent = encoded(drawn(), "JPEG", comment=page) + page
    assert page in sent
    out = make(sent, None).data
    assert b"<" + b"script" not in out
    assert b"<html" not in out
    assert sniff(out) == "JPEG"


def test_a_png_that_is_called_a_photo_and_the_other_way_round() -> None:
    assert make(png(), "photo").kind == "photo"
    assert opened(make(jpeg(), "signature").data).format == "PNG"


def test_what_is_made_is_small() -> None:
    """Of 12 megapixels of noise, than which no scene is more crowded, what every recipient loads."""
    noise = Image.effect_noise((400, 300), 60).convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)
    sent = encoded(noise, "JPEG", quality=92)
    assert len(make(sent, None).data) < 600_000
    strokes = Image.new("RGBA", (1200, 500))
    strokes.paste((10, 10, 60, 255), (200, 240, 900, 248))
    assert len(make(encoded(strokes, "PNG"), None).data) < 6_000
    assert len(sent) > 1_000_000
