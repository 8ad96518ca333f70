"""What somebody who connects or asks brought along to say who it is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chat.origins import page_origin
from chat.tokens import bearer_of

# Browsers cannot set headers of a handshake: they offer the token as a subprotocol.
TOKEN_PREFIX = "kefu.token."


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers as ASGI gives them and, of a WebSocket, the subprotocols that the client offered."""

    headers: Sequence[tuple[bytes, bytes]]
    offered: Sequence[str] = ()

    def header(self, name: bytes) -> str | None:
        """The one header of this name; None when it is missing or there are several."""
        values = [value for key, value in self.headers if key == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

    @property
    def host(self) -> str:
        return self.header(b"host") or ""

    @property
    def origin(self) -> str | None:
        """The origin of the page that asks, None for a client that is not a browser."""
        return page_origin(
            self.host,
            # Two of them did not come from a browser: no page may speak so.
            origin="null" if self._count(b"origin") > 1 else self.header(b"origin"),
            fetch_site=self.header(b"sec-fetch-site"),
            referrer=self.header(b"referer"),
        )

    @property
    def token(self) -> str:
        """The bearer token, '' when there is none."""
        for offered in self.offered:
            if offered.startswith(TOKEN_PREFIX):
                return str(offered[len(TOKEN_PREFIX) :])
        return bearer_of(self.header(b"authorization") or "")

    def _count(self, name: bytes) -> int:
        return sum(key == name for key, _value in self.headers)
