from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models.calendar import Calendar
from chat.models import Conversation
from tenants.ids import new_id


class SlaPolicy(models.Model):
    """How soon a queue promises to answer, in minutes of its calendar's business time (of clock time without one)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("business hours"), related_name="+"
    )
    first_minutes = models.PositiveIntegerField(
        _("first reply within (minutes)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    next_minutes = models.PositiveIntegerField(
        _("next replies within (minutes)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    resolution_minutes = models.PositiveIntegerField(
        _("resolved within (minutes)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SlaTarget(models.Model):
    """One promise for one conversation: by when, and when it was kept. Kept after `due_at` or not at all: broken."""

    class Kind(models.TextChoices):
        FIRST = "first", _("first reply")
        NEXT = "next", _("next reply")
        RESOLUTION = "resolution", _("resolution")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sla_targets")
    kind = models.CharField(_("SLA target"), max_length=10, choices=Kind.choices)
    queue_id = models.UUIDField(null=True, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(_("from"))
    due_at = models.DateTimeField(_("due"))
    met_at = models.DateTimeField(_("met at"), null=True, blank=True)
    breached_at = models.DateTimeField(_("breached at"), null=True, blank=True)

    class Meta:
        verbose_name = _("SLA target")
        verbose_name_plural = _("SLA targets")
        ordering = ("-due_at",)
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind", "started_at"], name="one_target_per_start")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(met_at__isnull=True, breached_at__isnull=True),
                name="open_sla_targets",
            ),
            # Reports ask which were settled since the last time, the board how many were broken today.
            models.Index(fields=["met_at"], condition=models.Q(met_at__isnull=False), name="kept_sla_targets"),
            models.Index(
                fields=["breached_at"], condition=models.Q(breached_at__isnull=False), name="broken_sla_targets"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.due_at}"
