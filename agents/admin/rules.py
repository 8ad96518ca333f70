"""Automation rules, what they did, and a dry run over past conversations."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from agents.actions import KINDS
from agents.admin.rows import ActionsWidget, ConditionsWidget, RowsField
from agents.admin.words import actions_in_words, conditions_in_words
from agents.automation.dry_run import MAX_DAYS, MAX_MATCHES, action_problems, count_conversations, match_as_json, walk
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
        labels = {"event": _("When this happens")}
        help_texts = {
            "name": _("Agents see it where the rule did something; visitors never do."),
            "event": _("The rule looks each time this happens; the conditions say which times it is for."),
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
    actions_detail = ("try_it",)

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

    def get_urls(self) -> list[Any]:
        address = "<path:object_id>/dry-run-step/"
        step = path(address, self.admin_site.admin_view(self.dry_run_step), name="agents_automationrule_dry_run_step")
        return [step, *super().get_urls()]

    @action(description=_("Try it on the past"), icon="history_toggle_off")
    def try_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A page that asks for one step after the other; it only reads, so it is a GET."""
        rule = self._viewable(request, object_id)
        if rule is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        days = _days(request)
        step = reverse("admin:agents_automationrule_dry_run_step", args=[rule.pk])
        context: dict[str, Any] = {
            "rule": rule,
            "conditions": conditions_in_words(rule.conditions),
            "actions": actions_in_words(rule.actions),
            "problems": action_problems(rule),
            "replies": any(one.get("do") == "reply.send" for one in rule.actions),
            "days": days,
            "is_running": True,
            "total": count_conversations(days=days, now=timezone.now()),
            "address": f"{step}?days={days}",
            "link": reverse("admin:chat_conversation_change", args=[UUID(int=0)]),
            "back": reverse("admin:agents_automationrule_change", args=[rule.pk]),
        }
        return self.show_page(request, "admin/dry_run.html", gettext("Dry run"), **context)

    def dry_run_step(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = self._viewable(request, object_id)
        if rule is None:
            raise Http404
        steps = walk(rule, days=_days(request), now=timezone.now(), after=_after(request))
        step = next(steps, None)
        if step is None:
            done = {"after": "", "looked_through": 0, "looked_at": 0, "matched": 0, "conversations_matched": 0}
            return JsonResponse({**done, "matches": []})
        return JsonResponse(
            {
                "after": str(step.last),
                "looked_through": step.looked_through,
                "looked_at": step.looked_at,
                "matched": len(step.matches),
                "conversations_matched": len({match.conversation_id for match in step.matches}),
                "matches": [match_as_json(match) for match in step.matches[:MAX_MATCHES]],
            }
        )

    def _viewable(self, request: HttpRequest, object_id: str) -> AutomationRule | None:
        rule: AutomationRule | None = self.get_object(request, object_id)
        if rule is not None and not self.has_view_permission(request, rule):
            raise PermissionDenied
        return rule

    @display(description=_("event"), ordering="event")
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


def _days(request: HttpRequest) -> int:
    text = request.GET.get("days", "")
    return min(max(int(text), 1), MAX_DAYS) if text.isdecimal() and len(text) < 6 else 7


def _after(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


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
