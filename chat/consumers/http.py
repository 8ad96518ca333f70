"""The HTTP side of long poll and poll: what was asked, and answers with their headers. Refusals are problem+json."""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from chat.encodings import JSON, Encoding, choose_by_content_type
from chat.errors import Invalid, Refusal, TooLarge, UnsupportedType
from chat.events import Frame
from chat.models import Widget
from chat.origins import is_own_origin, origin_allowed
from chat.participants.credentials import Credentials
from chat.participants.participant import Participant
from chat.rest.problems import CONTENT_TYPE, problem_of
from tenants.context import run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
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
        self.query: dict[str, str] = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.is_read = scope["method"] != "POST"
        self.is_of_visitor = speaks_for.kind == "visitor"
        self.encoding: Encoding = choose_by_content_type(self.credentials.header(b"accept") or "") or JSON

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


async def read_request(asked: Asked, receive: Receive) -> bytes:
    """Return the body. Raises TooLarge, Gone."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise TooLarge(f"A request has at most {MAX_BODY} bytes.")
        if not message.get("more_body"):
            return body


async def respond(asked: Asked, send: Any, answer: Callable[[], Awaitable[Answer]]) -> None:
    """Send the answer, or the problem that kept us from it."""
    try:
        done = await answer()
        body, headers = asked.encoding.encode_many(done.frames, done.fields), []
        status, content_type = 200, asked.encoding.content_type
    except Gone:
        raise
    except Exception as error:
        problem = problem_of(error)
        if not isinstance(error, Refusal) and problem.status == 500:
            logger.exception("poll: a request failed")
        body, status, content_type = msgspec.json.encode(problem.body()), problem.status, CONTENT_TYPE
        headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    headers += [(b"content-type", content_type.encode()), *await _cors(asked)]
    await _send(send, status, body, headers)


async def answer_preflight(asked: Asked, send: Any) -> None:
    cors = await _cors(asked)
    if any(name == b"access-control-allow-origin" for name, _value in cors):
        cors += [
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", b"Authorization, Content-Type"),
            (b"access-control-max-age", b"600"),
        ]
    await _send(send, 204, b"", cors)


async def _cors(asked: Asked) -> Headers:
    """Name the page's origin where the browser needs that to hand over the answer: of visitors only."""
    headers: Headers = [(b"vary", b"Origin, Accept")]
    origin, host = asked.credentials.header(b"origin"), asked.credentials.host
    if asked.is_of_visitor and asked.tenant and origin and not is_own_origin(origin, host):
        # Whose widget it is may not be known (preflight, refused token): any of the brand's will do to read a refusal.
        widgets = await run_in_tenant(asked.tenant, _widgets)
        if any(origin_allowed(origin, host, widget) for widget in widgets):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            headers.append((b"access-control-expose-headers", b"Retry-After"))
    return headers


def _widgets() -> list[Widget]:
    return list(Widget.objects.all())


async def _send(send: Any, status: int, body: bytes, headers: Headers) -> None:
    headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"private, no-store")]
    headers += [(b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
