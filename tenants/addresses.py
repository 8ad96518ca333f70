"""Addresses of other brands' hosts: one server answers for all, so scheme and port are those of the request."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from tenants.models import Domain, Tenant


def address_at(request: HttpRequest, host_name: str, path: str = "/") -> str:
    port = urlsplit(f"//{request.get_host()}").port
    return f"{request.scheme}://{host_name}{f':{port}' if port else ''}{path}"


def primary_host(tenant: Tenant) -> str:
    """The brand's host name for links, '' when it has none."""
    domains = Domain.objects.filter(tenant=tenant).order_by("-is_primary", "pk")
    return domains.values_list("domain", flat=True).first() or ""
