"""Visitors over HTTP: the bearer token says who, the Origin says from which page."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from chat.errors import Forbidden, RateLimited
from chat.models import Visitor, Widget
from chat.origins import is_own_origin, origin_allowed, page_origin
from chat.rest.base import ApiView
from chat.rest.limits import VISITOR_RATE, Rate, take_token
from chat.tokens import VisitorIdentity, bearer_of, read_token
from chat.widgets import is_of_any_widget
from chat.wrong_tokens import wrong_ones_counted
from tenants.attempts import address_of_request
from tenants.context import current_tenant

CORS_HEADERS = "Authorization, Content-Type"
CORS_EXPOSED = "Retry-After"
CORS_MAX_AGE = "600"


class VisitorToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Visitor, VisitorIdentity] | None:
        token = bearer_token(request)
        if not token:
            return None
        with wrong_ones_counted(address_of_request(request._request)):
            identity = read_token(token)
        return identity.visitor, identity

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="kefu"'


class VisitorTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = VisitorToken
    name = "visitorToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The `token` that POST /api/v1/visitor/sessions gives.",
        }


class VisitorView(ApiView):
    """Endpoints of a visitor's own browser or app; pages of foreign origins get neither an answer nor CORS headers."""

    authentication_classes = [VisitorToken]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method == "OPTIONS":  # a preflight carries no token
            return
        super().initial(request, *args, **kwargs)
        if request.auth is not None:
            self.check_page(request)

    @property
    def identity(self) -> VisitorIdentity:
        """Whom the token stands for; there is one wherever a method of the view runs."""
        assert isinstance(self.request.auth, VisitorIdentity)
        return self.request.auth

    def check_page(self, request: Request) -> None:
        assert isinstance(request.auth, VisitorIdentity)
        check_origin(request, request.auth.widget)
        limit(VISITOR_RATE, request.auth.visitor.pk.hex)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        response = Response(status=204)
        if cors_origin(request):
            response["Access-Control-Allow-Methods"] = ", ".join(self.allowed_methods)
            response["Access-Control-Allow-Headers"] = CORS_HEADERS
            response["Access-Control-Max-Age"] = CORS_MAX_AGE
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        allow_origin(request, response)
        return response


def bearer_token(request: Request | HttpRequest) -> str:
    """The token of an `Authorization: Bearer …` header, '' when there is none."""
    return bearer_of(request.META.get("HTTP_AUTHORIZATION", ""))


def check_origin(request: Request | HttpRequest, widget: Widget) -> None:
    if not origin_allowed(_page_origin(request), _host(request), widget):
        raise Forbidden("This site may not use the widget.")


def _page_origin(request: Request | HttpRequest) -> str | None:
    return page_origin(
        _host(request),
        origin=request.META.get("HTTP_ORIGIN"),
        fetch_site=request.META.get("HTTP_SEC_FETCH_SITE"),
        referrer=request.META.get("HTTP_REFERER"),
    )


def cors_origin(request: Request | HttpRequest) -> str | None:
    """The foreign origin that must be named for the browser to hand over the answer; None where no header is needed."""
    origin = request.META.get("HTTP_ORIGIN")
    if not origin or is_own_origin(origin, _host(request)):
        return None
    return origin if is_of_any_widget(origin, _host(request)) else None


def allow_origin(request: Request | HttpRequest, response: Any) -> None:
    response["Vary"] = ", ".join(filter(None, [response.get("Vary"), "Origin"]))
    if origin := cors_origin(request):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Expose-Headers"] = CORS_EXPOSED


def limit(rate: Rate, subject: str, count: int = 1) -> None:
    """Take a token of the subject's bucket or raise RateLimited."""
    taken = take_token(current_tenant(), rate, subject, count)
    if taken.retry_after:
        raise RateLimited(retry_after=taken.retry_after)


def _host(request: Request | HttpRequest) -> str:
    return str(request.get_host())
