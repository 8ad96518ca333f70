"""Errors as `application/problem+json` (RFC 9457): one table for what verbs and framework raise. See docs/api.md."""

import logging
import math
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from chat.errors import NotFound, Refusal
from tenants.context import ContextOverloaded

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    code: str
    title: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:kefu:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        return {**body, "errors": self.errors} if self.errors else body


INTERNAL = Problem(500, "internal", "Something went wrong on the server.", "Try again; the fault has been logged.")
# Without an answer of the database: not the request's fault, and over soon.
AWAY = Problem(503, "overloaded", "The server is busy.", "Try again shortly.", headers={"Retry-After": "2"})
_MISSING = Problem(404, NotFound.code, NotFound.title, NotFound.title)

# HTTP's own refusals, which frames do not have; the codes beside them are those of chat/errors.py.
_FRAMEWORK: dict[type[Exception], tuple[int, str, str]] = {
    exceptions.ParseError: (400, "malformed", "The request cannot be read."),
    MultiPartParserError: (400, "malformed", "The request cannot be read."),
    UnreadablePostError: (400, "malformed", "The request cannot be read."),
    exceptions.ValidationError: (400, "invalid", "The request is not valid."),
    exceptions.NotAuthenticated: (401, "unauthenticated", "Sign in or give a valid key or token."),
    exceptions.AuthenticationFailed: (401, "unauthenticated", "Sign in or give a valid key or token."),
    exceptions.PermissionDenied: (403, "forbidden", "This is not allowed."),
    PermissionDenied: (403, "forbidden", "This is not allowed."),
    exceptions.MethodNotAllowed: (405, "method_not_allowed", "This method is not allowed here."),
    exceptions.UnsupportedMediaType: (415, "unsupported_media_type", "This content type is not understood here."),
    RequestDataTooBig: (413, "too_large", "This is too large."),
    exceptions.Throttled: (429, "rate_limited", "Too many at once. Try again later."),
}


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every exception becomes a problem, and what is not known is logged and stays inside."""
    set_rollback()
    problem = problem_of(exc)
    if problem is INTERNAL or problem is AWAY:
        logger.error("api: a request failed", exc_info=exc)
    return Response(problem.body(), problem.status, headers=problem.headers, content_type=CONTENT_TYPE)


def problem_of(exc: Exception) -> Problem:
    """What the caller is told of it; never raises, and what it does not know is INTERNAL."""
    if isinstance(exc, Refusal):
        return Problem(exc.status, exc.code, exc.title, exc.detail, headers=_refusal_headers(exc))
    if isinstance(exc, ContextOverloaded):
        return Problem(503, "overloaded", "The server is busy.", "Try again shortly.", headers=_retry(exc.retry_after))
    if isinstance(exc, OperationalError):
        return AWAY
    if isinstance(exc, Http404 | exceptions.NotFound):
        return _MISSING
    for kind, (status, code, title) in _FRAMEWORK.items():
        if isinstance(exc, kind):
            return Problem(status, code, title, _detail(exc, title), _field_errors(exc), _framework_headers(exc))
    if isinstance(exc, SuspiciousOperation):
        return Problem(400, "malformed", "The request cannot be read.", "The request cannot be read.")
    return INTERNAL


def problem_response(problem: Problem) -> HttpResponse:
    """The problem outside of DRF: unknown addresses, faults in middleware."""
    headers = {**problem.headers, "Cache-Control": "private, no-store"}
    return JsonResponse(problem.body(), status=problem.status, content_type=CONTENT_TYPE, headers=headers)


@csrf_exempt  # a POST to nowhere is a 404 as well, not a page about forms
def not_found(request: HttpRequest, exception: Exception | None = None, **kwargs: Any) -> HttpResponse:
    """Any address under /api/ that does not exist."""
    return problem_response(_MISSING)


def _detail(exc: Exception, title: str) -> str:
    detail = getattr(exc, "detail", None)
    if isinstance(exc, exceptions.ValidationError):
        sentences = [f"{error['field']}: {error['message']}".lstrip(": ") for error in _field_errors(exc)]
        return " ".join(sentences)[:500] or title
    return str(detail) if detail else title


def _field_errors(exc: Exception) -> list[dict[str, str]]:
    return _flatten(exc.detail) if isinstance(exc, exceptions.ValidationError) else []


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested lists and dicts as a flat list of field and message."""
    if isinstance(detail, dict):
        pairs = [
            (path if key == "non_field_errors" else f"{path}.{key}".strip("."), value) for key, value in detail.items()
        ]
        return [error for name, value in pairs for error in _flatten(value, name)]
    if isinstance(detail, list):
        return [error for value in detail for error in _flatten(value, path)]
    return [{"field": path, "message": str(detail)}]


def _refusal_headers(refusal: Refusal) -> dict[str, str]:
    headers = _retry(refusal.retry_after) if refusal.retry_after is not None else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="kefu"'
    return headers


def _framework_headers(exc: Exception) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]
    if wait := getattr(exc, "wait", None):
        headers |= _retry(wait)
    return headers


def _retry(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
