import secrets
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


def make_identity_secret() -> str:
    return secrets.token_urlsafe(32)


def validate_origins(value: object) -> None:
    """Each entry is `https://host[:port]` without a path, or the single entry `*`."""
    if not isinstance(value, list) or not all(isinstance(origin, str) for origin in value):
        raise ValidationError(_("Give a list of origins."))
    for origin in value:
        if origin != "*" and not is_origin(origin):
            raise ValidationError(
                _("%(origin)s is not an origin like https://shop.example.com."), params={"origin": origin}
            )


def is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and text == f"{parts.scheme}://{parts.netloc}".lower()
    )


class Widget(models.Model):
    """One embed of the chat: where it may run, how it greets."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    public_key = models.CharField(_("publishable key"), max_length=64, unique=True, editable=False)
    allowed_origins = models.JSONField(
        _("allowed origins"),
        default=list,
        blank=True,
        validators=[validate_origins],
        help_text=_('For example ["https://shop.example.com"]. Empty: only the brand\'s own hosts. ["*"]: any site.'),
    )
    allow_apps = models.BooleanField(
        _("allow apps"), default=False, help_text=_("Accept clients that send no Origin, such as mobile apps.")
    )
    greeting_en = models.CharField(_("greeting (English)"), max_length=300, blank=True)
    greeting_zh = models.CharField(_("greeting (Chinese)"), max_length=300, blank=True)
    launcher_label = models.CharField(_("launcher label"), max_length=40, blank=True)
    theme = models.JSONField(_("theme"), default=dict, blank=True)
    identity_secret = models.CharField(max_length=64, default=make_identity_secret, editable=False)
    enforce_identity = models.BooleanField(
        _("enforce identity"), default=False, help_text=_("Refuse visitors without a valid identity token.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("widget")
        verbose_name_plural = _("widgets")
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.name
