"""A bound on request bodies before Django sees them: it would write a body of any length to disk first."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from chat.errors import TooLarge
from chat.rest.base import MAX_UPLOAD_BODY
from chat.rest.problems import CONTENT_TYPE, problem_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[..., Awaitable[None]]


class _Exceeded(Exception):
    """More came than was announced, or than is taken."""


class BodyLimit:
    """ASGI: answers 413 to what is longer than the largest upload, announced or not."""

    def __init__(self, app: App, limit: int = MAX_UPLOAD_BODY) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise _Exceeded
            return message

        if _announced(scope) > self.limit:
            await _refuse(send)
            return
        try:
            await self.app(scope, counted, send)
        except _Exceeded:
            await _refuse(send)


def _announced(scope: MutableMapping[str, Any]) -> int:
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0


async def _refuse(send: Send) -> None:
    body = msgspec.json.encode(problem_of(TooLarge()).body())
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
