"""A WebSocket: frames in and out of one participant. Knows nothing of what the frames mean."""

import asyncio
import logging
import random
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, cast

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from chat import fanout
from chat.connections import CATCH_UP_SECONDS, address_of, connections
from chat.consumers.answering import DRAIN, BadFrame, answer, close_code_of, hello_frame
from chat.consumers.buckets import bucket_of_connection
from chat.consumers.identifying import identify
from chat.consumers.outgoing import Outgoing
from chat.encodings import JSON, Encoding, Wire, choose_by_subprotocol
from chat.errors import Refusal
from chat.events import Frame
from chat.participants.credentials import Credentials
from chat.participants.participant import Participant
from chat.presence import leases
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN, CLOSE_IDLE, CLOSE_PROTOCOL, CLOSE_TOO_SLOW
from tenants.context import ContextOverloaded
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_BAD_FRAMES = 10
CUT_OFF_SECONDS = 2.0
ACCESS_ENDED = (CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN)
# Clients say something at least every 60 s as agents and in a browser, every 275 s in a program (docs/heartbeat.md).
SILENCE_SECONDS = {"agent": 75.0, "visitor": 300.0, "app": 300.0}

# Orders to close that are under way; asyncio itself keeps only weak references to tasks.
_running: set[asyncio.Task[None]] = set()


