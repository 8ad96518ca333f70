"""Macros: several actions by one key."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.actions import BadActions, check_actions
from agents.admin.rows import ActionsWidget, RowsField
from agents.admin.words import actions_in_words
from agents.models import Macro
from tenants.admin.base import KefuModelAdmin
from tenants.admin.site import brand_admin


class MacroForm(forms.ModelForm):
    actions = RowsField(
        label=_("Actions"),
        widget=ActionsWidget(has_agent=True),
        help_text=_("Done in this order. One that cannot be done is reported and stops no other."),
    )

    class Meta:
        model = Macro
        fields = ("name", "owner", "key", "position", "actions")
        help_texts = {
            "name": _("What agents look for in the palette."),
            "key": _(
                "Alt and this letter or digit runs it at once, M lists all. Empty: its place in the list, 1 to 9."
            ),
            "position": _("Macros are listed in this order, smallest first."),
        }

    def clean_key(self) -> str:
        return str(self.cleaned_data["key"]).lower()

    def clean_actions(self) -> list[dict[str, Any]]:
        try:
            return check_actions(self.cleaned_data["actions"], has_agent=True)
        except BadActions as refused:
            raise forms.ValidationError(refused.problems) from None


class MacroAdmin(KefuModelAdmin):
    form = MacroForm
    list_display = ("name", "key", "what_it_does", "whose", "use_count", "position")
    list_filter = ("owner",)
    search_fields = ("name",)
    list_select_related = ("owner",)
    fields = ("name", "owner", "key", "position", "actions", "use_count")
    readonly_fields = ("use_count",)
    actions = None

    @display(description=_("actions"))
    def what_it_does(self, macro: Macro) -> str:
        return actions_in_words(macro.actions)

    @display(description=_("agent"), ordering="owner")
    def whose(self, macro: Macro) -> str:
        return str(macro.owner) if macro.owner else str(_("everybody"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"position": Macro.objects.count()}


brand_admin.register(Macro, MacroAdmin)
