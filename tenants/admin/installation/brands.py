"""Brands: made, suspended and deleted by their verbs in tenants/provisioning.py."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
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
)

from tenants.accounts import AccountRefused
from tenants.addresses import address_at, primary_host
from tenants.admin.base import AddedByVerb, Secret, confirmed
from tenants.admin.brand_form import HELP, BrandFormBase
from tenants.admin.site import installation_admin
from tenants.hosts import forget_hosts
from tenants.leftovers import LeftoversRemain
from tenants.models import Tenant
from tenants.provisioning import (
    BrandRefused,
    activate_brand,
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


installation_admin.register(Tenant, TenantAdmin)
