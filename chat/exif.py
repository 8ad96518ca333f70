"""Whether a picture is shown turned: cameras store what they see as they are held, and say how that was. Pure."""

import struct

EXIF = b"Exif\0\0"
ORIENTATION, SHORT = 0x0112, 3
# Quarter turns, mirrored or not: what is stored as width is shown as height.
QUARTER_TURNS = range(5, 9)
MAX_TAGS = 200  # cameras write some twenty into the first directory
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def is_turned(exif: bytes) -> bool:
    """Read the orientation from the first directory of an Exif block, with or without its name in front.

    Exif 2.32, 4.6.4: a TIFF header, then a directory of tags of 12 bytes. Whatever is odd is not turned.
    """
    tiff = exif.removeprefix(EXIF)
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return False
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(min(count, MAX_TAGS)):
            tag, kind, _count, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION:
                return kind == SHORT and value in QUARTER_TURNS
    except struct.error:
        pass
    return False
