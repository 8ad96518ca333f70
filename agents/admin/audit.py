"""The audit log: read here by the brand's admins, written by agents/audit.py only."""

import json

from django.apps import apps
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from agents.audit import COMMAND_LINE
from agents.models import AuditEntry
from tenants.admin.base import ReadOnlyAdmin
from tenants.admin.site import brand_admin


class AuditAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "action", "which", "outcome", "address")
    list_filter = (("at", RangeDateTimeFilter), "is_refused", "object_type", "action")
    list_filter_submit = True
    search_fields = ("actor_name", "action", "object_name", "object_id", "address")
    search_help_text = _("Who, what, which, or an address")
    date_hierarchy = "at"
    fields = ("at", "who", "address", "action", "which", "outcome", "what_changed")
    readonly_fields = fields
    show_full_result_count = False

    @display(description=_("who"), ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        name = entry.actor_name
        if entry.actor_id is None and name.startswith(COMMAND_LINE):
            return gettext("command line") + name.removeprefix(COMMAND_LINE)
        return name or "–"

    @display(description=_("which"), ordering="object_name")
    def which(self, entry: AuditEntry) -> str:
        return f"{_kind(entry.object_type)} {entry.object_name or entry.object_id}".strip() or "–"

    @display(description=_("outcome"), label={"refused": "danger", "done": "success"}, ordering="is_refused")
    def outcome(self, entry: AuditEntry) -> tuple[str, str]:
        return ("refused", gettext("refused")) if entry.is_refused else ("done", gettext("carried out"))

    @display(description=_("changes"))
    def what_changed(self, entry: AuditEntry) -> SafeString:
        rows = [(name, *_before_after(value)) for name, value in entry.changes.items()]
        return render_to_string("admin/changes.html", {"rows": rows})


def _kind(object_type: str) -> str:
    """As people call it: the log keeps a model's name, which may be of one that is gone since."""
    models = (model for model in apps.get_models() if model._meta.model_name == object_type)
    return next((str(model._meta.verbose_name) for model in models), object_type)


def _before_after(value: object) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2:
        return _text(value[0]), _text(value[1])
    return "", _text(value)


def _text(value: object) -> str:
    return "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


brand_admin.register(AuditEntry, AuditAdmin)
