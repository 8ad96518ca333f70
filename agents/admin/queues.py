"""Admin pages of queues."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from agents.admin.files import FilesGoAfterwards
from agents.admin.memberships import MembersInline, refuse_leaving
from agents.admin.trials import TriesRules, queue_tried_for
from agents.contradictions import of_queue
from agents.models import Membership, Queue
from agents.queues import DefaultQueueStays, delete_queue, make_default, rename_queue
from agents.routing.trial import Change, queue_as
from chat.models import Conversation
from tenants.admin.base import KefuModelAdmin, confirmed
from tenants.admin.site import brand_admin

# How a queue chooses among agents: the form has these, and a part of the page by their side.
ROUTING = (
    "strategy",
    "priority",
    "capacity",
    "skills",
    "matches_language",
    "relax_after_seconds",
    "sticky_seconds",
)


class QueueForm(forms.ModelForm):
    class Meta:
        model = Queue
        fields = (
            "name",
            "position",
            *ROUTING,
            "fair_share_count",
            "fair_share_minutes",
            "max_waiting_count",
            "max_waiting_seconds",
            "overflow_queue",
            "overflow_after_seconds",
            "take_back_seconds",
            "silent_seconds",
            "answer_seconds",
            "calendar",
            "sla",
        )
        widgets = {"skills": UnfoldAdminCheckboxSelectMultipleWidget}
        help_texts = {
            "name": _("For example Orders. A new name is shown in every conversation that stands or stood in it."),
            "position": _("Queues are listed in this order, smallest first."),
            "overflow_queue": _("Where conversations go that nobody took in time. Empty: they stay."),
            "overflow_after_seconds": _("How long they wait here first."),
            "sla": _("Targets for answers and resolution. Empty: only the time above."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field, sentence in of_queue(data, self.instance.pk if not self.instance._state.adding else None):
            self.add_error(field if field in self.fields else None, sentence)
        return data


FIELDSETS = (
    (None, {"fields": ("name", "position")}),
    (
        _("Routing"),
        {"fields": ROUTING},
    ),
    (
        _("Fairness"),
        {
            "fields": ("fair_share_count", "fair_share_minutes"),
            "description": _("Keeps one agent from getting everything: both or neither."),
        },
    ),
    (_("Waiting"), {"fields": ("max_waiting_count", "max_waiting_seconds")}),
    (_("Overflow"), {"fields": ("overflow_queue", "overflow_after_seconds")}),
    (_("Take back"), {"fields": ("take_back_seconds", "silent_seconds")}),
    (_("Business hours and SLA"), {"fields": ("calendar", "answer_seconds", "sla")}),
)


class QueuePage(FilesGoAfterwards, KefuModelAdmin):
    form = QueueForm
    fieldsets = FIELDSETS
    list_display = (
        "name",
        "default_label",
        "strategy_label",
        "waiting",
        "members",
        "overflow_queue",
        "calendar",
        "priority",
    )
    list_filter = ("strategy", "skills")
    search_fields = ("name",)
    list_select_related = ("overflow_queue", "calendar")
    inlines = (MembersInline,)
    actions = None
    actions_detail = ("set_default",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        active = Count("agents", filter=Q(agents__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(active_agents=active)

    def save_model(self, request: HttpRequest, obj: Queue, form: QueueForm, change: bool) -> None:
        obj.save()
        if change and "name" in form.changed_data:
            rename_queue(obj, obj.name)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not Membership.objects.filter(queue=form.instance, agent__is_active=True).exists():
            self.message_user(request, gettext("Nobody serves this queue yet: add agents to it."), messages.WARNING)

    def has_delete_permission(self, request: HttpRequest, obj: Queue | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        queue = self.get_object(request, object_id)
        refused = refuse_leaving(self, request, Membership.objects.filter(queue=queue) if queue else ())
        return refused or super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Queue) -> None:
        try:
            request.kefu_gone = delete_queue(obj, timezone.now())  # type: ignore[attr-defined]
        except DefaultQueueStays:
            self.message_user(request, gettext("The default queue stays: make another one the default first."), "error")

    @confirmed(
        title=_("Make default"),
        text=_("New conversations stand in this queue from now on."),
        button=_("Make default"),
        icon="inbox",
    )
    def set_default(self, request: HttpRequest, queue: Queue) -> HttpResponse:
        make_default(queue)
        self.log_change(request, queue, gettext("Made the default queue."))
        return HttpResponseRedirect(reverse("admin:agents_queue_changelist"))

    @display(description=_("strategy"), ordering="strategy")
    def strategy_label(self, queue: Queue) -> str:
        return queue.get_strategy_display()

    @display(description=_("default"), label={True: "success"})
    def default_label(self, queue: Queue) -> tuple[bool, str] | str:
        return (True, gettext("default")) if queue.is_default else ""

    @display(description=_("agents"), ordering="active_agents")
    def members(self, queue: Any) -> int:
        return int(queue.active_agents)

    @display(description=_("waiting"))
    def waiting(self, queue: Queue) -> int:
        return Conversation.objects.filter(queue_id=queue.pk, status=Conversation.Status.WAITING).count()


class QueueAdmin(TriesRules, QueuePage):
    try_text = _(
        "Replays a past day against the rules above: what visitors would have waited, what each agent would have had. "
        "Nothing is saved; the answer opens beside this page."
    )

    def change_tried(self, request: HttpRequest, form: QueueForm, rows: list[dict[str, Any]]) -> Change:
        queue = form.instance
        members = {row["agent"].pk: row["capacity"] for row in rows}
        instead_of = queue_tried_for(request) if queue._state.adding else None
        return queue_as(queue, form.cleaned_data["skills"], members, instead_of=instead_of)


brand_admin.register(Queue, QueueAdmin)
