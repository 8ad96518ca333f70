from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


class Visitor(models.Model):
    """The person who asks. `external_id` is set only from a verified identity token or by a secret key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    external_id = models.CharField(_("external id"), max_length=200, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    locale = models.CharField(_("language"), max_length=8, blank=True)
    # Part of every token of this visitor: raising it makes all of them worthless (log-out, identification).
    token_generation = models.PositiveIntegerField(default=0, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    page_url = models.CharField(_("page"), max_length=2000, blank=True, editable=False)
    page_title = models.CharField(_("page title"), max_length=300, blank=True, editable=False)
    referrer = models.CharField(_("referrer"), max_length=2000, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        ordering = ("-created_at",)
        indexes = [models.Index(fields=["created_at", "id"], name="visitor_by_time")]

    def __str__(self) -> str:
        return self.name or self.email or gettext("Visitor %(tail)s") % {"tail": str(self.pk)[-4:]}

    @property
    def is_identified(self) -> bool:
        return self.external_id is not None
