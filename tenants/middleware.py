"""The brand of a request: found from the Host, entered for the length of the request, left whatever happens."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse

from tenants.context import in_public, in_tenant
from tenants.hosts import UnknownHost, find_tenant
from tenants.requests import BrandRequest
from tenants.sessions import belongs_to_brand, is_session_key

View = Callable[[BrandRequest], HttpResponse]


class BrandMiddleware:
    """First in the list: no other code runs for a host that is not known."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: BrandRequest) -> HttpResponse:
        try:
            tenant = find_tenant(request.get_host())
        except DisallowedHost:
            return HttpResponse("Bad request\n", status=400, content_type="text/plain")
        except UnknownHost:
            return HttpResponse("Not found\n", status=404, content_type="text/plain")
        request.tenant = tenant
        if tenant is None:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            with in_public():
                return self.get_response(request)
        with in_tenant(tenant):
            return self.get_response(request)


class OneThreadMiddleware:
    """Last in the list, does nothing: what is not asynchronous here makes Django call all of the list in one thread.

    Otherwise each of Django's own is asked as a coroutine, and hops to a thread and back twice.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: BrandRequest) -> HttpResponse:
        return self.get_response(request)


class SessionBrandMiddleware:
    """A session made at one brand is nobody at another, although the staff account may work for both. Nor is anybody
    whose cookie is no key."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: BrandRequest) -> HttpResponse:
        key = request.session.session_key
        if (key and not is_session_key(key)) or not belongs_to_brand(request.session, request.tenant):
            request.session = type(request.session)()
        return self.get_response(request)