class SocketConsumer(AsyncWebsocketConsumer):
    """One connection of a participant of the given class."""

    speaks_for: type[Participant]
    participant: Participant
    encoding: Encoding = JSON
    lease_id: str | None = None
    is_cut_off = False
    is_greeted = False
    is_closing = False
    is_catching_up = False
    main_task: "asyncio.Task[Any] | None" = None
    outgoing: Outgoing | None = None

    def __init__(self, speaks_for: type[Participant]) -> None:
        super().__init__()
        self.speaks_for = speaks_for

    # ---- life of the connection ----

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the connection. With our own layer the server's task is the only one, and pushes are plain calls."""
        try:
            if not fanout.delivers_directly():
                await super().__call__(scope, receive, send)
                return
            self.scope, self.base_send = scope, send
            self.channel_name = ""
            self.main_task = asyncio.current_task()
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        except asyncio.CancelledError:
            # Cut off: the client did not even take the closing. Whoever else cancels means it.
            if not self.is_cut_off:
                raise
        finally:
            await self.disconnect(CLOSE_TOO_SLOW)

    async def dispatch(self, message: Any) -> None:
        """Route an ASGI or bus event through a closed table; the base class would look up any method by name.

        It would also hop to a thread on every event to close database connections, which we close where we use them.
        """
        kind = message["type"]
        if kind == "websocket.receive":
            await self._receive(message)
        elif kind == "push":
            self.deliver(message)
        elif kind == "websocket.connect":
            await self.connect()
        elif kind == "websocket.disconnect":
            await self.disconnect(message.get("code") or 1006)
            raise StopConsumer
        elif kind in ("close.now", "bus.returned"):
            await self._obey(message)
        else:
            logger.warning("socket: event of unknown type", extra={"event_type": kind})

    async def connect(self) -> None:
        fanout.adopt_running_loop()
        self.followed_topics: set[str] = set()
        # Headers and cookies are read here only: thousands of connections would keep them.
        scope, self.scope = cast("dict[str, Any]", self.scope), cast("Any", {})
        self.address = address_of(scope)
        offered: list[str] = scope["subprotocols"]
        encoding = choose_by_subprotocol(offered)
        if encoding is None:
            await super().close(CLOSE_PROTOCOL)
            return
        self.encoding = encoding
        try:
            if scope["outage"] is not None:
                raise scope["outage"]
            await self._let_in(scope["tenant"], Credentials(scope["headers"], offered))
        except (Refusal, ContextOverloaded, DatabaseError) as refusal:
            if isinstance(refusal, DatabaseError):
                logger.warning("socket: the database does not answer", exc_info=True)
            # With a code that the client can read, which takes an accepted connection.
            if self.outgoing is None:
                await self.accept(encoding.subprotocol)
            await self.close(close_code_of(refusal))

    async def _let_in(self, tenant: Tenant | None, credentials: Credentials) -> None:
        connections.check_address(self.address)
        self.participant = who = await identify(self.speaks_for, tenant, credentials, self.address)
        who.link = self
        connections.add(self, self.address, "socket")
        self.outgoing = Outgoing(self._send_wire, self._cut_off)
        self.bad_frames = 0
        self.heard_at = time.monotonic()
        self.bucket = bucket_of_connection(who)
        await self.accept(self.encoding.subprotocol)
        await self.follow(*who.topics(), fanout.brand_topic(who.tenant))
        self.lease_id = await leases.take(who.tenant, who.kind, who.me)
        await who.enter()
        self.is_greeted = True
        self.put(hello_frame(who, self.lease_id))

    async def disconnect(self, code: int) -> None:
        """Let go of everything; doing it twice does nothing."""
        if self.outgoing is None:
            return
        self.outgoing.end()
        connections.remove(self, self.address, "socket")
        await self.unfollow(*self.followed_topics)
        if self.lease_id is not None:
            who, lease_id, self.lease_id = self.participant, self.lease_id, None
            await leases.end(who.tenant, who.kind, who.me, lease_id)

    # ---- frames in ----

    async def _receive(self, message: dict[str, Any]) -> None:
        # What was sent before the client saw the end is not done any more, as nobody would answer it.
        if self.outgoing is None or self.is_closing:
            return
        self.heard_at = time.monotonic()
        given = message.get("text")
        wire: Wire = given if given is not None else message.get("bytes") or b""
        try:
            frame = await answer(self.participant, wire, self.encoding, self.bucket)
        except BadFrame as bad:
            frame = bad.frame
            self.bad_frames += 1
        if frame is not None:
            self.put(frame)
        if self.bad_frames >= MAX_BAD_FRAMES:
            await self.close(CLOSE_PROTOCOL)

    # ---- frames out ----

    def put(self, frame: Frame) -> None:
        """Send a frame that is for this connection alone."""
        if self.outgoing is not None:
            self.outgoing.put(self.encoding.encode(frame))

    def deliver(self, message: dict[str, Any]) -> None:
        """A message of a topic, handed over by our own layer."""
        if message["type"] == "push":
            # Topics are joined before hello is said. What comes in between would overtake it, and tells nothing to a
            # client that has not yet asked for anything: its first list or resume holds it.
            if not self.is_greeted or self.is_closing or self.outgoing is None:
                return
            if (seen := self.participant.sift(message)) is not None:
                self.outgoing.put(self.encoding.encode_push(seen))
            return
        self._start(self._obey(message))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        _running.add(task)
        task.add_done_callback(_running.discard)

    def drain(self) -> None:
        self.put(DRAIN)

    def is_silent(self, now: float) -> bool:
        """Tell whether the client must be dead: no beat in a time in which it would have sent several."""
        return now - self.heard_at > SILENCE_SECONDS[self.participant.kind]

    def end_idle(self) -> None:
        self._start(self.close(CLOSE_IDLE))

    async def _obey(self, message: dict[str, Any]) -> None:
        if message["type"] == "close.now":
            await self.close(message["code"])
        elif message["type"] == "bus.returned":
            await self._catch_up()

    async def _catch_up(self) -> None:
        """The bus was away: an order to close may be lost, and the tops are told now, not at the next heartbeat; the
        client asks for what it missed."""
        await connections.look_again()
        if self.is_catching_up:  # several of its topics missed something
            return
        self.is_catching_up = True
        await asyncio.sleep(random.uniform(0, CATCH_UP_SECONDS))
        self.is_catching_up = False
        with suppress(ContextOverloaded):  # then the heartbeat does it
            self.put({"type": "pong", "data": await self.participant.pong()})

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close, once: the server takes a second closing for our mistake. What waits goes out first, unless the client
        may not have it any more."""
        if self.is_closing:
            return
        self.is_closing = True
        if self.outgoing is not None:
            if code not in ACCESS_ENDED:
                await self.outgoing.flush()
            self.outgoing.end()
        try:
            await asyncio.wait_for(super().close(code, reason), CUT_OFF_SECONDS)
        except TimeoutError:
            self.is_cut_off = True
            if self.main_task is not None:
                self.main_task.cancel()

    async def _send_wire(self, wire: Wire) -> None:
        text, data = (wire, None) if isinstance(wire, str) else (None, wire)
        await self.base_send({"type": "websocket.send", "text": text, "bytes": data})

    async def _cut_off(self) -> None:
        """The client does not read: say so if it still can be said, then end the connection."""
        await self.close(CLOSE_TOO_SLOW)

    # ---- topics ----

    async def follow(self, *topics: str) -> None:
        self.followed_topics.update(topics)
        await fanout.subscribe(self, *topics)

    async def unfollow(self, *topics: str) -> None:
        self.followed_topics.difference_update(topics)
        await fanout.unsubscribe(self, *topics)
