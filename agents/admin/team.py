"""Admin pages of agents."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
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
from agents.admin.memberships import QueuesInline
from agents.admin.transfer import TableResource, TransferMixin
from agents.admin.trials import TriesRules
from agents.contradictions import of_rights
from agents.imports import AGENT_COLUMNS, AgentRow, agent_as_row, find_agent, import_agent, read_agent
from agents.languages import clean_language, is_language
from agents.loads import has_now
from agents.models import Agent, Queue
from agents.routing.trial import Change, agent_as
from tenants.accounts import AccountRefused
from tenants.admin.base import AddedByVerb, Secret
from tenants.admin.look import initials_of
from tenants.admin.site import brand_admin
from tenants.models import User

ROLE_COLOURS = {"admin": "danger", "supervisor": "info", "agent": "default"}
ROLE_HELP = _("Agents answer; supervisors also see the board, reports, and reassign; admins change all of this.")
AVAILABILITY_COLOURS = {"online": "success", "away": "warning", "offline": "default"}


class AddAgentForm(forms.Form):
    name = forms.CharField(
        label=_("display name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=_("Visitors see it.")
    )
    email = forms.EmailField(
        label=_("e-mail"),
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("Who has an account already, for another brand, keeps its password."),
    )
    role = forms.ChoiceField(
        label=_("role"), choices=Agent.Role.choices, widget=UnfoldAdminSelectWidget, help_text=ROLE_HELP
    )
    queues = forms.ModelMultipleChoiceField(
        Queue.objects.all(),
        label=_("queues"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Whose conversations they get. Room in each, and what else they can take, is set afterwards."),
    )


class LanguagesField(forms.CharField):
    """Codes with commas between them, kept as a list of lower-case ones."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return list(dict.fromkeys(clean_language(part.strip()) for part in text.split(",") if part.strip()))

    def validate(self, value: Any) -> None:
        for code in value:
            if not is_language(code):
                raise forms.ValidationError(
                    _("“%(code)s” is no language: write them like en, zh-hans.") % {"code": code}
                )

    def run_validators(self, value: Any) -> None:
        pass  # those of a text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class AgentForm(forms.ModelForm):
    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("With commas between them, like en, zh-hans. Empty: any.")
    )

    class Meta:
        model = Agent
        fields = ("display_name", "role", "scope", "capacity", "languages", "skills", "is_active")
        widgets = {"skills": UnfoldAdminCheckboxSelectMultipleWidget}
        help_texts = {
            "display_name": _("Visitors see it."),
            "role": ROLE_HELP,
            "skills": _("Queues and conversations may need some of them."),
            "is_active": _("Switched off, they are signed out of this brand and what they have waits again."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            check_admin_remains(self.instance, data.get("role", ""), bool(data.get("is_active")))
        except LastAdmin as refusal:
            self.add_error("role", str(refusal))
        role, scope = data.get("role", ""), data.get("scope", "")
        for field, sentence in of_rights(role=role, scope=scope, capacity=data.get("capacity")):
            self.add_error(field, sentence)
        return data


class AgentResource(TableResource):
    columns = AGENT_COLUMNS
    find = staticmethod(find_agent)
    as_row = staticmethod(agent_as_row)

    class Meta:
        model = Agent
        # Each row has its own (import_agent).
        use_transactions = False

    def read(self, row: Any) -> AgentRow:
        return read_agent(row)

    def save(self, instance: Agent, imported: AgentRow) -> None:
        agent, password = import_agent(imported, timezone.now())
        instance.pk, instance.display_name = agent.pk, agent.display_name
        if password:
            instance.first_password = Secret(imported.email, password)  # type: ignore[attr-defined]


class AgentPage(TransferMixin, AddedByVerb):
    resource_classes = (AgentResource,)
    form = AgentForm
    add_form = AddAgentForm
    refusals = (AccountRefused,)
    list_display = ("header", "role_label", "availability_label", "load", "queue_names", "can", "is_active")
    list_filter = ("role", "scope", "is_active", "queues", "skills")
    search_fields = ("display_name", "user__email")
    list_select_related = ("user",)
    fieldsets = (
        (None, {"fields": ("display_name", "email", "is_active", "created_at")}),
        (_("Rights"), {"fields": ("role", "scope")}),
        (_("What they can take"), {"fields": ("capacity", "languages", "skills")}),
    )
    readonly_fields = ("email", "created_at")
    inlines = (QueuesInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return super().get_queryset(request).prefetch_related("queues", "skills").annotate(has_now=has_now())

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[Agent, list[Secret]]:
        agent, password = create_agent(**data, now=timezone.now())
        if not password:
            return agent, []
        hint = gettext("Shown once: hand it over now.")
        return agent, [Secret(gettext("E-mail"), data["email"]), Secret(gettext("Password"), password, hint)]

    def save_model(self, request: HttpRequest, obj: Agent, form: AgentForm, change: bool) -> None:
        obj.save(update_fields=["display_name", "capacity", "languages"])
        change_agent(obj, role=obj.role, is_active=obj.is_active, scope=obj.scope, now=timezone.now())

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Passwords of accounts that the import made are shown once, like that of one that was added."""
        answer = super().process_result(result, request)
        secrets = [row.instance.first_password for row in result if hasattr(row.instance, "first_password")]
        if not secrets:
            return answer
        title = gettext("%(count)s new accounts: hand over their passwords") % {"count": len(secrets)}
        return self.show_page(request, "admin/secrets.html", title, secrets=secrets)

    @display(description=_("agent"), header=True, ordering="display_name")
    def header(self, agent: Agent) -> list[str]:
        return [agent.display_name, agent.user.email, initials_of(agent.display_name)]

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
        names = ", ".join(queue.name for queue in agent.queues.all()) or "–"
        return gettext("only %(queues)s") % {"queues": names} if agent.scope == Agent.Scope.QUEUES else names

    @display(description=_("languages and skills"))
    def can(self, agent: Agent) -> str:
        return ", ".join([*agent.languages, *(skill.name for skill in agent.skills.all())]) or "–"


class AgentAdmin(TriesRules, AgentPage):
    try_text = _(
        "Replays a past day with this agent as above, capacity, languages, skills and queues: what visitors would have "
        "waited, what each agent would have had. Nothing is saved; the answer opens beside this page."
    )

    def change_tried(self, request: HttpRequest, form: AgentForm, rows: list[dict[str, Any]]) -> Change:
        memberships = {row["queue"].pk: row["capacity"] for row in rows}
        return agent_as(form.instance, form.cleaned_data["skills"], memberships)


brand_admin.register(Agent, AgentAdmin)
