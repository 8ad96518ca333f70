from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


class AutomationRule(models.Model):
    """When `event` happens and all conditions hold, the actions are done. What a rule did starts no rule."""

    class Event(models.TextChoices):
        CONVERSATION_CREATED = "conversation.created", _("a conversation begins")
        MESSAGE_CREATED = "message.created", _("a visitor writes")
        CONVERSATION_ASSIGNED = "conversation.assigned", _("a conversation is assigned")
        CONVERSATION_CLOSED = "conversation.closed", _("a conversation is closed")
        CONVERSATION_RATED = "conversation.rated", _("a visitor rates")
        SLA_BREACHED = "sla.breached", _("an SLA target is breached")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    event = models.CharField(_("when"), max_length=32, choices=Event.choices)
    # [{"field": "visitor.locale", "is": "equal", "value": "zh-hans"}, …]: agents/automation says which there are.
    conditions = models.JSONField(_("if all of these hold"), default=list, blank=True)
    # [{"do": "queue.set", "queue": id}, …]: agents/actions says which there are.
    actions = models.JSONField(_("then do"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Rows of logs that are older are not looked at: a rule begins when it is switched on.
    active_since = models.DateTimeField(null=True, blank=True, editable=False)
    run_count = models.PositiveIntegerField(_("done"), default=0, editable=False)
    last_run_at = models.DateTimeField(_("last done"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("automation rule")
        verbose_name_plural = _("automation rules")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class RuleRun(models.Model):
    """A rule looked at one row of a log, once: running a task twice is harmless, and what was done is kept."""

    rule = models.ForeignKey(AutomationRule, on_delete=models.CASCADE, related_name="runs")
    conversation_id = models.UUIDField()
    # Of the row; below zero for a broken deadline, which has no row (agents/automation/deadlines.py).
    seq = models.BigIntegerField()
    # [{"do": …, "done": true} …], empty where the conditions did not hold.
    outcome = models.JSONField(default=list)
    ran_at = models.DateTimeField(_("ran"))

    class Meta:
        verbose_name = _("run of a rule")
        verbose_name_plural = _("runs of rules")
        ordering = ("-ran_at",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "conversation_id", "seq"], name="one_run_per_rule_and_row")
        ]
        indexes = [
            models.Index(fields=["conversation_id"], name="rule_runs_of_conversation"),
            models.Index(fields=["ran_at"], name="rule_runs_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.conversation_id}"


class AutomationPosition(models.Model):
    """One row: up to when the sweep has looked through the brand's logs."""

    looked_until = models.DateTimeField(_("looked until"))

    class Meta:
        verbose_name = _("position of automation")
        verbose_name_plural = _("positions of automation")

    def __str__(self) -> str:
        return str(self.looked_until)
