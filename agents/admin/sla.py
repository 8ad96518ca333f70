"""Admin pages of SLA policies, and of their targets that were met and breached."""

from typing import Any, cast

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.contradictions import of_policy
from agents.models import SlaPolicy, SlaTarget
from tenants.admin.base import KefuModelAdmin, ReadOnlyAdmin
from tenants.admin.site import brand_admin

STATE_COLOURS = {"kept": "success", "broken": "danger", "late": "warning", "open": "info"}


class SlaPolicyForm(forms.ModelForm):
    class Meta:
        model = SlaPolicy
        fields = ("name", "calendar", "first_minutes", "next_minutes", "resolution_minutes")
        help_texts = {
            "name": _("For example Gold. Queues choose it by this name."),
            "calendar": _("Minutes count while it is open. Empty: day and night."),
            "first_minutes": _("From the visitor's first message on. Empty: no target."),
            "next_minutes": _("From the first message after an answer on. Empty: no target."),
            "resolution_minutes": _("From opening to closing, not counting snoozed time. Empty: no target."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            for field, sentence in of_policy(data, timezone.now()):
                self.add_error(field, sentence)
        return data


class SlaPolicyAdmin(KefuModelAdmin):
    form = SlaPolicyForm
    list_display = ("name", "calendar", "first_minutes", "next_minutes", "resolution_minutes", "used_by")
    search_fields = ("name",)
    list_select_related = ("calendar",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlaPolicy]:
        return cast("QuerySet[SlaPolicy]", super().get_queryset(request).annotate(queue_count=Count("queues")))

    @display(description=_("queues"), ordering="queue_count")
    def used_by(self, policy: Any) -> int:
        return int(policy.queue_count)


class SlaTargetAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "kind", "state", "started_at", "due_at", "met_at")
    list_filter = ("kind",)
    list_select_related = ("conversation__visitor",)
    show_full_result_count = False

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, target: SlaTarget) -> tuple[str, str]:
        if target.breached_at is not None:
            return ("late", gettext("met late")) if target.met_at else ("broken", gettext("breached"))
        return ("kept", gettext("met")) if target.met_at else ("open", gettext("running"))


brand_admin.register(SlaPolicy, SlaPolicyAdmin)
brand_admin.register(SlaTarget, SlaTargetAdmin)
