"""What an installation admin sees: brands, host names, accounts, sign-in attempts. Nothing from inside a brand."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from tenants.accounts import AccountRefused, change_account, create_account, reset_password
from tenants.addresses import address_at, primary_host
from tenants.admin.base import AddedByVerb, ReadOnlyAdmin, Secret, confirmed
from tenants.admin.brand import HistoryAdmin
from tenants.admin.brand_form import HELP, BrandFormBase
from tenants.admin.site import installation_admin
from tenants.hosts import forget_hosts
from tenants.leftovers import LeftoversRemain
from tenants.models import Domain, Tenant, User
from tenants.provisioning import (
    BrandRefused,
    activate_brand,
    add_domain,
    create_brand,
    delete_brand,
    suspend_brand,
)


class AddBrandForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=HELP["name"])
    slug = forms.CharField(
        label=_("slug"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Short name in addresses and in the database; it cannot be changed later."),
    )
    domains = forms.CharField(
        label=_("host name"),
        max_length=253,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Where the brand answers, for example chat.example.com."),
    )
    accent = forms.CharField(
        label=_("accent colour"), initial="#2563eb", widget=UnfoldAdminColorInputWidget, help_text=HELP["accent"]
    )
    locale = forms.ChoiceField(
        label=_("language"),
        choices=Tenant.Locale.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=HELP["locale"],
    )
    admin_email = forms.EmailField(
        label=_("e-mail"), widget=UnfoldAdminEmailInputWidget, help_text=_("They sign in with it.")
    )
    admin_name = forms.CharField(
        label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=_("Visitors see it.")
    )


class BrandForm(BrandFormBase):
    class Meta:
        model = Tenant
        fields = (
            "name",
            "accent",
            "locale",
            "idle_close_minutes",
            "reopen_hours",
            "edit_minutes",
            "archive_after_days",
        )
        widgets = {"accent": UnfoldAdminColorInputWidget}
        help_texts = HELP


class TenantAdmin(AddedByVerb):
    form = BrandForm
    add_form = AddBrandForm
    add_fields = (
        (_("Brand"), {"fields": ("name", "slug", "domains", "accent", "locale")}),
        (
            _("First admin"),
            {
                "fields": ("admin_name", "admin_email"),
                "description": _("An account that exists already keeps its password."),
            },
        ),
    )
    refusals = (BrandRefused, AccountRefused)
    list_display = ("name_with_colour", "state", "hosts", "locale", "created_at")
    list_filter = ("status", "locale")
    search_fields = ("name", "slug", "domains__domain")
    readonly_fields = ("slug", "schema_name", "status", "created_at")
    fieldsets = (
        (_("Brand"), {"fields": ("name", "slug", "status", "accent", "locale", "schema_name", "created_at")}),
        (_("Conversations"), {"fields": ("idle_close_minutes", "reopen_hours", "edit_minutes", "archive_after_days")}),
    )
    actions = None
    actions_detail = ("suspend", "activate", "remove")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).prefetch_related("domains")

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False  # deleting is the confirmed action below: a brand is more than its row

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[Tenant, list[Secret]]:
        now = timezone.now()
        tenant = create_brand(
            slug=data["slug"],
            name=data["name"],
            domains=[data["domains"]],
            accent=data["accent"],
            locale=data["locale"],
            now=now,
        )
        # What an agent is lies above this app: the settings say how a brand gets its first one.
        create_first_admin = import_string(settings.BRAND_FIRST_ADMIN)
        password = create_first_admin(tenant, email=data["admin_email"], name=data["admin_name"], now=now)
        address = address_at(request, primary_host(tenant), "/console/")
        secrets = [Secret(gettext("Console"), address), Secret(gettext("E-mail"), data["admin_email"])]
        if password:
            secrets.append(Secret(gettext("Password"), password, gettext("Shown once: hand it over now.")))
        return tenant, secrets

    def save_model(self, request: HttpRequest, obj: Tenant, form: forms.ModelForm, change: bool) -> None:
        obj.save(update_fields=list(BrandForm.Meta.fields))
        forget_hosts()

    @confirmed(
        title=_("Suspend"),
        text=_("The brand's hosts, widgets, keys and tasks stop within seconds. Its data stays."),
        button=_("Suspend brand"),
        icon="pause_circle",
        is_dangerous=True,
    )
    def suspend(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        suspend_brand(tenant)
        return self._done(request, tenant, gettext("Suspended."))

    @confirmed(
        title=_("Activate"),
        text=_("The brand's hosts answer again."),
        button=_("Activate brand"),
        icon="play_circle",
    )
    def activate(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        activate_brand(tenant)
        return self._done(request, tenant, gettext("Activated."))

    @confirmed(
        title=_("Delete for good"),
        text=_("Every conversation, file, key and setting of this brand is deleted. There is no way back."),
        button=_("Delete brand for good"),
        icon="delete_forever",
        is_dangerous=True,
        typed="slug",
    )
    def remove(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        self.log_deletions(request, Tenant.objects.filter(pk=tenant.pk))
        try:
            delete_brand(tenant)
        except LeftoversRemain as left:
            self.message_user(request, str(left), messages.WARNING)
        self.message_user(request, gettext("%(name)s is deleted.") % {"name": tenant.name})
        return HttpResponseRedirect(reverse("admin:tenants_tenant_changelist"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        tenant = Tenant.objects.filter(pk=object_id).first() if object_id else None
        useless = "activate" if tenant and tenant.is_active else "suspend"
        return [
            action
            for action in super().get_actions_detail(request, object_id)
            if not action.action_name.endswith(f"_{useless}")
        ]

    def _done(self, request: HttpRequest, tenant: Tenant, message: str) -> HttpResponse:
        self.log_change(request, tenant, message)
        self.message_user(request, f"{tenant.name}: {message}")
        return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[tenant.pk]))

    @display(description=_("brand"), ordering="name")
    def name_with_colour(self, tenant: Tenant) -> str:
        return format_html('<span class="kf-brand"><i style="background:{}"></i>{}</span>', tenant.accent, tenant.name)

    @display(description=_("status"), label={"active": "success", "suspended": "danger"}, ordering="status")
    def state(self, tenant: Tenant) -> tuple[str, str]:
        return tenant.status, tenant.get_status_display()

    @display(description=_("host names"))
    def hosts(self, tenant: Tenant) -> str:
        return ", ".join(domain.domain for domain in tenant.domains.all())


class AddDomainForm(forms.Form):
    tenant = forms.ModelChoiceField(
        Tenant.objects.all(),
        label=_("brand"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Which brand answers there. A host name belongs to one brand."),
    )
    domains = forms.CharField(
        label=_("host name"),
        max_length=253,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example help.example.com. Lead it to this installation, then add it here."),
    )
    is_primary = forms.BooleanField(
        label=_("primary"), required=False, widget=UnfoldBooleanSwitchWidget, help_text=_("Used in links to the brand.")
    )


class DomainForm(forms.ModelForm):
    class Meta:
        model = Domain
        fields = ("is_primary",)
        labels = {"is_primary": _("primary")}
        help_texts = {"is_primary": _("Used in links to the brand.")}


class DomainAdmin(AddedByVerb):
    add_form = AddDomainForm
    refusals = (BrandRefused,)
    list_display = ("host_name", "brand", "primary")
    list_filter = ("tenant",)
    list_select_related = ("tenant",)
    search_fields = ("domain", "tenant__name")
    form = DomainForm
    fields = ("host_name", "brand", "is_primary")
    readonly_fields = ("host_name", "brand")
    actions = None

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[Domain, list[Secret]]:
        return add_domain(data["tenant"], data["domains"], is_primary=data["is_primary"]), []

    def has_delete_permission(self, request: HttpRequest, obj: Domain | None = None) -> bool:
        """A brand keeps at least one host name."""
        has_others = obj is None or Domain.objects.filter(tenant=obj.tenant_id).exclude(pk=obj.pk).exists()
        return has_others and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Domain, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_hosts()

    def delete_model(self, request: HttpRequest, obj: Domain) -> None:
        super().delete_model(request, obj)
        forget_hosts()

    @display(description=_("host name"), ordering="domain")
    def host_name(self, domain: Domain) -> str:
        return str(domain.domain)

    @display(description=_("brand"), ordering="tenant__name")
    def brand(self, domain: Domain) -> str:
        return str(domain.tenant)

    @display(description=_("primary"), label={True: "success"}, ordering="is_primary")
    def primary(self, domain: Domain) -> tuple[bool, str] | str:
        return (True, gettext("primary")) if domain.is_primary else ""


ACCOUNT_HELP = {
    "name": _("Of the person. What visitors see is the display name in each brand."),
    "locale": _("What console and admin speak for this account."),
    "is_active": _("Switched off, they are signed out of every brand and cannot sign in. What they wrote stays."),
}


class AddAccountForm(forms.Form):
    name = forms.CharField(
        label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=ACCOUNT_HELP["name"]
    )
    email = forms.EmailField(
        label=_("e-mail"), widget=UnfoldAdminEmailInputWidget, help_text=_("They sign in with it, in every brand.")
    )
    is_installation_admin = forms.BooleanField(
        label=_("installation admin"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("May create brands and accounts. Gives no access inside a brand."),
    )


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "locale", "is_active", "is_installation_admin")
        widgets = {
            "locale": UnfoldAdminSelectWidget(choices=[("", _("as the browser")), *Tenant.Locale.choices]),
        }
        help_texts = ACCOUNT_HELP


class AccountAdmin(AddedByVerb):
    form = AccountForm
    add_form = AddAccountForm
    refusals = (AccountRefused,)
    list_display = ("email", "name", "is_active", "installation_rights", "last_login", "created_at")
    list_filter = ("is_active", "is_installation_admin")
    search_fields = ("email", "name")
    fields = ("email", "name", "locale", "is_active", "is_installation_admin", "last_login", "created_at")
    readonly_fields = ("email", "last_login", "created_at")
    actions = None
    actions_detail = ("reset_password",)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # brands refer to accounts: deactivate instead

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        change_account(obj, form.changed_data)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # Nobody locks themselves out.
        own = ("is_active", "is_installation_admin") if obj and obj.pk == request.user.pk else ()
        return (*self.readonly_fields, *own)

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[User, list[Secret]]:
        user, password = create_account(**data, now=timezone.now())
        return user, self._secrets(user, password)

    @confirmed(
        title=_("Reset password"),
        text=_("The account gets a new password, shown to you once. All of its sessions end, in every brand."),
        button=_("Reset password"),
        icon="lock_reset",
    )
    def reset_password(self, request: HttpRequest, user: User) -> HttpResponse:
        password = reset_password(user.email)
        self.log_change(request, user, gettext("Password reset."))
        return self.show_secrets(request, user, gettext("New password"), self._secrets(user, password))

    @display(description=_("installation admin"), label={True: "warning"}, ordering="is_installation_admin")
    def installation_rights(self, user: User) -> tuple[bool, str] | str:
        return (True, gettext("admin")) if user.is_installation_admin else ""

    def _secrets(self, user: User, password: str) -> list[Secret]:
        hint = gettext("Shown once: hand it over now.")
        return [Secret(gettext("E-mail"), user.email), Secret(gettext("Password"), password, hint)]


class AttemptAdmin(ReadOnlyAdmin):
    """Addresses that failed to sign in. Deleting a line lets that address try again at once."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info", "user_agent")
    readonly_fields = fields
    actions = ("delete_selected",)

    def has_delete_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return bool(request.user.has_perm("axes.delete_accessattempt"))


class SignInAdmin(ReadOnlyAdmin):
    """Who signed in from where, and when they left."""

    list_display = ("attempt_time", "username", "ip_address", "logout_time")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "logout_time", "username", "ip_address", "path_info", "user_agent")
    readonly_fields = fields


class FailureAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out")
    list_filter = ("locked_out",)
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "locked_out", "path_info", "user_agent")
    readonly_fields = fields


class InstallationHistoryAdmin(HistoryAdmin):
    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return bool(request.user.has_perm("tenants.view_tenant"))


# axes names itself in English only.
apps.get_app_config("axes").verbose_name = _("Sign-in security")

installation_admin.register(Tenant, TenantAdmin)
installation_admin.register(Domain, DomainAdmin)
installation_admin.register(User, AccountAdmin)
installation_admin.register(AccessAttempt, AttemptAdmin)
installation_admin.register(AccessLog, SignInAdmin)
installation_admin.register(AccessFailureLog, FailureAdmin)
installation_admin.register(LogEntry, InstallationHistoryAdmin)
