from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.models.conversation import Conversation
from tenants.ids import new_id


class Message(models.Model):
    """A row of a conversation's log: a message, a note, an event. Inserted only by chat/message_log."""

    class AuthorKind(models.TextChoices):
        VISITOR = "visitor", _("visitor")
        AGENT = "agent", _("agent")
        BOT = "bot", _("bot")
        SYSTEM = "system", _("system")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        NOTE = "note", _("note")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="log")
    seq = models.BigIntegerField()
    event = models.CharField(_("event"), max_length=32)
    author_kind = models.CharField(_("author"), max_length=10, choices=AuthorKind.choices)
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(_("author name"), max_length=80, blank=True)
    visibility = models.CharField(_("visibility"), max_length=6, choices=Visibility.choices, default=Visibility.PUBLIC)
    body = models.JSONField(default=dict)
    client_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("conversation", "seq")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="one_row_per_seq"),
            models.UniqueConstraint(
                fields=["author_id", "client_id"], condition=Q(client_id__isnull=False), name="one_row_per_client_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event}"
