"""PNG, JPEG and GIF measured by a walk over their parts: nothing is decoded, no profile is kept (docs/api.md#files).

A decoder has no bounds where it opens a file: it keeps every segment of a JPEG, and joins the comment of a GIF anew at
each block. Pure.
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chat.exif import EXIF, is_turned

MAX_FRAMES = 1_000
# What a file of 20 MB is made of where people made it: a few dozen segments (64 KB each: 320), chunks of 8 KB (2 500;
# of 512 bytes: 40 000), blocks of 255 bytes (80 000). One that has more is a download like any other file.
MAX_JPEG_STEPS = 10_000
MAX_PNG_CHUNKS = 50_000
MAX_GIF_BLOCKS = 250_000
_PIECE = 64 * 1024
_WITHOUT_LENGTH = (0x00, 0x01, *range(0xD0, 0xDA))
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _APP1 = 0xDA, 0xE1


@dataclass(frozen=True, slots=True)
class Measured:
    """As it is shown: what a camera says of how it was held is followed, as browsers do."""

    kind: str
    width: int
    height: int
    # Of a GIF with more than MAX_FRAMES the rest is not looked at.
    frames: int = 1


class NotAPicture(Exception):
    """It is none, or is made of more parts than one that people send."""


def measure(stream: BinaryIO) -> Measured | None:
    """Return what a seekable stream shows; None when it is none of the three, broken or of too many parts."""
    stream.seek(0)
    head = stream.read(8)
    for start, walk in _WALKS.items():
        if head.startswith(start):
            stream.seek(len(start))
            try:
                found = walk(stream)
            except (EOFError, NotAPicture):
                return None
            return found if found.width and found.height else None
    return None


def _walk_png(stream: BinaryIO) -> Measured:
    """To its end, with all checksums."""
    width = height = frames = pixels = 0
    for number in range(MAX_PNG_CHUNKS):
        length, kind = struct.unpack(">I4s", _read(stream, 8))
        head = _read(stream, min(length, 13))
        crc = zlib.crc32(head, zlib.crc32(kind))
        for piece in _pieces(stream, length - len(head)):
            crc = zlib.crc32(piece, crc)
        if _read(stream, 4) != crc.to_bytes(4, "big") or (number == 0) != (kind == b"IHDR"):
            raise NotAPicture
        if kind == b"IHDR":
            if length != 13:
                raise NotAPicture
            width, height = struct.unpack(">II", head[:8])
        elif kind == b"IEND" and pixels:
            return Measured("PNG", width, height, max(1, frames))
        frames += kind == b"fcTL"
        pixels += kind == b"IDAT"
    raise NotAPicture


def _walk_jpeg(stream: BinaryIO) -> Measured:
    """To the first scan. What stands between segments, and the bytes that fill, are counted like these."""
    size: tuple[int, int] | None = None
    exif = b""
    for _step in range(MAX_JPEG_STEPS):
        if _read(stream, 1) != b"\xff":
            continue
        marker = _read(stream, 1)[0]
        if marker == 0xFF:
            stream.seek(-1, os.SEEK_CUR)  # filled up: this one may begin the marker
            continue
        if marker in _WITHOUT_LENGTH:
            continue
        if marker == _START_OF_SCAN and size is not None:
            return Measured("JPEG", *(reversed(size) if is_turned(exif) else size))
        (length,) = struct.unpack(">H", _read(stream, 2))
        if marker < 0xC0 or marker == _START_OF_SCAN or length < 2:
            raise NotAPicture
        if marker in _FRAME_HEADERS:
            size = _jpeg_size(_read(stream, length - 2))
        elif marker == _APP1 and not exif:
            body = _read(stream, length - 2)
            exif = body if body.startswith(EXIF) else b""
        else:
            stream.seek(length - 2, os.SEEK_CUR)
    raise NotAPicture


def _jpeg_size(header: bytes) -> tuple[int, int]:
    if len(header) < 6:
        raise NotAPicture
    bits, height, width, components = struct.unpack(">BHHB", header[:6])
    if bits != 8 or components not in (1, 3, 4):
        raise NotAPicture  # no browser shows it
    return width, height


def _walk_gif(stream: BinaryIO) -> Measured:
    """To its end, or to where it is cut or broken: readers show the frames before it."""
    width, height, flags = struct.unpack("<HHBxx", _read(stream, 7))
    frames, left = 0, iter(range(MAX_GIF_BLOCKS))
    try:
        _skip_palette(stream, flags)
        while frames <= MAX_FRAMES:
            start = _read(stream, 1)
            if start == b",":
                x, y, across, down, flags = struct.unpack("<HHHHB", _read(stream, 9))
                _skip_palette(stream, flags)
                frames += 1
                if frames == 1:
                    width, height = max(width, x + across), max(height, y + down)
            elif start != b"!":
                break
            _read(stream, 1)  # how the pixels are packed, or which extension it is
            _skip_blocks(stream, left)
    except EOFError:
        pass
    if not frames:
        raise NotAPicture
    return Measured("GIF", width, height, frames)


def _skip_palette(stream: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        _read(stream, 6 << (flags & 7))


def _skip_blocks(stream: BinaryIO, left: Iterator[int]) -> None:
    for _number in left:
        size = _read(stream, 1)[0]
        if not size:
            return
        _read(stream, size)
    raise NotAPicture


def _read(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = _read(stream, min(size, _PIECE))
        size -= len(piece)
        yield piece


_WALKS: dict[bytes, Callable[[BinaryIO], Measured]] = {
    b"\x89PNG\r\n\x1a\n": _walk_png,
    b"\xff\xd8": _walk_jpeg,
    b"GIF87a": _walk_gif,
    b"GIF89a": _walk_gif,
}
