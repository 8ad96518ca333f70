"""What lives in the `public` schema: brands, their host names, staff accounts, keys. See docs/tenancy.md."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id

if TYPE_CHECKING:
    # django-tenants has no types: this is what we use of its base classes.
    class TenantMixin(models.Model):
        schema_name = models.CharField(max_length=63, unique=True)

        class Meta:
            abstract = True

    class DomainMixin(models.Model):
        domain = models.CharField(max_length=253, unique=True)
        tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="domains")
        is_primary = models.BooleanField(default=True)

        class Meta:
            abstract = True
else:
    from django_tenants.models import DomainMixin, TenantMixin

validate_slug = RegexValidator(
    r"^[a-z][a-z0-9-]{0,39}$", _("Use lower-case letters, digits and hyphens; start with a letter.")
)
validate_colour = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Use a colour like #2563eb."))


class Tenant(TenantMixin):
    """One brand. Its schema is made and dropped by tenants/provisioning.py, never by saving or deleting the row."""

    auto_create_schema = False

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")

    class Locale(models.TextChoices):
        ENGLISH = "en", "English"
        CHINESE = "zh-hans", "简体中文"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(_("slug"), max_length=40, unique=True, validators=[validate_slug])
    name = models.CharField(_("name"), max_length=80)
    accent = models.CharField(_("accent colour"), max_length=7, default="#2563eb", validators=[validate_colour])
    locale = models.CharField(_("language"), max_length=8, choices=Locale.choices, default=Locale.ENGLISH)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    epoch = models.UUIDField(
        _("epoch"), default=new_id, editable=False, help_text=_("Changes only on restore or import.")
    )
    idle_close_minutes = models.PositiveIntegerField(
        _("close idle conversations after (minutes)"), default=1440, help_text=_("0: never.")
    )
    archive_after_days = models.PositiveIntegerField(_("archive closed conversations after (days)"), default=30)
    reopen_hours = models.PositiveIntegerField(
        _("a visitor's message reopens a closed conversation for (hours)"), default=24
    )
    edit_minutes = models.PositiveIntegerField(
        _("messages can be edited and recalled for (minutes)"),
        default=15,
        help_text=_("By whoever wrote them, while the conversation is open. 0: never."),
    )
    total_capacity = models.PositiveIntegerField(
        _("conversations at once, all agents together"),
        null=True,
        blank=True,
        help_text=_("Routing assigns no more than this. Empty: as many as the agents can have."),
    )
    shows_typing_preview = models.BooleanField(
        _("agents see what visitors are writing"),
        default=False,
        db_default=False,
        help_text=_("Before it is sent. Visitors are told so in the widget."),
    )
    asks_for_rating = models.BooleanField(
        _("ask visitors for a rating"), default=True, db_default=True, help_text=_("When a conversation was closed.")
    )
    mails_answers = models.BooleanField(
        _("mail answers to left messages"),
        default=True,
        db_default=True,
        help_text=_("While the visitor is away, and where the installation has a mail server."),
    )
    mail_from = models.EmailField(
        _("mail sender"),
        blank=True,
        default="",
        db_default="",
        help_text=_("The address that mail to visitors comes from. Empty: the installation's own."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE


class Domain(DomainMixin):
    """A host name that belongs to a brand, lower case, without port."""

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")

    def __str__(self) -> str:
        return self.domain


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_installation_admin=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A staff account: one login for all brands. What it may do in a brand is said by that brand's Agent row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("active"), default=True)
    is_installation_admin = models.BooleanField(
        _("installation admin"),
        default=False,
        help_text=_("May create brands and accounts. Gives no access inside a brand."),
    )
    locale = models.CharField(_("language"), max_length=8, blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("staff account")
        verbose_name_plural = _("staff accounts")
        ordering = ("email",)

    def __str__(self) -> str:
        return self.name or self.email

    # The admin asks for these; all answers come from the authentication backends, which know the current brand.
    @property
    def is_staff(self) -> bool:
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return self.is_active and any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    def has_perms(self, perms: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(
            backend.has_module_perms(self, app_label)
            for backend in get_backends()
            if hasattr(backend, "has_module_perms")
        )

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key and the brand it opens. Only a hash is kept; the key itself is shown once, when it is made."""

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable", _("publishable")
        SECRET = "secret", _("secret")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("brand"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
