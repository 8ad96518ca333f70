"""What an upload shows, found by bounded walks: pictures that people send, and files that are made to keep us busy."""

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chat.errors import TooLarge
from chat.file_checks import OCTETS, Inspected, inspect
from chat.pictures import MAX_GIF_BLOCKS, MAX_JPEG_STEPS, MAX_PNG_CHUNKS, measure

MEGABYTE = 1024 * 1024
NOISE = bytes(range(256)) * 32
ICC = b"ICC_PROFILE\0"


class Counted(io.BytesIO):
    """Counts how often it is asked."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked += 1
        return super().read(size)

    def seek(self, position: int, whence: int = 0, /) -> int:
        self.asked += 1
        return super().seek(position, whence)


def look_at(content: bytes, name: str = "photo") -> Inspected:
    return inspect(io.BytesIO(content), name)


def saved(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def animated(kind: str, frames: int, **options: object) -> bytes:
    out = io.BytesIO()
    first, *rest = (Image.new("L", (12, 10), number % 256) for number in range(frames))
    first.save(out, kind, save_all=True, append_images=rest, **options)
    return out.getvalue()


def segment(marker: int, body: bytes = b"") -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """After the start of the picture, where cameras put them."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(*chunks: bytes, width: int = 40, height: int = 30) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND")


# ---- what people send ----


