"""uvicorn's WebSocket protocol, stricter about text and kinder about closing: what Autobahn asks of a server beyond it;
and with an end for clients that do not read, whom uvicorn would hold for ever, their file and memory included.

See docs/reliability/websocket.md. Named in kefu_project/cli/roles.py.
"""

import codecs
from contextlib import suppress
from socket import IPPROTO_TCP, TCP_NOTSENT_LOWAT
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from kefu_project.websocket_parts import Gate, Inbox

_decoder = codecs.getincrementaldecoder("utf-8")


# After the closing is written; a client that begins to read by then still sees its code.
ABORT_SECONDS = 8.0

# Of what is not on its way yet, the kernel takes no more than this: it would take megabytes for a client that does not
# read, which then nobody would notice, and every event would be written to it.
UNSENT_BYTES = 64 * 1024

# What was sent last, and its frame.
_last: tuple[str | bytes | None, bytes] = (None, b"")


def frame_of(wire: str | bytes) -> bytes:
    """The frame on the wire: it is the same for all who receive an event, and they come one after another."""
    global _last
    if _last[0] is not wire:
        opcode, data = (Opcode.TEXT, wire.encode()) if isinstance(wire, str) else (Opcode.BINARY, wire)
        _last = wire, Frame(opcode, data).serialize(mask=False)
    return _last[1]


class Connection(ServerProtocol):
    """To close in the middle of a fragmented message is allowed (RFC 6455, 5.4); websockets calls it an error."""

    def recv_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)


class WebSocket(WebSocketsSansIOProtocol):
    """Ends the connection (1007) with the first fragment that is no UTF-8, and without a traceback in the log."""

    # What upstream sets, in slots: a dictionary of so many names is 1.6 KB for every connection.
    __slots__ = (
        "app",
        "app_state",
        "asgi_version",
        "client",
        "close_sent",
        "close_timeout",
        "close_timer",
        "config",
        "conn",
        "connections",
        "curr_msg_data_type",
        "default_headers",
        "disconnected",
        "frames",
        "handshake_complete",
        "handshake_initiated",
        "initial_response",
        "is_full",
        "last_ping_rtt",
        "logger",
        "loop",
        "pending_ping_payload",
        "ping_interval",
        "ping_sent_at",
        "ping_timeout",
        "ping_timer",
        "pong_timer",
        "queue",
        "read_paused",
        "request",
        "response",
        "root_path",
        "scheme",
        "scope",
        "server",
        "tasks",
        "transport",
        "writable",
    )

    # A fragmented text so far, and its decoder, which holds a character that was cut in two.
    text: str = ""
    decoder: codecs.IncrementalDecoder | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.conn
        self.conn = Connection(
            extensions=known.available_extensions, max_size=self.config.ws_max_size, logger=known.logger
        )
        self.queue = cast("Any", Inbox())
        self.writable = cast("Any", Gate())
        # More waits to be written than the client takes; `writable` opens for the closing all the same.
        self.is_full = False

    def start_keepalive(self) -> None:
        """Called when the handshake is done: from here on nobody needs its headers, which are 5 KB."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()
        # Not emptied but let go: the application may still look at those that it was given.
        self.scope["headers"], self.scope["subprotocols"] = [], []
        with suppress(OSError, AttributeError):  # no TCP, or no Linux
            self.transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES)

    def pause_writing(self) -> None:
        """Who does not read is not read from either: each of its pings would be answered into our memory."""
        super().pause_writing()
        self.is_full = True
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_full = False
        if not self.read_paused:
            self.transport.resume_reading()

    def handle_text(self, event: Frame) -> None:
        self.curr_msg_data_type = "text"
        self._take_text(event)

    def handle_cont(self, event: Frame) -> None:
        if self.curr_msg_data_type == "text":
            self._take_text(event)
        else:
            self._take_part(event)

    def _take_part(self, event: Frame) -> None:
        # Into one buffer: a list would grow with fragments of nothing, which have no size.
        if not isinstance(self.frames[0], bytearray):
            self.frames = cast("Any", [bytearray(self.frames[0])])
        self.frames[0] += event.data
        if event.fin:
            self.frames = [bytes(self.frames[0])]
            self.send_receive_event_to_app()

    def _take_text(self, event: Frame) -> None:
        if self.close_sent:
            return
        try:
            text = self._decode(bytes(event.data), event.fin)
        except UnicodeDecodeError:
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        if event.fin:
            self._hand_over(text)

    def _decode(self, octets: bytes, is_last: bool) -> str:
        """The whole text when it is complete, what there is of it before."""
        if is_last and self.decoder is None:
            return octets.decode()
        if self.decoder is None:
            self.decoder = _decoder()
        self.text += self.decoder.decode(octets, is_last)
        if not is_last:
            return ""
        text, self.text, self.decoder = self.text, "", None
        return text

    def _hand_over(self, text: str) -> None:
        self.queue.put_nowait(cast("Any", {"type": "websocket.receive", "text": text}))
        # As upstream: nothing more is read before the application took this.
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    async def receive(self) -> Any:
        """As upstream, but reading goes on only when there is room for what it answers."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            if not self.is_full:
                self.transport.resume_reading()
        return message

    async def send(self, message: Any) -> None:
        """As upstream, but what goes to many is made into a frame once, and closing waits for nobody."""
        if message["type"] == "websocket.send" and self.handshake_complete and not self.conn.extensions:
            await self.writable.wait()
            if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
                raise ClientDisconnected
            text = message.get("text")
            self.transport.write(frame_of(text if text is not None else message["bytes"]))
            return
        is_end = message["type"] == "websocket.close"
        if is_end:
            # The closing goes behind what waits; waiting for room would be waiting for the client.
            self.writable.set()
        await super().send(message)
        if is_end:
            if self.is_full:
                self.transport.pause_reading()
            self.loop.call_later(ABORT_SECONDS, self._abort)

    def _abort(self) -> None:
        """End it even though something is still unsent; one that has ended is left alone."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
