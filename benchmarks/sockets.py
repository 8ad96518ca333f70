"""A WebSocket client that costs next to nothing: frames made by hand, no task and no queue per connection.

The load generator stands on the same two cores as what it measures, so its own share must be small. Speaks as much of
RFC 6455 as a well-behaved server needs; used for measuring only.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

PING, PONG, CLOSE = 9, 10, 8
# Masking is the client's duty; a mask of zeros leaves the bytes as they are.
NO_MASK = b"\0\0\0\0"

OnFrame = Callable[[bytes, float], None]


class Refused(Exception):
    """The server did not accept the handshake."""


class Socket(asyncio.Protocol):
    """One connection. `on_frame` is called with each message's payload and the time at which it came in."""

    __slots__ = ("_buffer", "_clock", "_is_open", "_opened", "_parts", "_request", "_transport", "bytes_in", "on_frame")

    def __init__(self, request: bytes, opened: "asyncio.Future[None]", on_frame: OnFrame, clock: Any) -> None:
        self._request, self._opened, self.on_frame, self._clock = request, opened, on_frame, clock
        self._buffer = b""
        self._parts: list[bytes] = []
        self._is_open = False
        self._transport: asyncio.Transport | None = None
        self.bytes_in = 0

    # ---- what asyncio calls ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = self._clock()
        self.bytes_in += len(data)
        data = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            self._open(head)
        self._buffer = self._take_frames(data, now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(error or Refused("The connection ended."))
        self._transport = None

    # ---- what the generator calls ----

    @property
    def is_alive(self) -> bool:
        return self._transport is not None

    def send(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(text_frame(payload))

    def fileno(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("socket").fileno())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # ---- inside ----

    def _open(self, head: bytes) -> None:
        if b" 101 " not in head[:20]:
            self._opened.set_exception(Refused(head.split(b"\r\n", 1)[0].decode()))
            return
        self._is_open = True
        if not self._opened.done():
            self._opened.set_result(None)

    def _take_frames(self, data: bytes, now: float) -> bytes:
        at, there = 0, len(data)
        while there - at >= 2:
            size, start = data[at + 1] & 127, at + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                if there - start < width:
                    break
                size, start = int.from_bytes(data[start : start + width], "big"), start + width
            if there - start < size:
                break
            self._take(data[at], data[start : start + size], now)
            at = start + size
        return data[at:]

    def _take(self, first: int, payload: bytes, now: float) -> None:
        kind = first & 15
        if kind in (0, 1, 2):
            if first & 128 and not self._parts:
                self.on_frame(payload, now)
                return
            self._parts.append(payload)
            if first & 128:
                whole, self._parts = b"".join(self._parts), []
                self.on_frame(whole, now)
        elif kind == PING and self._transport is not None:
            self._transport.write(_frame(PONG, payload))
        elif kind == CLOSE:
            self.close()


def text_frame(payload: bytes) -> bytes:
    return _frame(1, payload)


def _frame(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((128 | kind, 128 | size)) + NO_MASK + payload
    if size < 65536:
        return bytes((128 | kind, 254)) + size.to_bytes(2, "big") + NO_MASK + payload
    return bytes((128 | kind, 255)) + size.to_bytes(8, "big") + NO_MASK + payload


def handshake(host: str, port: int, kind: str, *, token: str = "", session: str = "") -> bytes:
    offered = "kefu.v1.json" + (f", kefu.token.{token}" if token else "")
    lines = [
        f"GET /ws/v1/{kind} HTTP/1.1",
        f"Host: {host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Sec-WebSocket-Protocol: {offered}",
        f"Origin: http://{host}:{port}",
    ]
    if session:
        lines.append(f"Cookie: kefu_session={session}")
    return "\r\n".join([*lines, "", ""]).encode()