def test_a_cameras_picture_with_all_that_it_writes_into_it() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    jpeg = saved("JPEG", (4000, 3000), quality=95, exif=exif, icc_profile=NOISE * 60)
    profile = [segment(0xE2, ICC + bytes([number, 200]) + NOISE * 7) for number in range(1, 201)]
    depth = [segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + NOISE * 7) for _ in range(60)]
    large = with_segments(jpeg, *profile, *depth, segment(0xED, b"Photoshop 3.0\0" + NOISE), segment(0xFE, b"hello"))
    assert len(large) > 15 * MEGABYTE
    assert look_at(large) == Inspected("image/jpeg", 4000, 3000)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_picture_is_as_wide_as_it_is_shown(kind: str, mime: str, orientation: int) -> None:
    """Who holds a phone upright gets a picture that is stored lying."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera", orientation
    shown = (30, 40) if 5 <= orientation <= 8 else (40, 30)
    assert look_at(saved(kind, exif=exif)) == Inspected(mime, *shown)


@pytest.mark.parametrize(
    "exif",
    [
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\x06\0\0",
        b"MM\0*\0\0\0\x08\xff\xff" + b"\0" * 12 * 200 + b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0",
        b"JJ\0*" + NOISE,
    ],
)
def test_odd_exif_turns_nothing(exif: bytes) -> None:
    assert look_at(with_segments(saved("JPEG"), segment(0xE1, b"Exif\0\0" + exif))) == Inspected("image/jpeg", 40, 30)


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}])
def test_kinds_of_jpeg(options: dict[str, object]) -> None:
    assert look_at(saved("JPEG", **options)) == Inspected("image/jpeg", 40, 30)


def test_two_pictures_in_one_are_the_first() -> None:
    """As phones save a portrait or a picture of high contrast."""
    assert look_at(animated("MPO", 2)) == Inspected("image/jpeg", 12, 10)


def test_bytes_that_fill_a_jpeg_are_passed_over() -> None:
    assert look_at(with_segments(saved("JPEG"), b"\xff" * 99, b"\0" * 99)) == Inspected("image/jpeg", 40, 30)


def test_a_screenshot_of_many_small_chunks() -> None:
    pieces = [chunk(b"IDAT", NOISE)] * 2_500
    large = png_of(chunk(b"iCCP", NOISE), chunk(b"tEXt", b"Software\0us"), *pieces, width=5000, height=4000)
    assert len(large) > 19 * MEGABYTE
    assert look_at(large) == Inspected("image/png", 5000, 4000)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_kinds_of_png(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "PNG")
    assert look_at(out.getvalue()) == Inspected("image/png", 40, 30)


@pytest.mark.parametrize(("kind", "mime"), [("GIF", "image/gif"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_some_hundred_frames(kind: str, mime: str) -> None:
    assert look_at(animated(kind, 300, duration=40, loop=0)) == Inspected(mime, 12, 10)


def test_a_large_gif_with_a_comment() -> None:
    blocks = (b"\xff" + b"x" * 255) * 75_000 + b"\0"
    gif = animated("GIF", 3, comment=b"made with love" * 90)
    assert look_at(gif[:-1] + b"," + struct.pack("<HHHHB", 0, 0, 12, 10, 0) + b"\x08" + blocks + b";") == Inspected(
        "image/gif", 12, 10
    )


# ---- what is made to keep us busy ----


def busy_jpeg(count: int) -> bytes:
    return with_segments(saved("JPEG"), segment(0xE5) * count)


def busy_png(count: int) -> bytes:
    return png_of(chunk(b"prVt") * count, chunk(b"IDAT", NOISE))


def busy_gif(count: int) -> bytes:
    """A comment that a decoder would join anew at each block."""
    gif = saved("GIF")
    assert gif[13 + 768 : 13 + 769] == b"!" or gif[13 + 768 : 13 + 769] == b","
    return gif[: 13 + 768] + b"!\xfe" + b"\x01x" * count + b"\0" + gif[13 + 768 :]


@pytest.mark.parametrize(
    ("make", "limit"),
    [(busy_jpeg, MAX_JPEG_STEPS), (busy_png, MAX_PNG_CHUNKS), (busy_gif, MAX_GIF_BLOCKS)],
)
def test_a_picture_of_too_many_parts_is_a_download(make: Callable[[int], bytes], limit: int) -> None:
    assert look_at(make(limit // 2)).width == 40
    stream = Counted(make(3 * limit))
    assert measure(stream) is None
    assert limit < stream.asked < 6 * limit
    assert look_at(make(3 * limit)) == Inspected(OCTETS)


def test_what_fills_a_jpeg_is_counted_as_well() -> None:
    for filling in (b"\xff", b"\0", b"\xff\xd0"):
        assert look_at(with_segments(saved("JPEG"), filling * MAX_JPEG_STEPS)).width is None


def test_frames_are_counted_as_far_as_they_are_allowed() -> None:
    assert look_at(animated("GIF", 1_000)).content_type == "image/gif"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\0"
    stream = Counted(saved("GIF")[:-1] + frame * 100_000 + b";")
    with pytest.raises(TooLarge):
        inspect(stream, "dance.gif")
    assert stream.asked < 10_000
    with pytest.raises(TooLarge):
        look_at(png_of(chunk(b"fcTL", b"\0" * 26) * 1_001, chunk(b"IDAT", NOISE)))


@pytest.mark.parametrize(
    "content",
    [
        png_of(),
        png_of(chunk(b"IDAT", NOISE))[:-12],
        png_of(chunk(b"IDAT", NOISE)).replace(NOISE[:9], b"otherbyte", 1),
        png_of(b"\xff\xff\xff\xffIDAT"),
        png_of(chunk(b"IDAT", NOISE), width=0),
        png_of(chunk(b"IDAT", NOISE), chunk(b"IHDR", b"\0\0\0\1" * 3 + b"\0\0"), width=30_000, height=30_000),
        png_of(chunk(b"IDAT", NOISE), chunk(b"IHDR", b"\0\0\0")),
        saved("PNG").replace(b"IHDR", b"IDAT", 1),
        saved("JPEG")[:100],
        b"\xff\xd8" + segment(0xC0, b"\x08\0\x10\0\x10\x03"),
        b"\xff\xd8" + segment(0xDA),
        b"\xff\xd8" + segment(0xC0, b"\x08\0") + segment(0xDA),
        b"\xff\xd8\xff\xe0\0\0",
        saved("GIF")[:20],
        b"GIF89a" + b"<script>alert(1)</script>",
        saved("WEBP")[:30],
    ],
)
def test_what_is_broken_is_a_download(content: bytes) -> None:
    assert look_at(content).width is None


@given(kind=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), data=st.data())
def test_changed_bytes_never_raise(kind: str, data: st.DataObject) -> None:
    content = bytearray(_SAVED[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(TooLarge):
        look_at(bytes(content[: data.draw(st.integers(0, len(content)))]))


_SAVED = {kind: saved(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")}
