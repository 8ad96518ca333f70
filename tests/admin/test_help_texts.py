"""Each field that an admin fills in says what it does, in both languages."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.sites import AdminSite
from django.forms import BaseForm
from django.test import RequestFactory

from agents.models import Agent
from tenants.admin.base import AddedByVerb
from tenants.admin.site import brand_admin, installation_admin
from tenants.context import in_tenant
from tenants.models import Tenant, User

# The row's own number and its tick for deleting; the days of a week: their group says once how all are written.
EXCEPT = {"id", "DELETE", *(f"day_{number}" for number in range(7))}


def forms_of(site: AdminSite, user: User) -> Iterator[tuple[str, type[BaseForm]]]:
    request = RequestFactory().get("/admin/")
    request.user = user
    for model, page in site._registry.items():
        name = model._meta.model_name or ""
        can_be_filled_in = page.has_add_permission(request) or page.has_change_permission(request)
        if isinstance(page, AddedByVerb) and page.has_add_permission(request):
            yield f"add {name}", page.add_form
        if not can_be_filled_in:
            continue
        yield name, page.get_form(request, change=True)
        for inline in page.get_inline_instances(request):
            yield f"{name} / {inline.model._meta.model_name}", inline.get_formset(request).form


def without_help(site: AdminSite, user: User) -> list[str]:
    fields: list[tuple[str, str, Any]] = [
        (where, name, field) for where, form in forms_of(site, user) for name, field in form().fields.items()
    ]
    assert len(fields) > 10, "nothing was looked at"
    return [f"{where}: {name}" for where, name, field in fields if name not in EXCEPT and not field.help_text]


def test_in_a_brand(acme: Tenant, alice: Agent) -> None:
    with in_tenant(acme):
        assert without_help(brand_admin, alice.user) == []


def test_in_the_installation(kim: User) -> None:
    assert without_help(installation_admin, kim) == []
