"""Integrators: a secret key says which brand and what it may do there."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from chat.errors import RateLimited, Unauthenticated
from chat.key_auth import KeyAuth
from chat.rest.base import ApiView
from chat.rest.limits import KEY_RATE, Taken, take_token
from chat.rest.visitor_auth import bearer_token
from chat.wrong_tokens import count_wrong_one
from tenants.attempts import address_of_request
from tenants.context import current_tenant, in_tenant, is_in_tenant
from tenants.keys import PREFIXES, find_key, note_use
from tenants.models import ApiKey


class SecretKey(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ApiKey, KeyAuth] | None:
        if not bearer_token(request).startswith(PREFIXES[ApiKey.Kind.SECRET]):
            return None
        key = key_of(request._request)
        # A key of another brand is as good as none: it must not even be learnt that it is one.
        if key is None or not is_in_tenant() or key.tenant_id != current_tenant().pk:
            count_wrong_one(address_of_request(request._request))
            raise Unauthenticated("The key is not valid here.")
        note_use(key, timezone.now())
        return key, KeyAuth(key)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="kefu"'


class SecretKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SecretKey
    name = "secretKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A secret key of the brand, `kf_sk_…`."}


class KeyView(ApiView):
    """Endpoints for integrators' programs: on the brand's host, or on the installation's with the brand of the key.

    `scopes` names what each method needs.
    """

    authentication_classes = [SecretKey]
    scopes: ClassVar[dict[str, str]] = {}
    taken: Taken | None = None

    @property
    def key(self) -> KeyAuth:
        """The key that asks; there is one wherever a method of the view runs."""
        assert isinstance(self.request.auth, KeyAuth)
        return self.request.auth

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        call: Callable[[], HttpResponseBase] = lambda: super(KeyView, self).dispatch(request, *args, **kwargs)  # noqa: E731
        key = key_of(request) if not is_in_tenant() else None
        if key is None:
            return call()
        with in_tenant(key.tenant):
            return call()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        auth = request.auth
        assert isinstance(auth, KeyAuth)
        self.taken = take_token(current_tenant(), KEY_RATE, auth.key.pk.hex)
        if self.taken.retry_after:
            raise RateLimited(retry_after=self.taken.retry_after)
        if scope := self.scopes.get(request.method or ""):
            auth.require(scope)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.taken is not None:
            for name, value in self.taken.headers().items():
                response[name] = value
        return response


def key_of(request: HttpRequest) -> ApiKey | None:
    """The live secret key of an active brand that the request carries; looked up once per request."""
    if not hasattr(request, "_kefu_key"):
        key = find_key(bearer_token(request), kind=ApiKey.Kind.SECRET)
        request._kefu_key = key if key is not None and key.tenant.is_active else None  # type: ignore[attr-defined]
    found: ApiKey | None = request._kefu_key  # type: ignore[attr-defined]
    return found
