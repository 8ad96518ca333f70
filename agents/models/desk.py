"""What the desk keeps for its agents: views, drafts, mentions."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.agent import Agent
from chat.models import Conversation
from tenants.ids import new_id


class SavedView(models.Model):
    """A named set of filters over the inbox: one agent's, or everybody's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        Agent,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("agent"),
        help_text=_("Empty: everybody."),
    )
    # The same names and values as the query of GET agent/conversations: {"status": ["waiting"], "tag": [id], …}.
    filters = models.JSONField(_("filters"), default=dict)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["name", "owner"], nulls_distinct=False, name="one_view_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class DraftReply(models.Model):
    """What an agent has written and not sent yet; there on every device."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("reply")
        NOTE = "note", _("note")

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.MESSAGE)
    text = models.TextField(max_length=4000)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["agent", "conversation", "kind"], name="one_draft_per_kind")]

    def __str__(self) -> str:
        return f"{self.agent} · {self.conversation_id}"


class Mention(models.Model):
    """An agent was named in a note, and has seen it or not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="mentions")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    by_name = models.CharField(max_length=80)
    text = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ("-created_at",)
        constraints = [models.UniqueConstraint(fields=["agent", "conversation", "seq"], name="one_mention_per_note")]
        indexes = [models.Index(fields=["agent"], condition=Q(seen_at__isnull=True), name="unseen_mentions")]

    def __str__(self) -> str:
        return f"@{self.agent} · {self.conversation_id}"
