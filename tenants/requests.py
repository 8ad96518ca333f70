"""The request as our views get it: with the brand that BrandMiddleware found."""

from django.http import HttpRequest

from tenants.models import Tenant


class BrandRequest(HttpRequest):
    """`tenant` is None on the installation's own hosts."""

    tenant: Tenant | None
    urlconf: str | None
