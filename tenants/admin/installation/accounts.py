"""Accounts of people, whatever brands they work for."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from tenants.accounts import AccountRefused, change_account, create_account, reset_password
from tenants.admin.base import AddedByVerb, Secret, confirmed
from tenants.admin.site import installation_admin
from tenants.models import Tenant, User

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


installation_admin.register(User, AccountAdmin)
