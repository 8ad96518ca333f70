from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models.agent import Agent
from agents.models.queue import Queue
from tenants.ids import new_id


class CannedReply(models.Model):
    """A text that agents put in with `/` and its shortcut. For the brand, for one queue, or one's own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shortcut = models.CharField(_("shortcut"), max_length=40, help_text=_("What is typed after “/”."))
    title = models.CharField(_("title"), max_length=80)
    queue = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("queue"),
        help_text=_("Empty: all queues."),
    )
    owner = models.ForeignKey(
        Agent,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("agent"),
        help_text=_("Empty: everybody."),
    )
    # {"en": "Hello {{visitor.name}}", "zh-hans": "…"}: at least one; variables are those of agents/variables.py.
    texts = models.JSONField(_("texts"), default=dict)
    # Of chat.File: sent along.
    file_ids = ArrayField(models.UUIDField(), default=list, db_default=[], blank=True, verbose_name=_("files"))
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ("shortcut",)
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut", "queue", "owner"], nulls_distinct=False, name="one_canned_reply_per_shortcut"
            ),
            models.CheckConstraint(
                condition=Q(queue__isnull=True) | Q(owner__isnull=True), name="canned_reply_has_one_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class Macro(models.Model):
    """Several actions by one key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        Agent,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("agent"),
        help_text=_("Empty: everybody."),
    )
    # [{"do": "tag.add", "tag": id}, …]: the same actions that rules have (agents/actions).
    actions = models.JSONField(_("actions"), default=list)
    # Behind M in the console. Without one the place in the list is the key, which moves with the list.
    key = models.CharField(
        _("key"),
        max_length=1,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[a-z0-9]$", _("One letter from a to z, or one digit."))],
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ("position", "name")
        constraints = [
            models.UniqueConstraint(fields=["name", "owner"], nulls_distinct=False, name="one_macro_per_name"),
            models.UniqueConstraint(
                fields=["key", "owner"],
                condition=~Q(key=""),
                nulls_distinct=False,
                name="one_macro_per_key",
                violation_error_message=_("Another macro has this key."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
