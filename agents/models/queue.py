from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.calendar import Calendar
from agents.models.sla import SlaPolicy
from tenants.ids import new_id


class Queue(models.Model):
    """Where waiting conversations stand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Strategy(models.TextChoices):
        LEAST_LOADED = "least_loaded", _("least loaded")
        ROUND_ROBIN = "round_robin", _("in turn")
        LONGEST_IDLE = "longest_idle", _("longest idle")
        MANUAL = "manual", _("agents take themselves")

    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(_("default"), default=False, help_text=_("New conversations stand here."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    take_back_seconds = models.PositiveIntegerField(
        _("take conversations back after (seconds)"),
        null=True,
        blank=True,
        default=120,
        # A reload takes seconds, and after Redis lost its leases everybody looks absent for up to ten.
        validators=[MinValueValidator(30)],
        help_text=_("When their agent's connection is gone for so long, they wait again. At least 30. Empty: never."),
    )
    strategy = models.CharField(
        _("who gets the next conversation"),
        max_length=12,
        choices=Strategy.choices,
        default=Strategy.MANUAL,
        db_default=Strategy.MANUAL,
        help_text=_("Least loaded: by the share of their capacity that is taken."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=10,
        db_default=10,
        help_text=_("Conversations of a queue with a higher number are assigned first."),
    )
    capacity = models.PositiveIntegerField(
        _("conversations at once, in this queue"), null=True, blank=True, help_text=_("Empty: no limit of its own.")
    )
    skills: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "Skill",
        blank=True,
        related_name="queues",
        verbose_name=_("skills"),
        help_text=_("What an agent must be able to do to get a conversation of this queue."),
    )
    matches_language = models.BooleanField(
        _("match the visitor's language"), default=True, db_default=True, help_text=_("Agents who speak it come first.")
    )
    relax_after_seconds = models.PositiveIntegerField(
        _("drop skills and language after (seconds)"),
        null=True,
        blank=True,
        default=120,
        help_text=_("Whoever waited for so long goes to anybody in the queue. Empty: never."),
    )
    sticky_seconds = models.PositiveIntegerField(
        _("wait for the last agent (seconds)"),
        null=True,
        blank=True,
        help_text=_("A returning visitor waits so long for the agent of last time. 0: only if free now. Empty: never."),
    )
    max_waiting_count = models.PositiveIntegerField(
        _("longest queue"),
        null=True,
        blank=True,
        help_text=_("With so many waiting, further visitors are asked to leave a message. Empty: no limit."),
    )
    max_waiting_seconds = models.PositiveIntegerField(
        _("longest wait (seconds)"),
        null=True,
        blank=True,
        help_text=_("After it, visitors are offered to leave a message. Empty: no limit."),
    )
    overflow_queue = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("overflow to")
    )
    overflow_after_seconds = models.PositiveIntegerField(_("overflow after (seconds)"), null=True, blank=True)
    silent_seconds = models.PositiveIntegerField(
        _("take conversations back from a silent agent after (seconds)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30)],
        help_text=_("When the visitor's message stays unanswered for so long. At least 30. Empty: never."),
    )
    fair_share_count = models.PositiveSmallIntegerField(
        _("fair share: at most (conversations)"), null=True, blank=True, help_text=_("New ones for each agent …")
    )
    fair_share_minutes = models.PositiveSmallIntegerField(
        _("fair share: within (minutes)"), null=True, blank=True, help_text=_("… in so many minutes.")
    )
    answer_seconds = models.PositiveIntegerField(
        _("answer within (seconds)"),
        default=300,
        db_default=300,
        validators=[MinValueValidator(1)],
        help_text=_("The clock in the console turns amber at half of it and red at its end."),
    )
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("business hours"),
        help_text=_("Empty: always open."),
    )
    sla = models.ForeignKey(
        SlaPolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="queues", verbose_name=_("SLA policy")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_queue")
        ]

    def __str__(self) -> str:
        return self.name
