"""Who serves which queue: rows on the pages of queues and agents, and a page of its own."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.contradictions import of_leaving, of_memberships
from agents.models import Membership
from tenants.admin.base import KefuInline, KefuModelAdmin, rows_kept
from tenants.admin.site import brand_admin

HELP = {
    "agent": _("Gets conversations of the queue, and sees them where own queues are all that they see."),
    "queue": _("Whose conversations the agent gets. Who serves no queue gets none by routing, while others serve it."),
}


class MembershipForm(forms.ModelForm):
    """A row of a queue's page, or a page of its own."""

    class Meta:
        model = Membership
        fields = ("agent", "queue", "capacity")
        help_texts = HELP

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        agent, capacity = data.get("agent"), data.get("capacity")
        if agent and capacity is not None and capacity > agent.capacity:
            sentence = _("%(agent)s has room for %(all)s in all: no more in one queue.")
            self.add_error("capacity", sentence % {"agent": agent, "all": agent.capacity})
        return data


class MembersFormSet(forms.models.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        changed = [row for row in self.initial_forms if row in self.deleted_forms or "agent" in row.changed_data]
        stay = {row.cleaned_data.get("agent") for row in self.forms if row not in self.deleted_forms}
        gone = Membership.objects.filter(pk__in=[row.instance.pk for row in changed]).exclude(agent__in=stay - {None})
        if sentences := of_leaving(gone):
            raise forms.ValidationError(sentences)


class MembersInline(KefuInline):
    """Of a queue: who serves it."""

    model = Membership
    form = MembershipForm
    formset = MembersFormSet
    fields = ("agent", "capacity")
    verbose_name_plural = _("agents who serve it")


class QueuesFormSet(forms.models.BaseInlineFormSet):
    """Looks at the agent as the same page leaves it: role, scope and capacity are being saved along."""

    def clean(self) -> None:
        super().clean()
        rows = [(str(row["queue"]), row.get("capacity")) for row in rows_kept(self) if row.get("queue")]
        agent = self.instance
        problems = of_memberships(scope=agent.scope, capacity=agent.capacity, memberships=rows)
        if problems:
            raise forms.ValidationError([sentence for _field, sentence in problems])


class QueueRowForm(forms.ModelForm):
    """A row of an agent's page. Its capacity is compared with the agent's as the page leaves it: by the formset."""

    class Meta:
        model = Membership
        fields = ("queue", "capacity")
        help_texts = HELP


class QueuesInline(KefuInline):
    """Of an agent: the queues that they serve."""

    model = Membership
    form = QueueRowForm
    formset = QueuesFormSet
    fields = ("queue", "capacity")
    verbose_name_plural = _("queues that they serve")


class MembershipPageForm(MembershipForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "agent" in self.changed_data:
            for sentence in of_leaving(Membership.objects.filter(pk=self.instance.pk)):
                self.add_error("agent", sentence)
        return data


class MembershipAdmin(KefuModelAdmin):
    form = MembershipPageForm
    list_display = ("agent", "queue", "room")
    list_filter = ("queue", "agent")
    search_fields = ("agent__display_name", "queue__name")
    list_select_related = ("agent", "queue")

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        membership = self.get_object(request, object_id)
        refused = refuse_leaving(self, request, [membership] if membership else [])
        return refused or super().delete_view(request, object_id, extra_context)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Membership]) -> HttpResponse | None:
        chosen = queryset
        if request.POST.get("select_across", "0") == "0":
            chosen = queryset.filter(pk__in=request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))
        is_deleting = request.POST.get("action") == "delete_selected"
        refused = refuse_leaving(self, request, chosen) if is_deleting else None
        return refused or super().response_action(request, queryset)

    @display(description=_("capacity in this queue"), ordering="capacity")
    def room(self, membership: Membership) -> str:
        own = membership.capacity
        return str(own) if own is not None else gettext("%(all)s, the agent's own") % {"all": membership.agent.capacity}


def refuse_leaving(
    admin: "ModelAdmin[Any]", request: HttpRequest, memberships: Iterable[Membership]
) -> HttpResponse | None:
    """Say why these are not deleted, if somebody would see nothing without them."""
    sentences = of_leaving(memberships) if admin.has_delete_permission(request) else []
    for sentence in sentences:
        admin.message_user(request, sentence, messages.ERROR)
    back = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")
    return HttpResponseRedirect(back) if sentences else None


brand_admin.register(Membership, MembershipAdmin)
