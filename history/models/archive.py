"""The archive: transcripts of closed conversations and the rows of their logs. Written only by history/archive.py."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation


class Transcript(models.Model):
    """The record of a closed conversation in the archive.

    `synced_seq`: rows up to it are in the archive and were compared with the log. `checksum` is that of these rows,
    so that the archive can be checked again when the log is long gone.
    """

    conversation = models.OneToOneField(
        Conversation,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="transcript",
        verbose_name=_("conversation"),
    )
    synced_seq = models.BigIntegerField(default=0)
    checksum = models.CharField(max_length=64)
    closed_at = models.DateTimeField(_("closed"))
    archived_at = models.DateTimeField(_("archived"))

    class Meta:
        verbose_name = _("transcript")
        verbose_name_plural = _("transcripts")
        ordering = ("-closed_at",)

    def __str__(self) -> str:
        return f"{self.conversation_id} · {self.synced_seq}"


class ArchivedMessage(models.Model):
    """A row of an archived conversation's log, column for column that of chat.Message. Never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    transcript = models.ForeignKey(
        Transcript, on_delete=models.CASCADE, related_name="log", db_column="conversation_id", db_index=False
    )
    seq = models.BigIntegerField()
    event = models.CharField(max_length=32)
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(max_length=80, blank=True)
    visibility = models.CharField(max_length=6)
    body = models.JSONField(default=dict)
    client_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("archived message")
        verbose_name_plural = _("archived messages")
        ordering = ("transcript", "seq")
        constraints = [models.UniqueConstraint(fields=["transcript", "seq"], name="one_archived_row_per_seq")]
        indexes = [
            models.Index(
                fields=["author_id", "client_id"], condition=Q(client_id__isnull=False), name="archived_by_client_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event}"
