"""How much uploads may take at once: inspections, the disk, what no message carries yet (docs/api.md#files)."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Sum

from chat.errors import Overloaded
from chat.models import File

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# Each holds a thread of its request and up to three times the file's size; a walk takes a tenth of a second at worst.
INSPECTED_AT_ONCE = 2
INSPECTION_WAIT = 5.0
# PostgreSQL and Valkey often write to the same disk, and stop without room: files leave them this much.
FREE_DISK = 1024 * MEGABYTE
# There is room again as soon as some are sent, or forgotten by the hourly sweep; on the disk, when somebody frees it.
RETRY_SECONDS = 600.0

_inspections = threading.BoundedSemaphore(INSPECTED_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Room:
    """What may lie in one brand without a message that carries it."""

    files: int
    bytes: int


# Each has its own room: strangers who fill theirs keep nobody of the team from answering. Files of canned replies are
# not meant to be carried.
UNCLAIMED = {
    "visitor": Room(10_000, 2048 * MEGABYTE),
    "agent": Room(50_000, 20 * 1024 * MEGABYTE),
    "bot": Room(50_000, 20 * 1024 * MEGABYTE),
}


@contextmanager
def inspection() -> Iterator[None]:
    """Be one of the few that look into an upload. Raises Overloaded when none of them ends in time."""
    if not _inspections.acquire(timeout=INSPECTION_WAIT):
        raise Overloaded(retry_after=INSPECTION_WAIT)
    try:
        yield
    finally:
        _inspections.release()


def check_disk(size: int) -> None:
    """Raise Overloaded when a file of this size would leave less than FREE_DISK."""
    free = shutil.disk_usage(_existing(Path(settings.MEDIA_ROOT))).free
    if free - size < FREE_DISK:
        logger.error("files: refused, the disk is almost full", extra={"free_bytes": free})
        raise Overloaded("There is no room for files at the moment.", retry_after=RETRY_SECONDS)


def check_unclaimed(kind: str, size: int) -> None:
    """Raise Overloaded when the current brand has no room for another unsent file of this kind of uploader.

    Those that come at the same moment do not see each other: it is passed by as many files as are uploaded at once.
    """
    if kind in UNCLAIMED and _share_used(kind, files=1, size=size) > 1:
        logger.warning("files: refused, too many wait to be sent", extra={"uploader": kind})
        raise Overloaded("Too many files wait to be sent.", retry_after=RETRY_SECONDS)


def is_crowded(kind: str) -> bool:
    """Whether half of the room of this kind of uploader is used in the current brand."""
    return _share_used(kind) > 0.5


def _share_used(kind: str, *, files: int = 0, size: int = 0) -> float:
    room = UNCLAIMED[kind]
    # No more rows than decide: so it takes milliseconds whatever lies there.
    unclaimed = File.objects.filter(conversation__isnull=True, uploader_kind=kind).values("size")[: room.files]
    found = unclaimed.aggregate(count=Count("*"), bytes=Sum("size", default=0))
    return float(max((found["count"] + files) / room.files, (found["bytes"] + size) / room.bytes))


def _existing(folder: Path) -> Path:
    """The folder of uploads is made with the first of them."""
    return next(one for one in (folder, *folder.parents) if one.exists())
