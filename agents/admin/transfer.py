"""Import and export of tables in admin pages: CSV and JSON, with a preview that says why a row will not do.

What a table program would take for a formula is written with an apostrophe before it, and read without.
"""

from collections.abc import Callable
from typing import Any

import tablib
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import resources
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from agents.audit import Actor, note_audit
from agents.imports import BadRow
from tenants.spreadsheets import BOM, FORMULA, neutral

MAX_FILE_BYTES = 1024 * 1024
MAX_ROWS = 5000


def guarded(cell: Any) -> Any:
    """The cell as text that no table program runs; one that begins with an apostrophe gets a second."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith("'") else neutral(text)


def plain(cell: Any) -> Any:
    """The cell without the apostrophe that `guarded` put before it."""
    is_guarded = isinstance(cell, str) and cell.startswith("'") and cell[1:2] in (*FORMULA, "'")
    return cell[1:] if is_guarded else cell


class SafeCSV(CSV):
    def export_data(self, dataset: Any, **kwargs: Any) -> Any:
        safe = tablib.Dataset(headers=dataset.headers)
        for row in dataset:
            safe.append([guarded(cell) for cell in row])
        return BOM + super().export_data(safe, **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        text = in_stream.decode("utf-8-sig") if isinstance(in_stream, bytes) else in_stream.removeprefix(BOM)
        found = super().create_dataset(text, **kwargs)
        read = tablib.Dataset(headers=[(header or "").strip() for header in found.headers or []])
        for row in found:
            read.append([plain(cell) for cell in row])
        return read


class TableForm(ImportForm):
    def clean_import_file(self) -> Any:
        upload = self.cleaned_data["import_file"]
        if upload.size > MAX_FILE_BYTES:
            raise ValidationError(_("The file has at most %(limit)s KB.") % {"limit": MAX_FILE_BYTES // 1024})
        return upload


class TableResource(resources.ModelResource):
    """Reads and writes rows through functions of agents/imports.py; the library only does files and the preview."""

    columns: tuple[str, ...] = ()
    find: Callable[[Any], Any]
    as_row: Callable[[Any], dict[str, Any]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {name: Column(self, name) for name in self.all_columns()}

    def all_columns(self) -> tuple[str, ...]:
        return self.columns

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        if len(dataset) > MAX_ROWS:
            raise ValidationError(_("At most %(limit)s rows at once.") % {"limit": MAX_ROWS})

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        return type(self).find(row)

    def values_of(self, instance: Any) -> dict[str, Any]:
        """What the preview and the export show: of a row that is being read, what it asks for."""
        wanted: dict[str, Any] | None = getattr(instance, "imported_row", None)
        if wanted is not None:
            return wanted
        return {} if instance._state.adding else type(self).as_row(instance)

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        before = self.values_of(instance)
        try:
            instance.imported = self.read(row)
        except BadRow as bad:
            raise ValidationError({column: [sentence] for column, sentence in bad.problems.items()}) from None
        instance.imported_row = before | {name: row[name] for name in self.fields if name in row}

    def read(self, row: Any) -> Any:
        raise NotImplementedError

    def validate_instance(self, instance: Any, errors: Any = None, validate_unique: bool = True) -> None:
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        if not kwargs.get("dry_run"):
            self.save(instance, instance.imported)

    def save(self, instance: Any, imported: Any) -> None:
        raise NotImplementedError

    def save_m2m(self, instance: Any, row: Any, **kwargs: Any) -> None:
        pass

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        pass  # ids are no sequences here

    def get_import_order(self) -> list[str]:
        return list(self.fields)

    def get_export_order(self) -> list[str]:
        return list(self.fields)


class Column(Field):
    def __init__(self, resource: TableResource, name: str) -> None:
        super().__init__(attribute=name, column_name=name)
        self.resource = resource

    def __deepcopy__(self, memo: Any) -> "Column":
        return self

    def export(self, instance: Any, **kwargs: Any) -> Any:
        value = self.resource.values_of(instance).get(self.column_name, "")
        return "" if value is None else value


class TransferMixin(ImportExportMixin):
    """Who may add and change may import; who may look may export. Both are in the audit log."""

    import_form_class = TableForm
    export_form_class = ExportForm
    tmp_storage_class = CacheStorage  # kept under the brand's keys, and found by every node
    skip_admin_log = True
    import_error_display = ("message",)

    def get_import_formats(self) -> list[Any]:
        return [SafeCSV, JSON]

    def get_export_formats(self) -> list[Any]:
        return [SafeCSV, JSON]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        self._note(request, "imported", {name: [None, count] for name, count in result.totals.items() if count})
        if result.has_errors() or result.has_validation_errors():
            # Changed by somebody since the preview.
            messages.warning(request, _("Rows are missing. Import the file again: the preview says why."))
        response: HttpResponse = super().process_result(result, request)
        return response

    def _do_file_export(
        self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Form | None = None
    ) -> HttpResponse:
        self._note(request, "exported", {"rows": [None, queryset.count()]})
        response: HttpResponse = super()._do_file_export(file_format, request, queryset, export_form)
        response["Cache-Control"] = "no-store"
        return response

    def _note(self, request: HttpRequest, verb: str, changes: dict[str, Any]) -> None:
        name = f"{self.model._meta.model_name}.{verb}"
        note_audit(name, by=Actor.of_request(request), changes=changes, now=timezone.now())
