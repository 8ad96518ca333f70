"""Automation rules, what they did, and a dry run over past conversations."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.actions import KINDS
from agents.admin.rows import ActionsWidget, ConditionsWidget, RowsField
from agents.admin.words import actions_in_words, conditions_in_words
from agents.automation.nudging import forget_rules
from agents.automation.rules import BadRule, check_rule, save_rule
from agents.models import AutomationRule, RuleRun
from tenants.admin.base import KefuModelAdmin, ReadOnlyAdmin
from tenants.admin.site import brand_admin
from tenants.context import current_tenant


class RuleForm(forms.ModelForm):
    conditions = RowsField(
        label=_("If all of these hold"),
        widget=ConditionsWidget(),
        help_text=_("Without conditions it is always done. Case and width of letters do not count."),
    )
    actions = RowsField(
        label=_("Then do"),
        widget=ActionsWidget(has_agent=False),
        help_text=_("Done in this order. What a rule did starts no rule."),
    )

    class Meta:
        model = AutomationRule
        fields = ("name", "event", "conditions", "actions", "is_active", "position")
        help_texts = {
            "name": _("Agents see it where the rule did something; visitors never do."),
            "position": _("Rules look in this order, smallest first; each sees what those before it did."),
            "is_active": _("Switched on, it looks at what happens from then on. Try it on the past first."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rule = AutomationRule(
            event=data.get("event", ""), conditions=data.get("conditions"), actions=data.get("actions")
        )
        try:
            check_rule(rule)
        except BadRule as refused:
            for field, problems in refused.by_field.items():
                self.add_error(field, problems)
        else:
            data |= {"conditions": rule.conditions, "actions": rule.actions}
        return data


class RuleAdmin(KefuModelAdmin):
    form = RuleForm
    list_display = ("name", "event_label", "if_label", "then_label", "is_active", "run_count", "last_run_at")
    list_filter = ("event", "is_active")
    search_fields = ("name",)
    readonly_fields = ("runs_link", "last_run_at")
    actions = None

    def get_fieldsets(self, request: HttpRequest, obj: AutomationRule | None = None) -> Any:
        so_far = [(_("So far"), {"fields": ("runs_link", "last_run_at")})] if obj else []
        return [
            (None, {"fields": ("name", "event", "conditions", "actions")}),
            (_("Order"), {"fields": ("is_active", "position")}),
            *so_far,
        ]

    def save_model(self, request: HttpRequest, obj: AutomationRule, form: RuleForm, change: bool) -> None:
        save_rule(obj, timezone.now())
        forget_rules(current_tenant())

    @display(description=_("when"), ordering="event")
    def event_label(self, rule: AutomationRule) -> str:
        return rule.get_event_display()

    @display(description=_("if"))
    def if_label(self, rule: AutomationRule) -> str:
        return conditions_in_words(rule.conditions)

    @display(description=_("then"))
    def then_label(self, rule: AutomationRule) -> str:
        return actions_in_words(rule.actions)

    @display(description=_("done"))
    def runs_link(self, rule: AutomationRule) -> SafeString | str:
        if not rule.run_count:
            return gettext("nothing yet")
        address = f"{reverse('admin:agents_rulerun_changelist')}?rule__id__exact={rule.pk}"
        return format_html('<a class="kf-link" href="{}">{}</a>', address, rule.run_count)


class RunAdmin(ReadOnlyAdmin):
    """What rules did: their looks without an act are not shown."""

    list_display = ("ran_at", "rule", "conversation", "what_was_done")
    list_filter = ("rule",)
    search_fields = ("conversation_id",)
    list_select_related = ("rule",)
    fields = ("ran_at", "rule", "conversation", "what_was_done")
    readonly_fields = fields
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(outcome=[])

    @display(description=_("conversation"))
    def conversation(self, run: RuleRun) -> SafeString:
        address = reverse("admin:chat_conversation_change", args=[run.conversation_id])
        return format_html('<a class="kf-link" href="{}">…{}</a>', address, str(run.conversation_id)[-6:])

    @display(description=_("actions"))
    def what_was_done(self, run: RuleRun) -> str:
        return "; ".join(_outcome(one) for one in run.outcome if isinstance(one, dict))


def _outcome(one: dict[str, Any]) -> str:
    if one.get("why") == "loop":
        return gettext("stopped: nobody did anything since it last acted here")
    kind = KINDS.get(str(one.get("do")))
    label = str(kind.label if kind else one.get("do"))
    return (
        label
        if one.get("done")
        else gettext("%(action)s: not done. %(why)s") % {"action": label, "why": one.get("why")}
    )


brand_admin.register(AutomationRule, RuleAdmin)
brand_admin.register(RuleRun, RunAdmin)
