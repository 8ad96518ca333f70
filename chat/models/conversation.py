from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.visitor import Visitor
from chat.models.widget import Widget
from tenants.ids import new_id

# What changed later than anything happened in it.
TOUCHED = Q(touched_at__gt=F("active_at"))
# Polls look back further than this (OVERLAP_SECONDS): what changes so soon after a message they find by the message.
SOON = timedelta(seconds=2)


class Conversation(models.Model):
    """One matter of one visitor: `waiting -> assigned -> closed`.

    `last_seq` and the columns about the last message belong to chat/message_log and are written with the log's row.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ASSIGNED = "assigned", _("assigned")
        CLOSED = "closed", _("closed")

    class CloseReason(models.TextChoices):
        AGENT = "agent", _("closed by an agent")
        VISITOR = "visitor", _("closed by the visitor")
        IDLE = "idle", _("idle")
        API = "api", _("closed through the API")
        RULE = "rule", _("closed by a rule")
        MERGED = "merged", _("merged with another of the same person")

    class Priority(models.IntegerChoices):
        LOW = 1, _("low")
        NORMAL = 2, _("normal")
        HIGH = 3, _("high")
        URGENT = 4, _("urgent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visitor = models.ForeignKey(
        Visitor, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("visitor")
    )
    widget = models.ForeignKey(Widget, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("widget"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    close_reason = models.CharField(_("close reason"), max_length=10, choices=CloseReason.choices, blank=True)
    # Queue and agent live in the app above this one: ids and names are kept here, no foreign keys point upwards.
    queue_id = models.UUIDField(null=True, blank=True)
    queue_name = models.CharField(_("queue"), max_length=80, blank=True)
    assignee_id = models.UUIDField(null=True, blank=True)
    assignee_name = models.CharField(_("agent"), max_length=80, blank=True)
    # What routing looks at besides the queue: who writes in which language, what it takes to answer, how urgent it is.
    language = models.CharField(_("language"), max_length=8, blank=True, default="", db_default="")
    skill_ids = ArrayField(models.UUIDField(), default=list, db_default=[], blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    # Written while nobody could answer (outside hours, or the queue was too long): answered later, never hurried.
    left_message = models.BooleanField(_("left message"), default=False, db_default=False)
    tag_ids = ArrayField(models.UUIDField(), default=list, db_default=[], blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    last_seq = models.BigIntegerField(default=0)
    last_message_preview = models.CharField(_("last message"), max_length=160, blank=True)
    last_message_at = models.DateTimeField(_("last message at"), null=True, blank=True)
    last_author_kind = models.CharField(max_length=10, blank=True)
    last_author_name = models.CharField(max_length=80, blank=True)
    unread_count = models.PositiveIntegerField(_("unread"), default=0)
    visitor_read_seq = models.BigIntegerField(default=0)
    agent_read_seq = models.BigIntegerField(default=0)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    # Since when it stands in its present queue: overflow moves it on and starts this anew, `waiting_since` stays.
    queued_at = models.DateTimeField(_("in this queue since"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    first_reply_at = models.DateTimeField(_("first reply"), null=True, blank=True)
    # The visitor's first message that nobody has answered yet; kept by chat/message_log with the log's rows.
    awaiting_reply_since = models.DateTimeField(_("awaits a reply since"), null=True, blank=True)
    # Deadlines in business time, made by agents/sla from the queue's policy; None: none applies.
    reply_due_at = models.DateTimeField(_("reply due"), null=True, blank=True)
    resolve_due_at = models.DateTimeField(_("resolution due"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # Set by history/ when the log has moved to the archive: such a conversation is read there and never reopened.
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # When anything last happened: what lists sort by and the idle sweep looks at.
    active_at = models.DateTimeField(_("last activity"), default=timezone.now)
    # When it last changed without anything happening (a tag, a deadline); whoever asks what changed looks at both.
    touched_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ("-active_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["visitor"], condition=~Q(status="closed"), name="one_open_conversation_per_visitor"
            ),
            models.CheckConstraint(
                condition=Q(status="assigned", assignee_id__isnull=False) | ~Q(status="assigned"),
                name="assigned_has_agent",
            ),
        ]
        indexes = [
            models.Index(fields=["-active_at", "-id"], condition=~Q(status="closed"), name="open_by_activity"),
            models.Index(fields=["-active_at", "-id"], condition=Q(status="closed"), name="closed_by_activity"),
            models.Index(fields=["assignee_id", "-active_at"], condition=Q(status="assigned"), name="open_by_agent"),
            models.Index(fields=["waiting_since"], condition=Q(status="waiting"), name="waiting_by_time"),
            models.Index(
                fields=["closed_at"], condition=Q(status="closed", archived_at__isnull=True), name="to_archive"
            ),
            models.Index(fields=["created_at", "id"], name="conversation_by_time"),
            models.Index(fields=["queue_id", "queued_at"], condition=Q(status="waiting"), name="waiting_by_queue"),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="snoozed_conversations"
            ),
            models.Index(
                fields=["awaiting_reply_since"],
                condition=Q(awaiting_reply_since__isnull=False) & ~Q(status="closed"),
                name="awaiting_reply",
            ),
            # What the idle sweep may close. A visitor's message takes its conversation out, an answer puts it in again.
            models.Index(
                fields=["active_at", "id"],
                condition=Q(snoozed_until__isnull=True, awaiting_reply_since__isnull=True) & ~Q(status="closed"),
                name="may_fall_idle",
            ),
            models.Index(fields=["active_at", "id"], condition=Q(left_message=True), name="left_messages"),
            models.Index(fields=["reply_due_at"], condition=Q(reply_due_at__isnull=False), name="reply_deadlines"),
            models.Index(fields=["visitor", "-created_at"], name="by_visitor_and_time"),
            GinIndex(fields=["tag_ids"], name="conversations_by_tag"),
            # Those of which `active_at` does not tell. The next message takes its conversation out again and adds
            # nothing here: writing messages costs what it did.
            models.Index(fields=["touched_at", "id"], condition=TOUCHED, name="touched_conversations"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor} · {self.get_status_display()}"

    def touch(self, now: datetime) -> list[str]:
        """Note that the row changes though nothing happened; returns the columns to save with it.

        What follows each message (it is read, it has a deadline) stays the cheap write it was: no index holds it.
        """
        if now - self.active_at < SOON:
            return []
        # A sweep's `now` may be long ago, and who polls asks from a few seconds before the last answer on.
        self.touched_at = max(now, timezone.now())
        return ["touched_at"]

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED
