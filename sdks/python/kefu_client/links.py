"""A link is one way to the server, on one rung of the ladder: what all of them share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from .frames import Frame
from .ladder import Rung

CUT = 1006


class LinkEnded(Exception):
    """The link is gone; `code` is a close code of docs/realtime.md, 1006 for a cut."""

    def __init__(self, code: int = CUT, retry_after: float | None = None) -> None:
        super().__init__(f"ended with {code}")
        self.code = code
        self.retry_after = retry_after


class LinkSilent(Exception):
    """What was asked had no answer in its time. The link may be asked again."""


@dataclass(frozen=True)
class Received:
    frames: list[Frame] = field(default_factory=list)
    # An answer to a parked request: it shows that parked requests get through here.
    is_answer_to_parked: bool = False


class Link(Protocol):
    rung: Rung

    async def open(self) -> Frame:
        """Return hello. Raises LinkEnded."""

    def send(self, frame: Frame) -> None:
        """Never blocks; what cannot be sent ends the link."""

    async def receive(self) -> Received:
        """Raises LinkEnded, LinkSilent."""

    def followed(self) -> None:
        """What the client follows has changed."""

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Access:
    """Who asks, and where."""

    url: str
    kind: str
    headers: Callable[[], dict[str, str]]
    origin: str | None = None
    # Dial this address in place of the URL's host.
    address: tuple[str, int] | None = None

    def socket_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}/ws/v1/{self.kind}"

    def http_url(self, verb: str, query: dict[str, str] | None = None) -> str:
        base = self.url
        if self.address:
            base = f"{urlsplit(self.url).scheme}://{self.address[0]}:{self.address[1]}"
        return f"{base}/api/v1/{self.kind}/{verb}" + (f"?{urlencode(query, safe=':,')}" if query is not None else "")

    def http_headers(self) -> dict[str, str]:
        origin = {"Origin": self.origin} if self.origin else {}
        return {"Host": urlsplit(self.url).netloc, **origin, **self.headers()}
