"""The files of canned replies (docs/composer.md).

They are the reply's own (`uploader_kind` canned, its id): no message can claim them, and none that is recalled takes
them away. What is sent along is a copy.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from agents.models import CannedReply
from chat.access import get_file
from chat.authors import Author
from chat.errors import Invalid
from chat.files import CheckedUpload, copy_file, delete_files, store_checked
from chat.models import File
from chat.protocol import MAX_FILES

KIND = "canned"


def files_of(reply: CannedReply) -> list[File]:
    """In their order; what is gone is left out."""
    found = {file.pk: file for file in File.objects.filter(pk__in=reply.file_ids)}
    return [found[pk] for pk in reply.file_ids if pk in found]


def copies_of(reply: CannedReply, author: Author) -> list[File]:
    """Fresh copies that are the author's own uploads: a message takes its files with it when it is recalled."""
    assert author.id is not None, "the system itself uploads nothing"
    return _copy_all(files_of(reply), author.kind, author.id)


def keep_copies(reply: CannedReply, file_ids: Sequence[UUID]) -> list[UUID]:
    """Copies of any files of the brand that belong to the reply. Raises NotFound."""
    return [file.pk for file in _copy_all([get_file(file_id) for file_id in file_ids], KIND, reply.pk)]


def set_files(reply: CannedReply, file_ids: Sequence[UUID]) -> list[str]:
    """Let the reply have these files in this order: its own stay, others are copied; returns paths for delete_files,
    after commit.

    Runs in a transaction that has locked the reply. Raises NotFound.
    """
    own = set(reply.file_ids)
    new = [file_id for file_id in file_ids if file_id not in own]
    copies = dict(zip(new, keep_copies(reply, new), strict=True))
    removed = own - set(file_ids)
    reply.file_ids = [copies.get(file_id, file_id) for file_id in file_ids]
    reply.save(update_fields=["file_ids"])
    return _forget(File.objects.filter(pk__in=removed, uploader_kind=KIND, uploader_id=reply.pk))


def change_files(reply: CannedReply, *, removed: Collection[UUID], uploads: Sequence[CheckedUpload]) -> list[str]:
    """Take files away and add uploads at the end; returns paths for delete_files, after commit.

    Runs in the transaction that saved the reply, whose row the caller has locked. Raises Invalid.
    """
    kept = [pk for pk in reply.file_ids if pk not in removed]
    if len(kept) + len(uploads) > MAX_FILES:
        raise Invalid(f"A canned reply carries at most {MAX_FILES} files.")
    author = Author(KIND, reply.pk, "")
    stored: list[File] = []
    try:
        for upload in uploads:
            stored.append(store_checked(upload, author=author))  # noqa: PERF401  (those before one that fails)
        reply.file_ids = [*kept, *(file.pk for file in stored)]
        reply.save(update_fields=["file_ids"])
    except BaseException:
        delete_files([file.path for file in stored])
        raise
    return _forget(File.objects.filter(pk__in=removed, uploader_kind=KIND, uploader_id=reply.pk))


def forget_files(replies: Iterable[CannedReply]) -> list[str]:
    """Of replies that are being deleted; returns paths for delete_files, after commit."""
    return _forget(File.objects.filter(uploader_kind=KIND, uploader_id__in=[reply.pk for reply in replies]))


def _copy_all(files: Iterable[File], kind: str, owner: UUID) -> list[File]:
    copies: list[File] = []
    try:
        for file in files:
            copies.append(copy_file(file, uploader_kind=kind, uploader_id=owner))  # noqa: PERF401  (as in change_files)
    except BaseException:
        delete_files([file.path for file in copies])
        raise
    return copies


def _forget(files: QuerySet[File]) -> list[str]:
    paths = list(files.values_list("path", flat=True))
    files.delete()
    return paths
