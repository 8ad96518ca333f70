"""Admin pages of queues."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.admin.team import MembershipInline
from agents.models import Queue
from agents.queues import DefaultQueueStays, delete_queue, make_default, rename_queue
from chat.models import Conversation
from tenants.admin.base import KefuModelAdmin, confirmed
from tenants.admin.site import brand_admin


class QueueForm(forms.ModelForm):
    class Meta:
        model = Queue
        fields = ("name", "position", "take_back_seconds")


class QueueAdmin(KefuModelAdmin):
    form = QueueForm
    list_display = ("name", "default_label", "waiting", "members", "position")
    search_fields = ("name",)
    inlines = (MembershipInline,)
    actions = None
    actions_detail = ("set_default",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        active = Count("agents", filter=Q(agents__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(active_agents=active)

    def save_model(self, request: HttpRequest, obj: Queue, form: QueueForm, change: bool) -> None:
        obj.save()
        if change and "name" in form.changed_data:
            rename_queue(obj, obj.name)

    def has_delete_permission(self, request: HttpRequest, obj: Queue | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def delete_model(self, request: HttpRequest, obj: Queue) -> None:
        try:
            delete_queue(obj)
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

    @display(description=_("default"), label={True: "success"})
    def default_label(self, queue: Queue) -> tuple[bool, str] | str:
        return (True, gettext("default")) if queue.is_default else ""

    @display(description=_("agents"), ordering="active_agents")
    def members(self, queue: Any) -> int:
        return int(queue.active_agents)

    @display(description=_("waiting"))
    def waiting(self, queue: Queue) -> int:
        return Conversation.objects.filter(queue_id=queue.pk, status=Conversation.Status.WAITING).count()


brand_admin.register(Queue, QueueAdmin)
