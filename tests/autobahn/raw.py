"""A WebSocket client that can be as wrong as RFC 6455 allows to say: frames are put together by hand."""

import os
import socket
import struct
import time
from dataclasses import dataclass, field

CONTINUE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HANDSHAKE_SECONDS = 10.0


@dataclass(frozen=True)
class Sent:
    """A frame to send. `chop`: octets per write; None for one write."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv: int = 0
    chop: int | None = None

    def octets(self) -> bytes:
        first = (self.fin << 7) | (self.rsv << 4) | self.opcode
        length = len(self.payload)
        if length < 126:
            head = struct.pack("!BB", first, 0x80 | length)
        elif length < 65_536:
            head = struct.pack("!BBH", first, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, length)
        mask = os.urandom(4)
        key = (mask * (length // 4 + 1))[:length]
        masked = int.from_bytes(self.payload, "big") ^ int.from_bytes(key, "big")
        return head + mask + masked.to_bytes(length, "big")


@dataclass(frozen=True)
class Event:
    """What came: a message, a pong, a ping, the closing with its code, the end of the TCP connection."""

    kind: str
    payload: bytes = b""
    binary: bool = False
    code: int | None = None


@dataclass
class RawSocket:
    """One connection, after the handshake."""

    tcp: socket.socket
    protocol: str = ""
    _buffer: bytes = b""
    _parts: list[bytes] = field(default_factory=list)
    _opcode: int = 0
    is_over: bool = False

    def send(self, frame: Sent) -> None:
        self.send_octets(frame.octets(), frame.chop)

    def send_octets(self, octets: bytes, chop: int | None = None) -> None:
        """Send; what the other end does not take any more is let go."""
        size = chop or len(octets) or 1
        try:
            for at in range(0, len(octets), size):
                self.tcp.sendall(octets[at : at + size])
        except OSError:
            pass

    def next_event(self, seconds: float) -> Event | None:
        """The next event, or None when nothing comes within the time."""
        deadline = time.monotonic() + seconds
        while True:
            event = self._parse()
            if event is not None:
                return event
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if not self._fill(left):
                return None if not self.is_over else Event("eof")

    def close(self) -> None:
        self.tcp.close()

    def _fill(self, seconds: float) -> bool:
        self.tcp.settimeout(seconds)
        try:
            octets = self.tcp.recv(65_536)
        except TimeoutError:
            return False
        except OSError:
            octets = b""
        self._buffer += octets
        self.is_over = not octets
        return bool(octets)

    def _parse(self) -> Event | None:
        while (frame := self._frame()) is not None:
            fin, opcode, payload = frame
            if opcode == CLOSE:
                return Event("close", payload[2:], code=struct.unpack("!H", payload[:2])[0] if payload else None)
            if opcode in (PING, PONG):
                return Event("ping" if opcode == PING else "pong", payload)
            if opcode != CONTINUE:
                self._opcode = opcode
            self._parts.append(payload)
            if fin:
                message, self._parts = b"".join(self._parts), []
                return Event("message", message, self._opcode == BINARY)
        return None

    def _frame(self) -> tuple[bool, int, bytes] | None:
        found = self._buffer
        if len(found) < 2:
            return None
        assert not found[1] & 0x80, "a server must not mask"
        assert not found[0] & 0x70, "no reserved bit may be set"
        length, start = found[1] & 0x7F, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(found) < 2 + size:
                return None
            length, start = int.from_bytes(found[2 : 2 + size], "big"), 2 + size
        if len(found) < start + length:
            return None
        self._buffer = found[start + length :]
        return bool(found[0] & 0x80), found[0] & 0x0F, found[start : start + length]


def open_socket(port: int, path: str = "/", headers: "dict[str, str] | None" = None) -> RawSocket:
    """Shake hands. Raises ConnectionError when the server does not switch protocols."""
    lines = [f"GET {path} HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [f"{name}: {value}" for name, value in ({"Host": f"127.0.0.1:{port}"} | (headers or {})).items()]
    tcp = socket.create_connection(("127.0.0.1", port), HANDSHAKE_SECONDS)
    tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tcp.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        octets = tcp.recv(4096)
        if not octets:
            raise ConnectionError("the server hung up during the handshake")
        answer += octets
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(head.decode("latin-1"))
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, "the accept key is wrong"
    return RawSocket(tcp, _buffer=rest)
