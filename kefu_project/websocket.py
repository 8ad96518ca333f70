"""uvicorn's WebSocket protocol, stricter about text and kinder about closing: what Autobahn asks of a server beyond it;
and with an end for clients that do not read, whom uvicorn would hold for ever, their file and memory included.

See docs/reliability/websocket.md. Named in kefu_project/cli/roles.py.
"""

import codecs
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.server import ServerProtocol

from kefu_project.websocket_parts import Gate, Inbox

_decoder = codecs.getincrementaldecoder("utf-8")


# After the closing is written; a client that begins to read by then still sees its code.
ABORT_SECONDS = 8.0


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

    def start_keepalive(self) -> None:
        """Called when the handshake is done: from here on nobody needs its headers, which are 5 KB."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()
        # Not emptied but let go: the application may still look at those that it was given.
        self.scope["headers"], self.scope["subprotocols"] = [], []

    def handle_text(self, event: Frame) -> None:
        self.curr_msg_data_type = "text"
        self._take_text(event)

    def handle_cont(self, event: Frame) -> None:
        if self.curr_msg_data_type == "text":
            self._take_text(event)
        else:
            super().handle_cont(event)

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

    async def send(self, message: Any) -> None:
        is_end = message["type"] == "websocket.close"
        if is_end:
            # The closing goes behind what waits; waiting for room would be waiting for the client.
            self.writable.set()
        await super().send(message)
        if is_end:
            self.loop.call_later(ABORT_SECONDS, self._abort)

    def _abort(self) -> None:
        """End it even though something is still unsent; one that has ended is left alone."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
