"""Who asks and where, and the links that follow from it."""

import logging
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

import httpx

from .encodings import Encoding, JsonEncoding, ProtobufEncoding
from .heartbeat import Learnt
from .ladder import Rung
from .links import Access, Link, LinkEnded
from .polling_link import WAIT_SECONDS, PollingLink, Positions
from .socket_link import SocketLink

logger = logging.getLogger(__name__)

EncodingName = Literal["json", "protobuf"]
Token = str | Callable[[], str]


def make_access(
    url: str,
    *,
    token: Token | None,
    key: str | None,
    session: str | None,
    origin: str | None,
    address: tuple[str, int] | None,
) -> Access:
    """Who asks, and how each request says so. Raises ValueError unless it is exactly one."""
    if sum(secret is not None for secret in (token, key, session)) != 1:
        raise ValueError("Give exactly one of token (visitor), key (app) and session (agent).")
    url = url.rstrip("/")
    if session is not None:
        # Cookies are sent by anybody's page: the console's doors want our own origin beside them.
        own = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
        return Access(url, "agent", lambda: {"Cookie": f"kefu_session={session}"}, origin or own, address)
    if key is not None:
        return Access(url, "app", lambda: {"Authorization": f"Bearer {key}"}, origin, address)
    return Access(url, "visitor", lambda: {"Authorization": f"Bearer {_ask(token)}"}, origin, address)


def _ask(token: Token | None) -> str:
    """Before every handshake, so that a renewed token is used. One that cannot be had now is a cut like any other."""
    if not callable(token):
        return str(token)
    try:
        return token()
    except Exception:
        logger.exception("the token function failed")
        raise LinkEnded from None


class Transports:
    """Makes a link for a rung."""

    def __init__(self, access: Access, encoding: EncodingName, clock: Callable[[], float]) -> None:
        self._access, self._clock = access, clock
        self._encoding: Encoding = ProtobufEncoding() if encoding == "protobuf" else JsonEncoding()
        # A server that does not know the first one takes the second.
        self._offered = [self._encoding] if encoding == "json" else [self._encoding, JsonEncoding()]
        self._http: httpx.AsyncClient | None = None
        self._wait = WAIT_SECONDS
        self.positions: Positions = dict

    def make(self, rung: Rung) -> Link:
        if rung is Rung.SOCKET:
            return SocketLink(self._access, self._offered)
        if self._http is None:
            self._http = httpx.AsyncClient()
        return PollingLink(
            self._access,
            self._encoding,
            self._http,
            rung=rung,
            positions=lambda: self.positions(),
            clock=self._clock,
            wait=self._wait,
        )

    def note_learnt(self, learnt: Learnt) -> None:
        """A parked request idles as a socket does: never for longer than this network bears."""
        self._wait = max(1, min(WAIT_SECONDS, learnt.cap // 1_000))

    async def close(self) -> None:
        if self._http:
            await self._http.aclose()
