"""A list of files as a field of a form: what is there, each with a way out, and a place for new ones.

The limits are those of the console's and REST's uploads; static/kefu-admin/files.js says them before anything is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from chat.errors import FileTypeRefused, Invalid, Overloaded, TooLarge
from chat.file_checks import clean_name
from chat.files import CheckedUpload, check_upload, delete_files
from chat.models import File
from chat.protocol import MAX_FILES, MAX_UPLOAD_BYTES

MEGABYTE = 1024 * 1024
LIMITS = {"count": MAX_FILES, "size": MAX_UPLOAD_BYTES // MEGABYTE}
# What chat/file_checks.py and chat/upload_limits.py say of an upload; here it is said in the reader's language.
REFUSALS = (
    gettext_noop("The file is empty."),
    gettext_noop("A file has at most 20 MB."),
    gettext_noop("A picture has at most 40 megapixels."),
    gettext_noop("A picture has at most 1000 frames."),
    gettext_noop("Programs and scripts are not accepted as files."),
    gettext_noop("There is no room for files at the moment."),
    gettext_noop("The server is busy. Try again shortly."),
)
HELP = lazy(
    lambda: gettext("Sent along with the text. At most %(count)s files, no more than %(size)s MB at once.") % LIMITS,
    str,
)()
TOO_MANY = _("At most %(count)s files.")
TOO_LARGE = _("“%(name)s”: %(why)s")
TOO_MUCH = _("Together the new files have more than %(size)s MB: save them in several steps.")


class Sent(NamedTuple):
    """What came back from the page."""

    removed: list[str]
    uploads: list[UploadedFile]


@dataclass(frozen=True, slots=True)
class FileChanges:
    kept: Sequence[File]
    removed: Sequence[File]
    uploads: Sequence[CheckedUpload]

    def __str__(self) -> str:
        """The names as they are afterwards: for the audit log."""
        return ", ".join([*(file.name for file in self.kept), *(one.name for one in self.uploads)])


class FilesWidget(forms.Widget):
    needs_multipart_form = True

    class Media:
        js = ("kefu-admin/files.js",)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Sent:
        removed = data.getlist(f"{name}-remove") if hasattr(data, "getlist") else []
        return Sent(removed, files.getlist(name) if hasattr(files, "getlist") else [])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        files, removed = value if isinstance(value, tuple) else (value or [], [])
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "files": [(file, str(file.pk) in removed) for file in files],
            "max_count": MAX_FILES,
            "max_bytes": MAX_UPLOAD_BYTES,
            "too_many": TOO_MANY % LIMITS,
            "too_large": gettext("A file has at most 20 MB."),
            "too_much": TOO_MUCH % LIMITS,
        }
        return render_to_string("admin/files.html", context)


class FilesField(forms.Field):
    """`initial` is the list of files that are there; cleaned it is a FileChanges."""

    widget = FilesWidget

    def bound_data(self, data: Any, initial: Any) -> Any:
        # Shown again after a mistake elsewhere: a browser sends chosen files only once, ticks are kept.
        return list(initial or []), data.removed

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data.removed or data.uploads)


class FilesGoAfterwards:
    """Of an admin page whose verbs leave paths of files in `request.kefu_gone`: deleted once the transaction has ended,
    when no row names these bytes any more."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _then_delete(request, super().changeform_view(request, *args, **kwargs))  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _then_delete(request, super().delete_view(request, *args, **kwargs))  # type: ignore[misc]


def _then_delete(request: HttpRequest, answer: Any) -> Any:
    delete_files(getattr(request, "kefu_gone", ()))
    return answer


def changes_from(there: Sequence[File], sent: Sent) -> FileChanges:
    """Check what was sent against the files that are there. Raises ValidationError with a sentence for each problem."""
    removed = [file for file in there if str(file.pk) in sent.removed]
    kept = [file for file in there if file not in removed]
    problems = [TOO_MANY % LIMITS] if len(kept) + len(sent.uploads) > MAX_FILES else []
    uploads = []
    for upload in sent.uploads:
        try:
            uploads.append(check_upload(upload))
        except (Invalid, TooLarge, FileTypeRefused, Overloaded) as refusal:
            problems.append(TOO_LARGE % {"name": clean_name(upload.name or ""), "why": gettext(refusal.detail)})
    if problems:
        raise forms.ValidationError(problems)
    return FileChanges(kept, removed, uploads)
