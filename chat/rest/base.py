"""What every view under /api shares: JSON in and out, strict input, size limits, private answers, problems."""

import os
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from chat.errors import TooLarge
from chat.protocol import MAX_UPLOAD_BYTES
from chat.rest.parsers import MAX_JSON_BYTES, StrictJSONParser, check_storable

# A multipart body is a little larger than the file in it.
MAX_UPLOAD_BODY = MAX_UPLOAD_BYTES + 64 * 1024


class OnlyJSON(BaseContentNegotiation):
    """Answer JSON whatever the Accept header says: an error is more useful than a 406."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        essence = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == essence), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class IsKnown(BasePermission):
    """Somebody was authenticated, whatever it is called here: visitor, agent or key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.auth is not None


class ApiView(APIView):
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    permission_classes = [IsKnown]
    content_negotiation_class = OnlyJSON
    metadata_class = None
    max_body: ClassVar[int] = MAX_JSON_BYTES

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        _measure_chunked(request)
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._check_size(request)
        for name, values in request.query_params.lists():
            for text in (name, *values):
                check_storable(text)
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    def _check_size(self, request: Request) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > self.max_body:
            raise TooLarge(f"A request here has at most {self.max_body // 1024} KB.")


def _measure_chunked(request: HttpRequest) -> None:
    """Note the length of a body that came in chunks: the framework takes a body without a length for no body."""
    if isinstance(request, ASGIRequest) and not request.META.get("CONTENT_LENGTH"):
        stream = request._stream  # the whole body, already received
        request.META["CONTENT_LENGTH"] = str(stream.seek(0, os.SEEK_END))
        stream.seek(0)


def read_input(serializer_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return the checked input; ValidationError names each wrong field."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
