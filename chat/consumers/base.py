"""What visitor's and agent's sockets share: reading frames, the dispatch table, answers, errors, topics, the lease."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar, cast
from uuid import UUID

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from chat import fanout
from chat.consumers.bucket import TokenBucket
from chat.consumers.outgoing import Outgoing
from chat.errors import Malformed, Overloaded, RateLimited, Refusal, UnknownType
from chat.events import Frame
from chat.presence import leases
from chat.protocol import CLOSE_PROTOCOL, CLOSE_TOO_SLOW, HEARTBEAT_SECONDS, LIMITS, Command, decode
from chat.resume import tops
from tenants.context import ContextOverloaded, run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

SUBPROTOCOL = "kefu.v1.json"
FRAMES_PER_SECOND = 10.0
FRAMES_AT_ONCE = 40.0
MAX_BAD_FRAMES = 10
MAX_RETRY_SECONDS = 5.0
CUT_OFF_SECONDS = 2.0
# Over how long the connections of a process spread their questions after the bus came back.
CATCH_UP_SECONDS = 2.0

# Orders to close that are under way; asyncio itself keeps only weak references to tasks.
_running: set[asyncio.Task[None]] = set()

# Commands to handler names; answers are data of the ack, None for no answer.
Handlers = dict[str, str]


class FrameConsumer(AsyncWebsocketConsumer):
    """One connection. Subclasses say who it is (`identify`) and what it may do (`handlers`)."""

    handlers: ClassVar[Handlers] = {}
    kind: ClassVar[str]
    tenant: Tenant
    me: UUID
    is_cut_off = False
    main_task: "asyncio.Task[Any] | None" = None

    async def identify(self) -> dict[str, Any] | None:
        """Check who connects; return `me` of the hello frame, or None after having closed the connection."""
        raise NotImplementedError

    def topics(self) -> list[str]:
        """Topics that this connection follows from its start."""
        raise NotImplementedError

    def following(self) -> set[UUID]:
        """The conversations whose tops this client is told."""
        raise NotImplementedError

    # ---- life of the connection ----

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the connection. With our own layer the server's task is the only one, and pushes are plain calls."""
        if not fanout.delivers_directly():
            await super().__call__(scope, receive, send)
            return
        self.scope, self.base_send = scope, send
        self.channel_name = ""
        self.main_task = asyncio.current_task()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            # Cut off: the client did not even take the closing. Whoever else cancels means it.
            if not self.is_cut_off:
                raise
            await self.disconnect(CLOSE_TOO_SLOW)

    async def dispatch(self, message: Any) -> None:
        """Route an ASGI or bus event through a closed table; the base class would look up any method by name.

        It would also hop to a thread on every event to close database connections, which we close where we use them.
        """
        handler = self._events().get(message["type"])
        if handler is None:
            logger.warning("socket: event of unknown type", extra={"event_type": message["type"]})
            return
        await handler(message)

    def _events(self) -> dict[str, Callable[[Any], Coroutine[Any, Any, None]]]:
        return {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
            "push": self.push,
            "close.now": self.close_now,
            "bus.returned": self.catch_up,
        }

    async def connect(self) -> None:
        fanout.adopt_running_loop()
        self.tenant = cast("dict[str, Any]", self.scope)["tenant"]
        self.lease_id: str | None = None
        self.followed_topics: set[str] = set()
        self.outgoing = Outgoing(self._send_text, self._cut_off)
        self.bad_frames = 0
        self.bucket = TokenBucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, time.monotonic())
        if SUBPROTOCOL not in self.scope["subprotocols"]:
            await self.close(CLOSE_PROTOCOL)
            return
        me = await self.identify()
        if me is None:
            return
        for topic in [*self.topics(), fanout.brand_topic(self.tenant)]:
            await self.follow(topic)
        self.lease_id = await leases.take(self.tenant, self.kind, self.me)
        await self.send_frame({"type": "hello", "data": self._hello(me)})
        await self.connected()

    async def connected(self) -> None:
        """After hello."""

    async def disconnect(self, code: int) -> None:
        self.outgoing.end()
        for topic in list(self.followed_topics):
            await self.unfollow(topic)
        if self.lease_id is not None:
            await leases.end(self.tenant, self.kind, self.me, self.lease_id)
            await self.disconnected()

    async def disconnected(self) -> None:
        """After an identified connection ended."""

    def _hello(self, me: dict[str, Any]) -> dict[str, Any]:
        return {
            "session": self.lease_id,
            "epoch": str(self.tenant.epoch),
            "heartbeat": HEARTBEAT_SECONDS,
            "limits": LIMITS,
            "server_time": int(time.time() * 1000),
            "me": me,
            "brand": {
                "id": str(self.tenant.pk),
                "slug": self.tenant.slug,
                "name": self.tenant.name,
                "accent": self.tenant.accent,
            },
        }

    # ---- frames in ----

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        reply_to: str | None = None
        try:
            if text_data is None:
                raise Malformed("This subprotocol has text frames only.")
            wait = self.bucket.take(time.monotonic())
            command = decode(text_data)
            reply_to = command.id
            # Only now: a refusal that does not name its command would leave the client waiting for an answer.
            if wait:
                raise RateLimited(retry_after=min(MAX_RETRY_SECONDS, round(wait, 2)))
            await self._handle(command)
        except Refusal as refusal:
            await self._refuse(refusal, getattr(refusal, "reply_to", None) or reply_to)
        except ContextOverloaded as overloaded:
            await self._refuse(Overloaded(retry_after=overloaded.retry_after), reply_to)
        except Exception:
            # Whatever went wrong inside stays inside.
            logger.exception("socket: a frame failed")
            await self._refuse_internal(reply_to)

    async def _handle(self, command: Command) -> None:
        name = self.handlers.get(command.type)
        if name is None:
            raise UnknownType
        answer = await getattr(self, name)(command)
        if answer is not None:
            answer_type, data = answer if isinstance(answer, tuple) else ("ack", answer)
            await self.send_frame({"type": answer_type, "reply_to": command.id, "data": data})

    async def _refuse(self, refusal: Refusal, reply_to: str | None) -> None:
        data: dict[str, Any] = {"code": refusal.code, "message": refusal.detail}
        if refusal.retry_after is not None:
            data["retry_after"] = refusal.retry_after
        await self.send_frame({"type": "error", "reply_to": reply_to, "data": data})
        if refusal.code in ("malformed", "unknown_type", "too_large"):
            self.bad_frames += 1
            if self.bad_frames >= MAX_BAD_FRAMES:
                await self.close(CLOSE_PROTOCOL)

    async def _refuse_internal(self, reply_to: str | None) -> None:
        data = {"code": "internal", "message": "Something went wrong on the server. Try again."}
        await self.send_frame({"type": "error", "reply_to": reply_to, "data": data})

    async def ping(self, command: Command) -> tuple[str, dict[str, Any]]:
        return "pong", await self.pong()

    async def pong(self) -> dict[str, Any]:
        known = await self.call(tops, set(self.following())) if self.following() else {}
        return {"tops": known, "heartbeat": HEARTBEAT_SECONDS}

    # ---- frames out ----

    async def send_frame(self, frame: Frame) -> None:
        self.outgoing.put(fanout.encode_frame(frame).decode())

    def deliver(self, message: dict[str, Any]) -> None:
        """A message of a topic, handed over by our own layer."""
        if message["type"] == "push":
            # Topics are joined before hello is said. What comes in between would overtake it, and tells nothing to a
            # client that has not yet asked for anything: its first list or resume holds it.
            if self.lease_id is not None:
                self.outgoing.put(message["text"])
        elif (handler := self._events().get(message["type"])) is not None:
            task = asyncio.get_running_loop().create_task(handler(message))
            _running.add(task)
            task.add_done_callback(_running.discard)

    async def push(self, event: dict[str, Any]) -> None:
        """An event from the bus: its text goes out as it is."""
        self.outgoing.put(event["text"])

    async def close_now(self, event: dict[str, Any]) -> None:
        await self.close(event["code"])

    async def catch_up(self, event: dict[str, Any]) -> None:
        """The bus was away: tell the tops now, not at the next heartbeat; the client asks for what it missed."""
        await asyncio.sleep(random.uniform(0, CATCH_UP_SECONDS))
        with suppress(ContextOverloaded):  # then the heartbeat does it
            await self.send_frame({"type": "pong", "data": await self.pong()})

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close after what waits has gone out."""
        await self.outgoing.flush()
        self.outgoing.end()
        await super().close(code, reason)

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def _cut_off(self) -> None:
        """The client does not read: say so if it still can be said, then end the connection."""
        self.is_cut_off = True
        try:
            await asyncio.wait_for(super().close(CLOSE_TOO_SLOW), CUT_OFF_SECONDS)
        except TimeoutError:
            if self.main_task is not None:
                self.main_task.cancel()

    # ---- for subclasses ----

    async def follow(self, topic: str) -> None:
        self.followed_topics.add(topic)
        await fanout.subscribe(topic, self)

    async def unfollow(self, topic: str) -> None:
        self.followed_topics.discard(topic)
        await fanout.unsubscribe(topic, self)

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a verb inside this connection's brand: the one hop of a frame."""
        return await run_in_tenant(self.tenant, function, *args, **kwargs)

    def header(self, name: bytes) -> str | None:
        """The one header of this name; None when it is missing or there are several."""
        values = [value for key, value in self.scope["headers"] if key == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

    async def refuse_handshake(self, code: int) -> None:
        """Close with a code that the client can read, which takes an accepted connection."""
        await self.accept(SUBPROTOCOL)
        await self.close(code)
