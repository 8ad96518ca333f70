"""Host names: where each brand answers."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from tenants.admin.base import AddedByVerb, Secret
from tenants.admin.site import installation_admin
from tenants.hosts import forget_hosts
from tenants.models import Domain, Tenant
from tenants.provisioning import (
    BrandRefused,
    add_domain,
)


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


installation_admin.register(Domain, DomainAdmin)
