import struct
import zlib


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, each by its kind and data."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in (*chunks, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
