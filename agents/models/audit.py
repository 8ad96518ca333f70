from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


class AuditEntry(models.Model):
    """A privileged act, or one that was refused. Written by agents/audit.py only, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(_("when"))
    # Of tenants.User; the name is kept as it was.
    actor_id = models.UUIDField(null=True, blank=True)
    actor_name = models.CharField(_("who"), max_length=80, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    action = models.CharField(_("what"), max_length=64)
    object_type = models.CharField(_("kind"), max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(_("which"), max_length=200, blank=True)
    # {"field": [before, after]}: never texts of messages, passwords, tokens or keys.
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    is_refused = models.BooleanField(_("refused"), default=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-at", "-id")
        indexes = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_name}"
