"""Admin pages of the team: agents and who serves which queue."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from agents.accounts import LastAdmin, change_agent, check_admin_remains, create_agent
from agents.models import Agent, Membership, Queue
from tenants.accounts import AccountRefused
from tenants.admin.base import AddedByVerb, KefuInline, KefuModelAdmin, Secret
from tenants.admin.site import brand_admin
from tenants.models import User

ROLE_COLOURS = {"admin": "danger", "supervisor": "info", "agent": "default"}
AVAILABILITY_COLOURS = {"online": "success", "away": "warning", "offline": "default"}


class MembershipInline(KefuInline):
    model = Membership


class AddAgentForm(forms.Form):
    name = forms.CharField(
        label=_("display name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=_("Visitors see it.")
    )
    email = forms.EmailField(
        label=_("e-mail"),
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("Who has an account already, for another brand, keeps its password."),
    )
    role = forms.ChoiceField(label=_("role"), choices=Agent.Role.choices, widget=UnfoldAdminSelectWidget)
    queues = forms.ModelMultipleChoiceField(
        Queue.objects.all(), label=_("queues"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


class AgentForm(forms.ModelForm):
    class Meta:
        model = Agent
        fields = ("display_name", "role", "capacity", "is_active")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            check_admin_remains(self.instance, data.get("role", ""), bool(data.get("is_active")))
        except LastAdmin as refusal:
            self.add_error("role", str(refusal))
        return data


class AgentAdmin(AddedByVerb):
    form = AgentForm
    add_form = AddAgentForm
    refusals = (AccountRefused,)
    list_display = ("header", "role_label", "availability_label", "load", "queue_names", "is_active")
    list_filter = ("role", "is_active", "queues")
    search_fields = ("display_name", "user__email")
    list_select_related = ("user",)
    fieldsets = ((None, {"fields": ("display_name", "email", "role", "capacity", "is_active", "created_at")}),)
    readonly_fields = ("email", "created_at")
    inlines = (MembershipInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        has_now = Count("assignments", filter=Q(assignments__ended_at__isnull=True), distinct=True)
        return super().get_queryset(request).prefetch_related("queues").annotate(has_now=has_now)

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[Agent, list[Secret]]:
        agent, password = create_agent(**data, now=timezone.now())
        if not password:
            return agent, []
        hint = gettext("Shown once: hand it over now.")
        return agent, [Secret(gettext("E-mail"), data["email"]), Secret(gettext("Password"), password, hint)]

    def save_model(self, request: HttpRequest, obj: Agent, form: AgentForm, change: bool) -> None:
        obj.save(update_fields=["display_name", "capacity"])
        change_agent(obj, role=obj.role, is_active=obj.is_active, now=timezone.now())

    @display(description=_("agent"), header=True, ordering="display_name")
    def header(self, agent: Agent) -> list[str]:
        initials = "".join(part[0] for part in agent.display_name.split()[:2]).upper()
        return [agent.display_name, agent.user.email, initials]

    @display(description=_("e-mail"))
    def email(self, agent: Agent) -> str:
        user: User = agent.user
        return user.email

    @display(description=_("role"), label=ROLE_COLOURS, ordering="role")
    def role_label(self, agent: Agent) -> tuple[str, str]:
        return agent.role, agent.get_role_display()

    @display(description=_("availability"), label=AVAILABILITY_COLOURS)
    def availability_label(self, agent: Agent) -> tuple[str, str]:
        availability = agent.effective_availability
        return availability, str(Agent.Availability(availability).label)

    @display(description=_("load"), ordering="has_now")
    def load(self, agent: Any) -> str:
        return f"{agent.has_now} / {agent.capacity}"

    @display(description=_("queues"))
    def queue_names(self, agent: Agent) -> str:
        return ", ".join(queue.name for queue in agent.queues.all()) or "–"


class MembershipAdmin(KefuModelAdmin):
    list_display = ("agent", "queue")
    list_filter = ("queue", "agent")
    search_fields = ("agent__display_name", "queue__name")
    list_select_related = ("agent", "queue")


brand_admin.register(Agent, AgentAdmin)
brand_admin.register(Membership, MembershipAdmin)
