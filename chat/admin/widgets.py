"""Widgets: where they may run, what they say, the tag to copy, the secret that signs identities."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from chat.models import Widget
from chat.models.widget import validate_origins
from chat.widgets import add_widget, change_widget, remove_widget, renew_identity_secret
from tenants.admin.base import KefuModelAdmin, Secret, confirmed
from tenants.admin.site import brand_admin


class OriginsField(forms.CharField):
    """A list of origins, one per line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return list(dict.fromkeys(line.strip().lower().rstrip("/") for line in text.splitlines() if line.strip()))

    def validate(self, value: Any) -> None:
        super().validate(value)
        validate_origins(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class WidgetForm(forms.ModelForm):
    allowed_origins = OriginsField(
        label=_("Allowed origins"),
        required=False,
        max_length=4000,
        help_text=_(
            "One per line, for example https://shop.example.com. Empty: only the brand's own hosts. "
            "A single * means any site."
        ),
    )

    ask = forms.MultipleChoiceField(
        label=_("Ask before the chat"),
        required=False,
        choices=[("name", _("Name")), ("email", _("E-mail"))],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Visitors fill these in before their first message. Nothing chosen: they write at once."),
    )

    class Meta:
        model = Widget
        fields = (
            "name",
            "allowed_origins",
            "allow_apps",
            "greeting_en",
            "greeting_zh",
            "launcher_label",
            "enforce_identity",
        )
        help_texts = {
            "name": _("Tells your widgets apart, for example by site. Visitors see the brand's name."),
            "greeting_en": _(
                "Above an empty chat in English, for example “Hello! How can we help?” Empty: our own words."
            ),
            "greeting_zh": _(
                "Above an empty chat in Chinese, for example “您好，有什么可以帮您？” Empty: our own words."
            ),
            "launcher_label": _(
                "For apps and sites that draw a button of their own: the API hands it to them. Ours speaks for itself."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].initial = self.instance.theme.get("ask", [])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.theme = {**self.instance.theme, "ask": cleaned.get("ask", [])}
        return cleaned


class WidgetAdmin(KefuModelAdmin):
    form = WidgetForm
    list_display = ("name", "origins", "enforce_identity", "created_at")
    search_fields = ("name",)
    readonly_fields = ("snippet", "created_at")
    actions = None
    actions_detail = ("show_identity_secret", "renew_secret")

    def get_fieldsets(self, request: HttpRequest, obj: Widget | None = None) -> Any:
        embed = [(_("Put it on your site"), {"fields": ("snippet",)})] if obj else []
        return [
            *embed,
            (None, {"fields": ("name", "allowed_origins", "allow_apps")}),
            (_("Words"), {"fields": ("greeting_en", "greeting_zh", "launcher_label", "ask")}),
            (_("Identity"), {"fields": ("enforce_identity",)}),
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Widget | None:
        widget: Any = super().get_object(request, object_id, from_field)
        if widget is not None:
            # On the object: this admin instance serves all brands at once.
            widget.base_url = f"{request.scheme}://{request.get_host()}"
        return widget

    def save_model(self, request: HttpRequest, obj: Widget, form: WidgetForm, change: bool) -> None:
        if change:
            # What is asked before the chat stands in the theme.
            change_widget(obj, ["theme" if name == "ask" else name for name in form.changed_data])
        else:
            add_widget(obj, timezone.now())

    def delete_model(self, request: HttpRequest, obj: Widget) -> None:
        remove_widget(obj, timezone.now())

    @confirmed(
        title=_("Show identity secret"),
        text=_("Whoever has it can speak in the name of any of your visitors. It belongs on your server only."),
        button=_("Show secret"),
        icon="key",
    )
    def show_identity_secret(self, request: HttpRequest, widget: Widget) -> HttpResponse:
        self.log_change(request, widget, gettext("Looked at the identity secret."))
        return self.show_secrets(request, widget, gettext("Identity secret"), self._secrets(widget))

    @confirmed(
        title=_("Renew identity secret"),
        text=_("Identity tokens that your server signs with the old secret are refused from now on."),
        button=_("Renew secret"),
        icon="autorenew",
        is_dangerous=True,
    )
    def renew_secret(self, request: HttpRequest, widget: Widget) -> HttpResponse:
        renew_identity_secret(widget)
        self.log_change(request, widget, gettext("Renewed the identity secret."))
        return self.show_secrets(request, widget, gettext("New identity secret"), self._secrets(widget))

    def _secrets(self, widget: Widget) -> list[Secret]:
        hint = gettext(
            "Sign HS256 tokens with it: header kid = the widget's id, claims sub, iat, exp (at most 1 hour)."
        )
        return [
            Secret(gettext("Identity secret"), widget.identity_secret, hint),
            Secret(gettext("Widget id"), str(widget.pk)),
        ]

    @display(description=_("embed code"))
    def snippet(self, widget: Any) -> SafeString:
        tag = f'<script async src="{widget.base_url}/kefu.js" data-key="{widget.public_key}"></script>'
        return render_to_string("admin/copy_field.html", {"value": tag, "label": gettext("Embed code")})

    @display(description=_("allowed origins"))
    def origins(self, widget: Widget) -> str:
        if "*" in widget.allowed_origins:
            return gettext("any site")
        return ", ".join(widget.allowed_origins) or gettext("the brand's own hosts")

    def response_add(self, request: HttpRequest, obj: Widget, post_url_continue: str | None = None) -> HttpResponse:
        self.message_user(request, gettext("The widget is ready: copy its embed code into your site."))
        return HttpResponseRedirect(reverse("admin:chat_widget_change", args=[obj.pk]))


brand_admin.register(Widget, WidgetAdmin)
