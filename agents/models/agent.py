from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.queue import Queue
from agents.models.skill import Skill
from tenants.ids import new_id


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

    class Scope(models.TextChoices):
        BRAND = "brand", _("the whole brand")
        QUEUES = "queues", _("own queues only")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff account")
    )
    display_name = models.CharField(_("display name"), max_length=80)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.AGENT)
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=5, help_text=_("Conversations at once."))
    languages = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("languages"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Like en, zh-hans. Empty: any."),
    )
    skills: "models.ManyToManyField[Skill, Any]" = models.ManyToManyField(
        Skill, blank=True, related_name="agents", verbose_name=_("skills")
    )
    scope = models.CharField(
        _("sees"),
        max_length=6,
        choices=Scope.choices,
        default=Scope.BRAND,
        db_default=Scope.BRAND,
        help_text=_("Own queues: nothing but conversations that stand there or are assigned to them."),
    )
    availability = models.CharField(
        _("availability"), max_length=8, choices=Availability.choices, default=Availability.ONLINE
    )
    # Since when others see what they see: the board shows it.
    availability_since = models.DateTimeField(null=True, blank=True, editable=False)
    is_present = models.BooleanField(_("present"), default=False, editable=False)
    # Since when no connection lives: set and cleared together with `is_present` (agents/presence.py).
    absent_since = models.DateTimeField(_("absent since"), null=True, blank=True, editable=False)
    # Since when the agent has had nothing to do, and when routing last gave them something: longest idle, in turn.
    idle_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_assigned_at = models.DateTimeField(null=True, blank=True, editable=False)
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
        return self.seen_as(self.availability, is_there=self.is_present and self.is_active)

    @classmethod
    def seen_as(cls, availability: str, *, is_there: bool) -> str:
        return availability if is_there else cls.Availability.OFFLINE.value


class Membership(models.Model):
    """An agent serves a queue."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, verbose_name=_("agent"))
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, verbose_name=_("queue"))
    capacity = models.PositiveSmallIntegerField(
        _("capacity in this queue"), null=True, blank=True, help_text=_("Empty: the agent's own.")
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["agent", "queue"], name="one_membership_per_queue")]

    def __str__(self) -> str:
        return f"{self.agent} · {self.queue}"
