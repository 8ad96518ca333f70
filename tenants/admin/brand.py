"""What a brand's admin sees of `public`: the brand's own settings and its own keys. Never a row of another brand."""

from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from tenants.admin.base import AddedByVerb, KefuModelAdmin, ReadOnlyAdmin, Secret, confirmed
from tenants.admin.brand_form import HELP, BrandFormBase
from tenants.admin.site import brand_admin
from tenants.context import current_tenant
from tenants.hosts import forget_hosts
from tenants.keys import SCOPES, create_key, revoke_key
from tenants.models import ApiKey, Tenant

SCOPE_NAMES = {
    "visitors:read": _("Read visitors"),
    "visitors:write": _("Create and change visitors"),
    "conversations:read": _("Read conversations"),
    "conversations:write": _("Open and close conversations"),
    "messages:read": _("Read messages"),
    "messages:write": _("Send messages"),
}


class BrandSettingsForm(BrandFormBase):
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
            "total_capacity",
            "shows_typing_preview",
            "asks_for_rating",
            "mails_answers",
            "mail_from",
        )
        widgets = {"accent": UnfoldAdminColorInputWidget}
        help_texts = HELP


class BrandSettingsAdmin(KefuModelAdmin):
    """One page: the brand itself."""

    form = BrandSettingsForm
    fieldsets = (
        (_("Brand"), {"fields": ("name", "accent", "locale")}),
        (_("Conversations"), {"fields": ("idle_close_minutes", "reopen_hours", "edit_minutes", "archive_after_days")}),
        (_("Routing"), {"fields": ("total_capacity",)}),
        (_("Visitors"), {"fields": ("shows_typing_preview", "asks_for_rating", "mails_answers", "mail_from")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return super().get_queryset(request).filter(pk=current_tenant().pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[current_tenant().pk]))

    def save_model(self, request: HttpRequest, obj: Tenant, form: forms.ModelForm, change: bool) -> None:
        obj.save(update_fields=list(BrandSettingsForm.Meta.fields))
        forget_hosts()


class AddKeyForm(forms.Form):
    name = forms.CharField(
        label=_("name"), max_length=80, widget=UnfoldAdminTextInputWidget, help_text=_("Who will use it, for what.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scope in SCOPES:
            self.fields[scope] = forms.BooleanField(
                label=SCOPE_NAMES[scope],
                required=False,
                initial=True,
                widget=UnfoldBooleanSwitchWidget,
                help_text=gettext("%(scope)s in the API's description.") % {"scope": scope},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["scopes"] = [scope for scope in SCOPES if data.get(scope)]
        if not data["scopes"]:
            # A key without scopes may do everything: that must not come from ticking nothing.
            raise forms.ValidationError(_("Tick at least one thing that the key may do."))
        return data


class ApiKeyAdmin(AddedByVerb):
    """Secret keys of integrations. Their text is shown once; later only revoking is possible."""

    add_form = AddKeyForm
    add_fields = (
        (None, {"fields": ("name",)}),
        (_("What the key may do"), {"fields": SCOPES}),
    )
    list_display = ("name", "kind_label", "prefix_text", "state", "created_at", "last_used_at")
    list_filter = ("kind",)
    search_fields = ("name", "prefix")
    fields = ("name", "kind", "prefix_text", "scope_names", "created_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    actions = None
    actions_detail = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return super().get_queryset(request).filter(tenant=current_tenant())

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        hidden = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | hidden)

    def make(self, request: HttpRequest, data: dict[str, Any]) -> tuple[ApiKey, list[Secret]]:
        now = timezone.now()
        key, text = create_key(
            current_tenant(), kind=ApiKey.Kind.SECRET, name=data["name"], now=now, scopes=data["scopes"]
        )
        return key, [Secret(gettext("Secret key"), text, gettext("Keep it on your server, never in an app or a page."))]

    def noted(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data[name] for name in ("name", "scopes")}

    @confirmed(
        title=_("Revoke key"),
        text=_("Everything that uses this key stops working at once. This cannot be undone."),
        button=_("Revoke key"),
        icon="key_off",
        is_dangerous=True,
    )
    def revoke(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        revoke_key(key, timezone.now())
        self.log_change(request, key, gettext("Revoked."))
        self.message_user(request, gettext("“%(name)s” is revoked.") % {"name": key.name})
        return HttpResponseRedirect(reverse("admin:tenants_apikey_changelist"))

    @display(description=_("kind"), label={"secret": "warning", "publishable": "info"}, ordering="kind")
    def kind_label(self, key: ApiKey) -> tuple[str, str]:
        return key.kind, key.get_kind_display()

    @display(description=_("begins with"))
    def prefix_text(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(description=_("state"), label={"active": "success", "revoked": "danger"}, ordering="revoked_at")
    def state(self, key: ApiKey) -> tuple[str, str]:
        return ("revoked", gettext("revoked")) if key.revoked_at else ("active", gettext("active"))

    @display(description=_("may"))
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(str(SCOPE_NAMES.get(scope, scope)) for scope in key.scopes) or gettext("everything")


class HistoryAdmin(ReadOnlyAdmin):
    """Who changed what in this admin site: it is kept in the brand's own schema."""

    list_display = ("action_time", "user", "content_type", "object_repr", "change")
    list_filter = ("action_flag",)
    search_fields = ("object_repr",)
    list_select_related = ("user", "content_type")
    fields = ("action_time", "user", "content_type", "object_repr", "change")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return bool(request.user.has_perm("admin.view_logentry"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(description=_("change"))
    def change(self, entry: LogEntry) -> str:
        return str(entry.get_change_message())


brand_admin.register(Tenant, BrandSettingsAdmin)
brand_admin.register(ApiKey, ApiKeyAdmin)
brand_admin.register(LogEntry, HistoryAdmin)
