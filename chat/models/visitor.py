from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
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
    user_agent = models.CharField(
        _("user agent"), max_length=400, blank=True, default="", db_default="", editable=False
    )
    # The agent who had this visitor's last conversation: sticky routing asks for it.
    last_agent_id = models.UUIDField(null=True, blank=True, editable=False)
    # Set where two turned out to be one person: what this one had belongs to the other now.
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="merged"
    )
    # Set only by chat/blocking.py. Whoever blocked it may be gone: a name.
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True, editable=False)
    blocked_by = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["created_at", "id"], name="visitor_by_time"),
            # Who else has this address or number: asked with every profile that is shown.
            models.Index(Upper("email"), condition=~Q(email=""), name="visitor_by_email"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="visitor_by_phone"),
            # One more stands in migration 0004: `visitor_by_part`, trigrams for search by any part.
        ]

    def __str__(self) -> str:
        return self.name or self.email or gettext("Visitor %(tail)s") % {"tail": str(self.pk)[-4:].upper()}

    @property
    def is_identified(self) -> bool:
        return self.external_id is not None


class PageView(models.Model):
    """A page that the visitor looked at: the trail beside a conversation. Bounded per visitor by its writer."""

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="page_views")
    url = models.CharField(_("page"), max_length=2000)
    title = models.CharField(_("page title"), max_length=300, blank=True)
    viewed_at = models.DateTimeField(_("viewed"))

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        ordering = ("-viewed_at",)
        indexes = [models.Index(fields=["visitor", "-viewed_at"], name="trail_of_visitor")]

    def __str__(self) -> str:
        return self.url


class VisitorNote(models.Model):
    """What agents know about the person, whatever the conversation. Visitors never see it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="notes", verbose_name=_("visitor"))
    # Agents live in the app above this one.
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(_("author"), max_length=80, blank=True)
    text = models.TextField(_("text"), max_length=4000)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("note about a visitor")
        verbose_name_plural = _("notes about visitors")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.text[:60]
