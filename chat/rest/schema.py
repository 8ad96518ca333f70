"""The OpenAPI 3.1 document and its pages. Agents' endpoints are the console's own business and are left out."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import include, path
from django.utils.module_loading import import_string
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from chat.rest.base import ApiView
from chat.rest.poll_docs import SCHEMAS, poll_paths

PREFIX = "api/v1/"
# Script and style come from our own static files: the pages work without a connection to anywhere else.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DESCRIPTION = """\
Programs use a **secret key** (`Authorization: Bearer kf_sk_…`) on the brand's host, or on the installation's host,
where the key says which brand is meant. Browsers and apps of visitors use a **visitor token**.

Refusals are `application/problem+json` with a stable `code`. Lists are read page by page: give `next` as `cursor` until
it is null. Answers to keys carry `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`; a 429 also carries
`Retry-After`.
"""
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:kefu:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["not_found"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEMS = {
    "400": ("Not readable or not valid: `malformed`, `invalid`.", "invalid"),
    "401": ("No valid key or token: `unauthenticated`, `identity_expired`.", "unauthenticated"),
    "403": ("Not allowed, or the key lacks the scope: `forbidden`.", "forbidden"),
    "404": ("Missing, or another's: `not_found`.", "not_found"),
    "408": ("The body did not come in time: `too_slow`.", "too_slow"),
    "409": (
        "`conflict` (the key was used with another content), `conversation_closed` or `epoch_changed`.",
        "conflict",
    ),
    "413": ("`too_large`.", "too_large"),
    "415": (
        "Another content type than the documented one: `unsupported_media_type`; a program or script as an upload: "
        "`file_type_refused`.",
        "unsupported_media_type",
    ),
    "429": ("`rate_limited`: wait as long as `Retry-After` says.", "rate_limited"),
    "500": ("`internal`.", "internal"),
    "503": ("`overloaded`: wait as long as `Retry-After` says.", "overloaded"),
}


@lru_cache(maxsize=1)
def openapi_document() -> dict[str, Any]:
    """The document, made once per process: it depends on nothing but the code."""
    # By name: some of them belong to apps above this one.
    patterns = [pattern for name in settings.DOCUMENTED_URLS for pattern in import_string(name)]
    generator = SchemaGenerator(patterns=[path(PREFIX, include(patterns))])  # type: ignore[no-untyped-call]
    document: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    document["info"]["description"] = DESCRIPTION
    document["paths"] |= poll_paths()
    document["components"]["schemas"] |= SCHEMAS
    _document_problems(document)
    return document


class OpenApiView(ApiView):
    authentication_classes = []
    permission_classes = []

    def get(self, request: Request) -> Response:
        return Response(openapi_document(), headers={"Cache-Control": "public, max-age=300"})


class DocsView(SpectacularSwaggerSplitView):
    url = f"/{PREFIX}openapi.json"
    authentication_classes = []
    permission_classes = []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = DOCS_POLICY
        return response


def _document_problems(document: dict[str, Any]) -> None:
    """Give every operation the problems that it can answer."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {
        f"Problem{status}": _problem_response(int(status), *facts) for status, facts in PROBLEMS.items()
    }
    for methods in document["paths"].values():
        for method, operation in methods.items():
            for status in _possible(method):
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}


def _possible(method: str) -> list[str]:
    """401 everywhere: starting a session needs no token, but may carry an identity that is not valid."""
    reading = ["400", "401", "403", "404", "429", "500", "503"]
    return [*reading, "409"] if method == "get" else sorted([*reading, "408", "409", "413", "415"])


def _problem_response(status: int, description: str, code: str) -> dict[str, Any]:
    example = {
        "type": f"urn:kefu:problem:{code}", "title": "…", "status": status, "detail": "…", "code": code,
    }  # fmt: skip
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": description, "content": content}
