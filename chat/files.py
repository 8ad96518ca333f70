"""Uploads: stored under the brand's own folder, carried by a message, described to clients.

A file belongs to its uploader until a message carries it. Who may read one is decided in chat/access.py.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from chat.authors import Author
from chat.errors import Invalid, NotFound
from chat.file_checks import Inspected, check_ending, check_size, clean_name, inspect, name_for
from chat.models import Conversation, File
from chat.protocol import MAX_UPLOAD_BYTES
from chat.upload_limits import check_disk, check_unclaimed, inspection
from tenants.context import current_tenant
from tenants.ids import new_id

logger = logging.getLogger(__name__)

SENDERS = ("visitor", "agent", "bot")


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """An upload that may be stored, with the name that it may have here and what it is."""

    content: UploadedFile
    name: str
    size: int
    found: Inspected


def store_file(upload: UploadedFile, *, author: Author) -> File:
    """Store an upload for `author`. What the client says about its type is ignored. Raises as check_upload."""
    check_unclaimed(author.kind, upload.size or 0)
    return store_checked(check_upload(upload), author=author)


def store_checked(upload: CheckedUpload, *, author: Author) -> File:
    """Store what was looked at already."""
    assert author.id is not None, "the system itself uploads nothing"
    file_id = new_id()
    # No part of the path comes from outside; storages may change it, so what they return counts.
    path = default_storage.save(f"{current_tenant().pk}/{file_id.hex[-2:]}/{file_id}", upload.content)
    try:
        return File.objects.create(
            id=file_id,
            name=name_for(upload.name, upload.found.content_type),
            content_type=upload.found.content_type,
            size=upload.size,
            width=upload.found.width,
            height=upload.found.height,
            path=path,
            uploader_kind=author.kind,
            uploader_id=author.id,
        )
    except BaseException:
        default_storage.delete(path)
        raise


def check_upload(upload: UploadedFile) -> CheckedUpload:
    """Look at an upload. Raises Invalid, TooLarge, FileTypeRefused, and Overloaded without room on the disk or time to
    look at it.

    The one place where all doors meet: visitors, agents, programs, forms of the admin.
    """
    size = check_size(upload.size, MAX_UPLOAD_BYTES)
    name = clean_name(upload.name or "")
    check_ending(name, settings.REFUSED_FILE_ENDINGS)
    check_disk(size)
    with inspection():
        found = inspect(cast("BinaryIO", upload), name)
    upload.seek(0)
    return CheckedUpload(upload, name, size, found)


def copy_file(file: File, *, uploader_kind: str, uploader_id: UUID) -> File:
    """Make a free upload with the same content: bytes are never shared, since whoever deletes theirs deletes them.

    Raises Overloaded.
    """
    check_unclaimed(uploader_kind, file.size)
    check_disk(file.size)
    file_id = new_id()
    with default_storage.open(file.path, "rb") as content:
        path = default_storage.save(f"{current_tenant().pk}/{file_id.hex[-2:]}/{file_id}", content)
    try:
        return File.objects.create(
            id=file_id,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            width=file.width,
            height=file.height,
            path=path,
            uploader_kind=uploader_kind,
            uploader_id=uploader_id,
        )
    except BaseException:
        default_storage.delete(path)
        raise


def claim_files(file_ids: Sequence[UUID], *, author: Author, conversation: Conversation) -> list[File]:
    """Bind the author's own, still free uploads to the conversation, in the order given; NotFound for any other.

    Runs in the transaction that posts the message and locks the files.
    """
    if not file_ids:
        return []
    if len(set(file_ids)) != len(file_ids):
        raise Invalid("A message names each file once.")
    if author.id is None:
        raise NotFound("There is no such file.")
    free = File.objects.select_for_update(no_key=True).filter(
        pk__in=file_ids, uploader_kind=author.kind, uploader_id=author.id, conversation__isnull=True
    )
    files = {file.pk: file for file in free.order_by("pk")}
    if len(files) != len(file_ids):
        raise NotFound("There is no such file.")
    File.objects.filter(pk__in=files).update(conversation=conversation)
    return [files[file_id] for file_id in file_ids]


def forget_unused(before: datetime, *, limit: int, kinds: Sequence[str] = SENDERS) -> list[str]:
    """Forget uploads of `before` that no message carries; returns their paths, for delete_files after commit.

    Only of those who send messages: files of others, as of canned replies, are not meant to be carried. What is being
    sent at this moment is left alone.
    """
    unused = File.objects.filter(conversation__isnull=True, uploader_kind__in=kinds, created_at__lt=before)
    found = unused.order_by("created_at").select_for_update(skip_locked=True, no_key=False)[:limit]
    paths = {file.pk: file.path for file in found}
    File.objects.filter(pk__in=paths).delete()
    return list(paths.values())


def unbind_files(views: Sequence[dict[str, Any]]) -> list[str]:
    """Take a recalled message's files away from everybody; returns their paths, for delete_files after commit."""
    files = File.objects.filter(pk__in=[view["id"] for view in views])
    paths = list(files.values_list("path", flat=True))
    files.delete()
    return paths


def delete_files(paths: Sequence[str]) -> None:
    """Delete stored bytes that no row names any more. What cannot be deleted is logged: nobody can reach it."""
    for path in paths:
        try:
            default_storage.delete(path)
        except OSError:
            logger.exception("files: a recalled file could not be deleted", extra={"path": path})


def file_view(file: File) -> dict[str, Any]:
    """The file as clients see it: FileView of docs/api.md."""
    return {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "width": file.width,
        "height": file.height,
        "url": f"/files/{file.pk}",
    }
