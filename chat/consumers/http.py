"""The HTTP side of long poll and poll: what was asked, and answers with their headers. Refusals are problem+json."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from django.db import DatabaseError
from redis import RedisError

from chat.encodings import JSON, Encoding, choose_by_content_type
from chat.errors import Invalid, Overloaded, Refusal, TooLarge, TooSlow, UnsupportedType
from chat.events import Frame
from chat.origins import is_own_origin
from chat.participants.credentials import Credentials
from chat.participants.participant import Participant
from chat.rest.problems import CONTENT_TYPE, problem_of
from chat.rest.visitor_auth import CORS_EXPOSED, CORS_HEADERS, CORS_MAX_AGE
from chat.widgets import is_of_any_widget
from tenants.context import ContextOverloaded, run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
# 200 positions, with every `:` and `,` written as `%3A` and `%2C`.
MAX_QUERY = 16 * 1024
# Twice as long as 64 kbit/s take for the largest body.
BODY_SECONDS = 60.0
RETRY_SECONDS = 2.0
# The rest of a body that was not waited for must not be taken for the next request.
CLOSING = (TooLarge.status, TooSlow.status)
_CONNECTION_ID = re.compile(r"[0-9a-f]{12}")
Receive = Callable[[], Awaitable[Any]]
Headers = list[tuple[bytes, bytes]]


class Gone(Exception):
    """The client left before it was answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    frames: list[Frame]
    fields: dict[str, Any] = field(default_factory=dict)


class Asked:
    """A request, as far as it can be read without a body."""

    def __init__(self, scope: Any, speaks_for: type[Participant]) -> None:
        self.scope = scope
        self.tenant: Tenant | None = scope["tenant"]
        self.credentials = Credentials(scope["headers"])
        self.is_read = scope["method"] != "POST"
        self.is_of_visitor = speaks_for.kind == "visitor"
        # Set once we know who asks: then the page's origin is one that its widget allows.
        self.is_let_in = False
        self.encoding: Encoding = choose_by_content_type(self.credentials.header(b"accept") or "") or JSON

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's fields. Raises Invalid."""
        text = self.scope["query_string"]
        if len(text) > MAX_QUERY:
            raise Invalid(f"A query has at most {MAX_QUERY} bytes.")
        return dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))

    @property
    def given_encoding(self) -> Encoding:
        """How the body is written. Raises UnsupportedType."""
        encoding = choose_by_content_type(self.credentials.header(b"content-type") or "")
        if encoding is None:
            raise UnsupportedType
        return encoding

    def number(self, name: str, default: float) -> float:
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise Invalid(f"`{name}` is a number from 0.")
        return float(text)

    def connection_id(self) -> str:
        """The id that hello gave this client, '' when it names none."""
        text: str = self.query.get("connection", "")
        if text and not _CONNECTION_ID.fullmatch(text):
            raise Invalid("`connection` is the `session` of the hello frame.")
        return text


async def read_request(receive: Receive) -> bytes:
    """Return the body. Raises TooLarge, TooSlow, Gone."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while await read_piece(body, receive):
                pass
    except TimeoutError:
        raise TooSlow from None
    return bytes(body)


async def read_piece(body: bytearray, receive: Receive) -> bool:
    """Add what came of the body and tell whether there is more. Raises TooLarge, Gone."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    body += message.get("body", b"")
    if len(body) > MAX_BODY:
        raise TooLarge(f"A request has at most {MAX_BODY} bytes.")
    return bool(message.get("more_body"))


async def respond(asked: Asked, send: Any, answer: Callable[[], Awaitable[Answer]]) -> None:
    """Send the answer, or the problem that kept us from it."""
    try:
        done = await answer()
        body, headers = asked.encoding.encode_many(done.frames, done.fields), []
        status, content_type = 200, asked.encoding.content_type
    except Gone:
        raise
    except Exception as error:
        problem = problem_of(_known(error))
        body, status, content_type = msgspec.json.encode(problem.body()), problem.status, CONTENT_TYPE
        headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        if status in CLOSING:
            headers.append((b"connection", b"close"))
    headers += [(b"content-type", content_type.encode()), *await _cors(asked)]
    await _send(send, status, body, headers)


def _known(error: Exception) -> Exception:
    """What is logged because nobody asked for it; a store that does not answer is a reason to ask again."""
    if isinstance(error, DatabaseError | RedisError | OSError):
        logger.warning("poll: the database or Redis does not answer", exc_info=error)
        return Overloaded(retry_after=RETRY_SECONDS)
    if not isinstance(error, Refusal | ContextOverloaded):
        logger.error("poll: a request failed", exc_info=error)
    return error


async def answer_preflight(asked: Asked, send: Any, method: str) -> None:
    cors = await _cors(asked)
    if any(name == b"access-control-allow-origin" for name, _value in cors):
        cors += [
            (b"access-control-allow-methods", f"{method}, OPTIONS".encode()),
            (b"access-control-allow-headers", CORS_HEADERS.encode()),
            (b"access-control-max-age", CORS_MAX_AGE.encode()),
        ]
    await _send(send, 204, b"", cors)


async def _cors(asked: Asked) -> Headers:
    """Name the page's origin where the browser needs that to hand over the answer: of visitors only."""
    headers: Headers = [(b"vary", b"Origin, Accept")]
    origin, host = asked.credentials.header(b"origin"), asked.credentials.host
    if (
        asked.is_of_visitor
        and asked.tenant
        and origin
        and not is_own_origin(origin, host)
        and (asked.is_let_in or await _is_of_a_widget(asked.tenant, origin, host))
    ):
        headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        headers.append((b"access-control-expose-headers", CORS_EXPOSED.encode()))
    return headers


async def _is_of_a_widget(tenant: Tenant, origin: str, host: str) -> bool:
    try:
        return await run_in_tenant(tenant, is_of_any_widget, origin, host)
    except (DatabaseError, ContextOverloaded):
        return False  # the answer itself must not be lost for its headers


async def _send(send: Any, status: int, body: bytes, headers: Headers) -> None:
    headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"private, no-store")]
    headers += [(b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
