"""Saved views that everybody has: made in the console, where one sees what they hold; ordered and named here."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from agents.models import SavedView
from tenants.admin.base import KefuModelAdmin
from tenants.admin.site import brand_admin


class SavedViewAdmin(KefuModelAdmin):
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
        filters: dict[str, Any] = view.filters if isinstance(view.filters, dict) else {}
        return "; ".join(f"{name}: {_text(value)}" for name, value in filters.items()) or "–"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


brand_admin.register(SavedView, SavedViewAdmin)
