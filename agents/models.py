"""Who answers: agents, the queues they serve, and who had which conversation."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from tenants.ids import new_id


class Queue(models.Model):
    """Where waiting conversations stand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
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


class Agent(models.Model):
    """What a staff account is in this brand. No row: the brand does not exist for that account."""

    class Role(models.TextChoices):
        AGENT = "agent", _("agent")
        SUPERVISOR = "supervisor", _("supervisor")
        ADMIN = "admin", _("admin")

    class Availability(models.TextChoices):
        ONLINE = "online", _("online")
        AWAY = "away", _("away")
        OFFLINE = "offline", _("offline")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff account")
    )
    display_name = models.CharField(_("display name"), max_length=80)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.AGENT)
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=5, help_text=_("Conversations at once."))
    availability = models.CharField(
        _("availability"), max_length=8, choices=Availability.choices, default=Availability.ONLINE
    )
    is_present = models.BooleanField(_("present"), default=False, editable=False)
    # Since when no connection lives: set and cleared together with `is_present` (agents/presence.py).
    absent_since = models.DateTimeField(_("absent since"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    queues: "models.ManyToManyField[Queue, Membership]" = models.ManyToManyField(
        Queue, through="Membership", related_name="agents", verbose_name=_("queues")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ("display_name",)
        indexes = [models.Index(fields=["absent_since"], condition=Q(absent_since__isnull=False), name="absent_agents")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def effective_availability(self) -> str:
        """What others see: the declared availability while at least one connection lives, otherwise offline."""
        return self.availability if self.is_present and self.is_active else self.Availability.OFFLINE


class Membership(models.Model):
    """An agent serves a queue."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, verbose_name=_("agent"))
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, verbose_name=_("queue"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["agent", "queue"], name="one_membership_per_queue")]

    def __str__(self) -> str:
        return f"{self.agent} · {self.queue}"


class Assignment(models.Model):
    """Agent X had conversation Y from .. to, and why."""

    class EndedReason(models.TextChoices):
        CLOSED = "closed", _("closed")
        RELEASED = "released", _("released")
        TRANSFERRED = "transferred", _("transferred")
        AGENT_ABSENT = "agent_absent", _("agent absent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="assignments")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True, blank=True)
    ended_reason = models.CharField(_("ended by"), max_length=12, choices=EndedReason.choices, blank=True)
    reasons = models.JSONField(_("reasons"), default=dict, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("-started_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(ended_at__isnull=True), name="one_open_assignment_per_conversation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.conversation}"
