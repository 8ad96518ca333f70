"""Canned replies of the brand and of queues, with a text for each language. Agents' own are made in the console."""

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents.admin.files import HELP as FILES_HELP
from agents.admin.files import FileChanges, FilesField, FilesGoAfterwards, changes_from
from agents.admin.transfer import Column, TableForm, TableResource, TransferMixin
from agents.canned import SHORTCUT, check_texts
from agents.canned_files import change_files, files_of, forget_files
from agents.imports import TEXT_PREFIX, canned_as_row, find_canned, read_canned
from agents.languages import LANGUAGE
from agents.models import CannedReply
from agents.variables import VARIABLES
from chat.errors import Invalid
from chat.files import delete_files
from chat.protocol import MAX_TEXT_CHARS
from tenants.admin.base import KefuModelAdmin
from tenants.admin.site import brand_admin
from tenants.models import Tenant

PREFIX = "text_"
TEXT_HELP = _(
    "For visitors of this language; empty: those of another are sent. {{visitor.name|there}} becomes the name, or "
    "“there”."
)
FILES_STAY = _("Files are not in the table: an import leaves those of the replies that are there as they are.")


class CannedForm(forms.ModelForm):
    """One field for each language that we speak or the reply has, and one for a further language."""

    more_language = forms.CharField(
        label=_("Another language"),
        required=False,
        max_length=8,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Its code, like fr or pt-br."),
    )
    more_text = forms.CharField(
        label=_("Text in that language"),
        required=False,
        max_length=MAX_TEXT_CHARS,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text=_("Saved with the code beside it; from then on it has a field of its own here."),
    )

    # What is declared becomes a field, no attribute: a form's own `files` stay what was uploaded.
    files = FilesField(label=_("Files"), required=False, help_text=FILES_HELP)  # type: ignore[assignment]

    class Meta:
        model = CannedReply
        fields = ("shortcut", "title", "queue", "owner")
        help_texts = {
            "title": _("What agents see in the list."),
            "queue": _("Only for conversations of this queue. Empty: all queues."),
            "owner": _("Only this agent has it. Empty: everybody."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["files"].initial = files_of(self.instance)
        texts = self.instance.texts or {}
        for language in languages_of(self.instance):
            name = dict(Tenant.Locale.choices).get(language, language)
            self.fields[field_of(language)] = forms.CharField(
                label=gettext("Text in %(language)s") % {"language": name},
                required=False,
                max_length=MAX_TEXT_CHARS,
                initial=texts.get(language, ""),
                widget=UnfoldAdminTextareaWidget({"rows": 4}),
                help_text=TEXT_HELP,
            )

    def clean_shortcut(self) -> str:
        shortcut: str = self.cleaned_data["shortcut"].strip().removeprefix("/")
        if not SHORTCUT.fullmatch(shortcut):
            raise forms.ValidationError(_("Use 1 to 40 letters, digits, dots, hyphens or underscores."))
        return shortcut

    def clean_files(self) -> FileChanges:
        reply = self.instance
        if not reply._state.adding:
            # Until it is saved: two pages that add files at the same moment must not pass the limit together.
            locked = CannedReply.objects.select_for_update(no_key=True).filter(pk=reply.pk).first()
            reply.file_ids = locked.file_ids if locked else []
        return changes_from(files_of(reply), self.cleaned_data["files"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("queue") and data.get("owner"):
            self.add_error("owner", _("For one queue or for one agent, not both."))
        texts = {language: data.get(field_of(language), "") for language in languages_of(self.instance)}
        if data.get("more_text") or data.get("more_language"):
            code = data.get("more_language", "").strip().lower()
            if not LANGUAGE.fullmatch(code):
                self.add_error("more_language", _("Write the language like fr or pt-br."))
            elif not data.get("more_text"):
                self.add_error("more_text", _("Write the text, or take the language away."))
            texts[code] = data.get("more_text", "")
        self._keep(texts)
        return data

    def _keep(self, texts: dict[str, str]) -> None:
        if "more_language" in self.errors:
            return
        try:
            self.instance.texts = check_texts(texts)
        except Invalid:
            first = field_of(languages_of(self.instance)[0])
            self.add_error(first, _("Write the text in at least one language."))


class CannedTableForm(TableForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].help_text = FILES_STAY


class CannedExportForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].help_text = FILES_STAY


class CannedResource(TableResource):
    columns = ("shortcut", "title", "queue")
    find = staticmethod(find_canned)
    as_row = staticmethod(canned_as_row)

    class Meta:
        model = CannedReply

    def all_columns(self) -> tuple[str, ...]:
        used = {language for texts in CannedReply.objects.values_list("texts", flat=True) for language in texts}
        languages = [*Tenant.Locale.values, *sorted(used - set(Tenant.Locale.values))]
        return (*self.columns, *(f"{TEXT_PREFIX}{language}" for language in languages))

    def import_data(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        # Before anything else: the preview's headings are those that are known when it begins.
        for column in dataset.headers or []:
            if column.startswith(TEXT_PREFIX):
                self.fields.setdefault(column, Column(self, column))
        return super().import_data(dataset, *args, **kwargs)

    def read(self, row: Any) -> CannedReply:
        return read_canned(row)

    def save(self, instance: CannedReply, imported: CannedReply) -> None:
        imported.save()
        instance.pk = imported.pk


class CannedAdmin(FilesGoAfterwards, TransferMixin, KefuModelAdmin):
    resource_classes = (CannedResource,)
    import_form_class = CannedTableForm
    export_form_class = CannedExportForm
    form = CannedForm
    list_display = ("shortcut_label", "title", "languages", "file_count", "scope", "use_count", "last_used_at")
    list_filter = ("queue", "owner")
    search_fields = ("shortcut", "title", "texts")
    list_select_related = ("queue", "owner")
    readonly_fields = ("use_count", "last_used_at")

    def get_fieldsets(self, request: HttpRequest, obj: CannedReply | None = None) -> Any:
        names = [field_of(language) for language in languages_of(obj or CannedReply())]
        hint = gettext("Variables: %(names)s.") % {"names": ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)}
        used = [(_("So far"), {"fields": ("use_count", "last_used_at")})] if obj else []
        return [
            (None, {"fields": ("shortcut", "title", "queue", "owner")}),
            (_("Texts"), {"fields": (*names, "more_language", "more_text"), "description": hint}),
            (_("Files"), {"fields": ("files",)}),
            *used,
        ]

    def get_form(
        self, request: HttpRequest, obj: CannedReply | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # The fields of the texts are made by the form itself: the model has one for all of them.
        return super().get_form(request, obj, change, **(kwargs | {"fields": CannedForm.Meta.fields}))

    def save_model(self, request: HttpRequest, obj: CannedReply, form: CannedForm, change: bool) -> None:
        # What is counted meanwhile stays counted.
        obj.save(update_fields=[*CannedForm.Meta.fields, "texts"] if change else None)
        files: FileChanges = form.cleaned_data["files"]
        gone = change_files(obj, removed=[file.pk for file in files.removed], uploads=files.uploads)
        request.kefu_gone = gone  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: CannedReply) -> None:
        request.kefu_gone = forget_files([obj])  # type: ignore[attr-defined]
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CannedReply]) -> None:
        with transaction.atomic():
            gone = forget_files(queryset)
            queryset.delete()
        delete_files(gone)

    def get_export_queryset(self, request: HttpRequest) -> Any:
        # Agents' own are theirs: an export is of what the brand shares.
        return super().get_export_queryset(request).filter(owner__isnull=True)

    @display(description=_("shortcut"), ordering="shortcut")
    def shortcut_label(self, reply: CannedReply) -> str:
        return f"/{reply.shortcut}"

    @display(description=_("languages"))
    def languages(self, reply: CannedReply) -> str:
        return ", ".join(sorted(reply.texts))

    @display(description=_("files"))
    def file_count(self, reply: CannedReply) -> str:
        return str(len(reply.file_ids) or "–")

    @display(description=_("for"))
    def scope(self, reply: CannedReply) -> str:
        return str(reply.owner or reply.queue or gettext("everybody"))


def languages_of(reply: CannedReply) -> list[str]:
    """Those of the console first, then what else the reply has."""
    own = [str(code) for code in Tenant.Locale.values]
    return [*own, *sorted(set(reply.texts or {}) - set(own))]


def field_of(language: str) -> str:
    return PREFIX + language.replace("-", "_")


brand_admin.register(CannedReply, CannedAdmin)
