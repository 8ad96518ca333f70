"""A stored file as an answer that can do no harm in our origin. Who may have it is asked in agents/rest/files.py."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from chat.errors import NotFound
from chat.file_checks import INLINE_TYPES
from chat.models import File

CHUNK = 64 * 1024


def file_response(request: HttpRequest, file: File) -> StreamingHttpResponse:
    """The file's bytes: raster pictures inline, all else as a download, nothing that could run or be framed."""
    try:
        handle = default_storage.open(file.path)
    except OSError:
        raise NotFound from None
    # An async iterator on an async server and a plain one elsewhere: the other way round Django reads all into memory.
    chunks = _chunks_async(handle) if isinstance(request, ASGIRequest) else _chunks(handle)
    return StreamingHttpResponse(chunks, content_type=file.content_type, headers=_headers(file))


def _headers(file: File) -> dict[str, str]:
    inline = file.content_type in INLINE_TYPES
    return {
        "Content-Length": str(file.size),
        "Content-Disposition": content_disposition_header(not inline, file.name) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }


def _chunks(handle: Any) -> Iterator[bytes]:
    with handle:
        while chunk := handle.read(CHUNK):
            yield chunk


async def _chunks_async(handle: Any) -> AsyncIterator[bytes]:
    """Reads on a thread, without the database: no brand is needed any more."""
    try:
        while chunk := await asyncio.to_thread(handle.read, CHUNK):
            yield chunk
    finally:
        handle.close()
