"""What an upload really is, found from its bytes, and a name that is safe to store, show and send back. No I/O."""

import re
import unicodedata
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from PIL import Image

from chat.errors import FileTypeRefused, Invalid, TooLarge
from chat.exif import is_turned
from chat.pictures import MAX_FRAMES, Measured, measure

HEAD_BYTES = 8192
MAX_NAME_CHARS = 200
# A picture is decoded in the reader's browser: 40 megapixels are 160 MB there, whatever the file's size.
MAX_PIXELS = 40_000_000
OCTETS = "application/octet-stream"

# The only types that are ever shown instead of downloaded: raster pictures, which cannot carry a script.
PICTURES = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "GIF": ("image/gif", ".gif"),
    "WEBP": ("image/webp", ".webp"),
}
INLINE_TYPES = frozenset(kind for kind, _ in PICTURES.values())
_PICTURE_ENDINGS = {"image/jpeg": (".jpg", ".jpeg")} | {
    kind: (end,) for kind, end in PICTURES.values() if kind != "image/jpeg"
}

# Types that a download may be labelled with; all others are plain octets. None of them runs in our origin.
_DOWNLOADS = {
    "application/pdf", "application/zip", "application/gzip", "application/x-7z-compressed", "application/msword",
    "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf", "audio/mpeg", "audio/ogg",
    "audio/wav", "audio/x-wav", "audio/mp4", "audio/flac", "video/mp4", "video/webm", "video/quicktime",
    "video/x-msvideo", "image/bmp", "image/tiff", "image/heic", "image/avif",
}  # fmt: skip
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_ENDINGS = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".pptx": _OFFICE + "presentationml.presentation",
}
_TEXT_ENDINGS = (".txt", ".csv", ".log", ".md", ".json", ".yaml", ".yml")
_UNSAFE_IN_NAMES = re.compile(r'["*:<>?|%;]')


@dataclass(frozen=True, slots=True)
class Inspected:
    content_type: str
    width: int | None = None
    height: int | None = None


def inspect(stream: BinaryIO, name: str) -> Inspected:
    """Find the type of a seekable upload from its bytes; `name` only tells kinds of text and of zip apart.

    Raises TooLarge for a picture that would burst whoever decodes it.
    """
    picture = _inspect_picture(stream)
    if picture is not None:
        return picture
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    return Inspected(_download_type(head, name.lower()))


def clean_name(raw: str) -> str:
    """Return one line of at most MAX_NAME_CHARS: no path, control, direction or zero-width characters; never empty."""
    name = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode())
    name = re.split(r"[/\\]", name)[-1]
    # Categories: other (control, format, surrogate, private, unassigned) and line or paragraph separators.
    name = "".join(" " if char.isspace() else char for char in name if _is_shown(char) or char.isspace())
    name = _UNSAFE_IN_NAMES.sub("_", " ".join(name.split())).strip(". ")
    return _shorten(name, MAX_NAME_CHARS) or "file"


def name_for(name: str, content_type: str) -> str:
    """Give a picture's name the ending of what it is: a PNG called `x.html` would run when opened after saving."""
    endings = _PICTURE_ENDINGS.get(content_type)
    if endings is None or name.lower().endswith(endings):
        return name
    return _shorten(name, MAX_NAME_CHARS - len(endings[0])) + endings[0]


def _inspect_picture(stream: BinaryIO) -> Inspected | None:
    picture = measure(stream) or _measure_webp(stream)
    if picture is None:
        return None
    if picture.width * picture.height > MAX_PIXELS:
        raise TooLarge(f"A picture has at most {MAX_PIXELS // 1_000_000} megapixels.")
    if picture.frames > MAX_FRAMES:
        raise TooLarge(f"A picture has at most {MAX_FRAMES} frames.")
    content_type, _ = PICTURES[picture.kind]
    return Inspected(content_type, picture.width, picture.height)


def _measure_webp(stream: BinaryIO) -> Measured | None:
    """By Pillow, which leaves it to a library that walks over chunks and frames without keeping them."""
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(stream, formats=["WEBP"])
    except Image.DecompressionBombError:
        raise TooLarge(f"A picture has at most {MAX_PIXELS // 1_000_000} megapixels.") from None
    except Exception:  # Pillow raises what its readers happen to raise; a broken picture is a download
        return None
    width, height = picture.size
    if is_turned(picture.info.get("exif", b"")):
        width, height = height, width
    return Measured("WEBP", width, height, getattr(picture, "n_frames", 1))


def _download_type(head: bytes, name: str) -> str:
    try:
        kinds = [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        kinds = []
    if head.startswith(b"PK\x03\x04"):
        return next((kind for ending, kind in _OFFICE_ENDINGS.items() if name.endswith(ending)), "application/zip")
    found = next((kind for kind in kinds if kind in _DOWNLOADS), OCTETS)
    if found == OCTETS and name.endswith(_TEXT_ENDINGS) and _is_text(head):
        return "text/plain"
    return found


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD_BYTES and error.start > HEAD_BYTES - 4  # cut in the middle of a character
    return True


def _is_shown(char: str) -> bool:
    return unicodedata.category(char)[0] != "C" and unicodedata.category(char) not in ("Zl", "Zp")


def _shorten(name: str, limit: int) -> str:
    """Cut the middle, keep a short ending."""
    if len(name) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return stem[: limit - len(ending) - 1].rstrip(". ") + "." + ending
    return name[:limit].rstrip(". ")


def check_ending(name: str, refused: Collection[str]) -> None:
    """Raise FileTypeRefused for a cleaned name that a system would run when it is opened; `refused` has no dots."""
    if name.lower().rpartition(".")[2] in refused and "." in name:
        raise FileTypeRefused


def check_size(size: int | None, limit: int) -> int:
    if size is None or size == 0:
        raise Invalid("The file is empty.")
    if size > limit:
        raise TooLarge(f"A file has at most {limit // (1024 * 1024)} MB.")
    return size
