"""Skills: what only some agents can do, and who can."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.models import Agent, Queue, Skill
from tenants.admin.base import KefuInline, KefuModelAdmin
from tenants.admin.site import brand_admin


class HolderForm(forms.ModelForm):
    class Meta:
        model = Agent.skills.through
        fields = ("agent",)
        help_texts = {"agent": _("Gets conversations that need it, in the queues that they serve.")}


class NeedForm(forms.ModelForm):
    class Meta:
        model = Queue.skills.through
        fields = ("queue",)
        help_texts = {"queue": _("Its conversations go to agents who have it, until the queue drops skills.")}


class SkillForm(forms.ModelForm):
    class Meta:
        model = Skill
        fields = ("name",)
        help_texts = {"name": _("For example Refunds: what only some agents can do.")}


class HolderInline(KefuInline):
    model = Agent.skills.through
    form = HolderForm
    verbose_name = _("agent")
    verbose_name_plural = _("agents who have it")


class NeedInline(KefuInline):
    model = Queue.skills.through
    form = NeedForm
    verbose_name = _("queue")
    verbose_name_plural = _("queues that need it")


class SkillAdmin(KefuModelAdmin):
    form = SkillForm
    list_display = ("name", "holders", "needs")
    search_fields = ("name",)
    inlines = (HolderInline, NeedInline)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        can = Count("agents", filter=Q(agents__is_active=True), distinct=True)
        return super().get_queryset(request).annotate(can=can).prefetch_related("queues")

    @display(description=_("agents who have it"), ordering="can")
    def holders(self, skill: Any) -> int:
        return int(skill.can)

    @display(description=_("queues that need it"))
    def needs(self, skill: Any) -> str:
        return ", ".join(queue.name for queue in skill.queues.all()) or "–"


brand_admin.register(Skill, SkillAdmin)
