"""uvicorn's HTTP protocol, with an end for clients that do not finish what they began: uvicorn would wait for them for
ever, and anybody could hold all of the process's files so.

Named in kefu_project/cli/roles.py. Sockets have an end of their own (kefu_project/websocket.py).
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# From the opening, or from its first byte, to the end of a request's head; between two pieces of a body.
HEAD_SECONDS = 60.0
BODY_SECONDS = 60.0
# Without room for more of the answer: the kernel may have taken a few megabytes for a slow network before.
UNREAD_SECONDS = 300.0


class Http(H11Protocol):
    """Ends a connection whose client leaves the rest of a request out, or does not read the answer."""

    waiting: asyncio.TimerHandle | None = None
    unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.waiting = self.loop.call_later(HEAD_SECONDS, self._end)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._stop_unread()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Called when something came, and when a request that came with the one before has its turn."""
        super().handle_events()
        if self.transport.get_protocol() is not self:
            self._stop_waiting()  # it became a socket
        elif self.conn.their_state is h11.SEND_BODY:
            self._stop_waiting()
            self.waiting = self.loop.call_later(BODY_SECONDS, self._end)
        elif self.conn.their_state is not h11.IDLE or self.timeout_keep_alive_task is not None:
            self._stop_waiting()  # the request is here, or uvicorn waits for the next one
        elif self.waiting is None:  # else it goes on: a head that drips has no more time
            self.waiting = self.loop.call_later(HEAD_SECONDS, self._end)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_unread()
        self.unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_unread()

    def _end(self) -> None:
        if self.flow.read_paused:  # it is we who do not go on
            self.waiting = self.loop.call_later(BODY_SECONDS, self._end)
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _stop_unread(self) -> None:
        if self.unread is not None:
            self.unread.cancel()
            self.unread = None
