"""The request as our views get it: with the brand that BrandMiddleware found."""

from django.http import HttpRequest

from tenants.models import Tenant
from tenants.networks import clean_address


class BrandRequest(HttpRequest):
    """`tenant` is None on the installation's own hosts."""

    tenant: Tenant | None
    urlconf: str | None


def client_address(request: HttpRequest) -> str | None:
    """Where the request comes from, for the columns that keep it: nowhere else is it read for them."""
    return clean_address(request.META.get("REMOTE_ADDR") or "")
