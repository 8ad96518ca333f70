"""What the pages of both admin sites share: read-only models, adding through a verb function, confirmed actions.

Pages only change something on POST. An action is a link to a page that says what will happen, and a button on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib.admin import helpers
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.forms import AdminForm

from tenants.admin.changes import changes_of, values_added
from tenants.signals import admin_acted

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Secret:
    """Something that is shown once, on the page that answers the request which made it."""

    label: str
    value: str
    hint: str = ""


class KefuModelAdmin(ModelAdmin):
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = False
    list_fullwidth = True
    list_per_page = 50

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        return without_popups(super().formfield_for_dbfield(db_field, request, **kwargs))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Kept for the audit log, which says what it was before as well.
        request.kefu_changes = changes_of(form, formsets or (), is_new=add)  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._tell(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        said = {"note": [None, message]} if isinstance(message, str) else {}
        self._tell(request, obj, "changed", said)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._tell(request, obj, "deleted")
        return super().log_deletions(request, queryset)

    def _tell(self, request: HttpRequest, obj: Model, verb: str, said: dict[str, Any] | None = None) -> None:
        changes = getattr(request, "kefu_changes", {}) | (said or {})
        admin_acted.send(type(self), request=request, obj=obj, verb=verb, changes=changes)

    def show_page(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
    ) -> TemplateResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "media": self.media}
        response = TemplateResponse(request, template, base | context, status=status)
        response["Cache-Control"] = "no-store"
        return response

    def show_secrets(self, request: HttpRequest, obj: Model, title: str, secrets: list[Secret]) -> TemplateResponse:
        """Answer with things that cannot be shown again."""
        return self.show_page(request, "admin/secrets.html", title, object=obj, secrets=secrets)


class KefuInline(TabularInline):
    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        return without_popups(super().formfield_for_dbfield(db_field, request, **kwargs))


def rows_kept(formset: Any) -> list[dict[str, Any]]:
    """What the rows of a table say that could be read and are not being taken away."""
    rows = [row.cleaned_data for row in formset.forms if getattr(row, "cleaned_data", None)]
    return [row for row in rows if not row.get("DELETE")]


def without_popups(field: Any) -> Any:
    """Choosing a related row offers no adding, changing or deleting of it: that has pages of its own."""
    if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget
    return field


class ReadOnlyAdmin(KefuModelAdmin):
    """Looked at here, never changed, whoever asks."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AddedByVerb(KefuModelAdmin):
    """The add page asks for what a verb function needs, calls it and shows its refusal beside the field."""

    add_form: ClassVar[type[forms.Form]]
    add_fields: ClassVar[Any] = ()
    # Exceptions with `field` and a sentence that a person can act on.
    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[Model, list[Secret]]:
        """Make the thing and return it with what is to be shown once."""
        raise NotImplementedError

    def noted(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the audit log says of a new thing: by default all that was filled in."""
        return data

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.add_form(request.POST if request.method == "POST" else None)
        for field in form.fields.values():
            field.label = capfirst(field.label or "")
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    obj, secrets = self.make(request, form.cleaned_data)
            except self.refusals as refusal:
                wrong: str = getattr(refusal, "field", "")
                form.add_error(wrong if wrong in form.fields else None, str(refusal))
            else:
                request.kefu_changes = values_added(self.noted(form.cleaned_data))  # type: ignore[attr-defined]
                self.log_addition(request, obj, [{"added": {}}])
                if not secrets:
                    return self.response_add(request, obj)
                title = gettext("%(name)s is ready") % {"name": obj}
                return self.show_secrets(request, obj, title, secrets)
        return self._show_add_form(request, form)

    def _show_add_form(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        fieldsets = self.add_fields or [(None, {"fields": list(form.fields)})]
        admin_form = AdminForm(form, fieldsets, {}, (), model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Add %s") % self.opts.verbose_name,
            "subtitle": None,
            "adminform": admin_form,
            "object_id": None,
            "original": None,
            "is_popup": False,
            "to_field": None,
            "media": self.media + admin_form.media,
            "inline_admin_formsets": [],
            "errors": helpers.AdminErrorList(form, []),  # type: ignore[arg-type]
            "preserved_filters": self.get_preserved_filters(request),
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return self.render_change_form(request, context, add=True, change=False)


def confirmed(
    *, title: Any, text: Any, button: Any, icon: str = "", is_dangerous: bool = False, typed: str = ""
) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Make `method(self, request, obj)` an action of the detail page: GET says what will happen, POST does it.

    With `typed`, the person must type the object's attribute of that name, so that it is not done by habit.
    """

    def decorate(method: Callable[..., HttpResponse]) -> Any:
        @wraps(method)
        def run(self: KefuModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
            obj = self.get_object(request, object_id)
            if obj is None:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            if not self.has_change_permission(request, obj):
                raise PermissionDenied
            if request.method != "POST":
                return show_confirmation(self, request, obj)
            if typed and request.POST.get("typed", "").strip() != getattr(obj, typed):
                return show_confirmation(self, request, obj, error=gettext("That is not what it says."), status=422)
            return method(self, request, obj)

        def show_confirmation(
            self: KefuModelAdmin, request: HttpRequest, obj: Model, *, error: str = "", status: int = 200
        ) -> HttpResponse:
            context = {
                "object": obj,
                "text": text,
                "button": button,
                "is_dangerous": is_dangerous,
                "typed": getattr(obj, typed) if typed else "",
                "error": error,
                "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
            }
            return self.show_page(request, "admin/confirm.html", str(title), status=status, **context)

        return action(description=title, icon=icon or None)(run)

    return decorate
