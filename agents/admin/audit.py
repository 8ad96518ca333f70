"""The audit log: read here by the brand's admins, written by agents/audit.py only."""

import json
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from agents.audit import COMMAND_LINE
from agents.models import AuditEntry
from tenants.admin.base import ReadOnlyAdmin
from tenants.admin.site import brand_admin

# What stands after the dot of an action (agents/audit.py), as people say it; "refused" is an outcome, said there.
VERBS = {
    "added": pgettext_lazy("audit", "added"),
    "changed": pgettext_lazy("audit", "changed"),
    "deleted": pgettext_lazy("audit", "deleted"),
    "imported": pgettext_lazy("audit", "imported"),
    "exported": pgettext_lazy("audit", "exported"),
    "taken_over": pgettext_lazy("audit", "taken over"),
    "reassigned": pgettext_lazy("audit", "reassigned"),
    "blocked": pgettext_lazy("audit", "blocked"),
    "unblocked": pgettext_lazy("audit", "unblocked"),
    "merged": pgettext_lazy("audit", "merged"),
    "restored": pgettext_lazy("audit", "restored"),
    "rebuilt": pgettext_lazy("audit", "rebuilt"),
    "refused": pgettext_lazy("audit", "asked for"),
}
# What an action is about when it is about no row.
PLACES = {"admin": _("admin page"), "api": _("API endpoint"), "reports": _("reports")}


class VerbFilter(DropdownFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(VERBS.items())

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        return queryset.filter(action__endswith=f".{self.value()}") if self.value() in VERBS else queryset


class KindFilter(DropdownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        kinds = [model._meta.model_name or "" for model in brand_admin._registry if model is not AuditEntry]
        return sorted(((kind, _kind(kind)) for kind in kinds), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        return queryset.filter(object_type=self.value()) if self.value() else queryset


class AuditAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "what", "which", "outcome", "address")
    list_filter = (("at", RangeDateTimeFilter), "is_refused", KindFilter, VerbFilter)
    list_filter_submit = True
    search_fields = ("actor_name", "action", "object_name", "object_id", "address")
    search_help_text = _("Who, what, which, or an address")
    date_hierarchy = "at"
    fields = ("at", "who", "address", "what", "which", "outcome", "what_changed")
    readonly_fields = fields
    show_full_result_count = False

    @display(description=_("who"), ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        name = entry.actor_name
        if entry.actor_id is None and name.startswith(COMMAND_LINE):
            return gettext("command line") + name.removeprefix(COMMAND_LINE)
        return name or "–"

    @display(description=_("what"), ordering="action")
    def what(self, entry: AuditEntry) -> str:
        verb = entry.action.rpartition(".")[2]
        return str(VERBS.get(verb, verb))

    @display(description=_("which"), ordering="object_name")
    def which(self, entry: AuditEntry) -> str:
        if entry.object_type:
            return f"{_kind(entry.object_type)} {entry.object_name or entry.object_id}"
        noun = entry.action.partition(".")[0]
        path = _before_after(entry.changes.get("path"))[1] if noun in ("admin", "api") else ""
        return f"{PLACES.get(noun) or _kinds(noun)} {path}".strip()

    @display(description=_("outcome"), label={"refused": "danger", "done": "success"}, ordering="is_refused")
    def outcome(self, entry: AuditEntry) -> tuple[str, str]:
        return ("refused", gettext("refused")) if entry.is_refused else ("done", gettext("carried out"))

    @display(description=_("changes"))
    def what_changed(self, entry: AuditEntry) -> SafeString:
        rows = [(name, *_before_after(value)) for name, value in entry.changes.items()]
        return render_to_string("admin/changes.html", {"rows": rows})


def _kind(object_type: str) -> str:
    """As people call it: the log keeps a model's name, which may be of one that is gone since."""
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else object_type


def _kinds(object_type: str) -> str:
    model = _model(object_type)
    return str(model._meta.verbose_name_plural) if model else object_type


def _model(name: str) -> type[Model] | None:
    return next((model for model in apps.get_models() if model._meta.model_name == name), None)


def _before_after(value: object) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2:
        return _text(value[0]), _text(value[1])
    return "", _text(value)


def _text(value: object) -> str:
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


brand_admin.register(AuditEntry, AuditAdmin)
