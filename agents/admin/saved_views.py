"""Saved views that everybody has: made in the console, where one sees what they hold; ordered and named here."""

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.admin.words import filters_in_words
from agents.models import SavedView
from tenants.admin.base import KefuModelAdmin
from tenants.admin.site import brand_admin


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name", "position")
        help_texts = {
            "name": _("What everybody reads beside the inbox, for example Urgent ones."),
            "position": _("Shared views are listed in this order, smallest first."),
        }


class SavedViewAdmin(KefuModelAdmin):
    form = SavedViewForm
    list_display = ("name", "holds", "position")
    search_fields = ("name",)
    fields = ("name", "position", "holds", "created_at")
    readonly_fields = ("holds", "created_at")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        return super().get_queryset(request).filter(owner__isnull=True)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description=_("filters"))
    def holds(self, view: SavedView) -> str:
        return filters_in_words(view.filters if isinstance(view.filters, dict) else {})


brand_admin.register(SavedView, SavedViewAdmin)
