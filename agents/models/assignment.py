from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models.agent import Agent
from chat.models import Conversation
from tenants.ids import new_id


class Assignment(models.Model):
    """Agent X had conversation Y from .. to, and why."""

    class EndedReason(models.TextChoices):
        CLOSED = "closed", _("closed")
        RELEASED = "released", _("released")
        TRANSFERRED = "transferred", _("transferred")
        AGENT_ABSENT = "agent_absent", _("agent absent")
        AGENT_SILENT = "agent_silent", _("agent silent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="assignments")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    ended_reason = models.CharField(_("ended by"), max_length=12, choices=EndedReason.choices, blank=True)
    queue_id = models.UUIDField(null=True, blank=True)
    # {"by": "take" | "transfer" | "routing" | "rule", …}; routing explains itself whole (docs/routing.md).
    reasons = models.JSONField(_("reasons"), default=dict, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("-started_at",)
        indexes = [
            models.Index(fields=["agent"], condition=Q(ended_at__isnull=True), name="open_assignments_of_agent"),
            models.Index(fields=["agent", "-started_at"], name="assignments_of_agent"),
            models.Index(fields=["ended_at"], name="assignments_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(ended_at__isnull=True), name="one_open_assignment_per_conversation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.conversation}"
