"""What visitor's and agent's sockets share: reading frames, the dispatch table, answers, errors, topics, the lease."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from chat import fanout
from chat.consumers.bucket import TokenBucket
from chat.errors import Malformed, Overloaded, RateLimited, Refusal, UnknownType
from chat.events import Frame
from chat.presence import leases
from chat.protocol import CLOSE_PROTOCOL, HEARTBEAT_SECONDS, LIMITS, Command, decode
from tenants.context import ContextOverloaded, run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

SUBPROTOCOL = "kefu.v1.json"
FRAMES_PER_SECOND = 10.0
FRAMES_AT_ONCE = 40.0
MAX_BAD_FRAMES = 10
MAX_RETRY_SECONDS = 5.0

# Commands to handler names; answers are data of the ack, None for no answer.
Handlers = dict[str, str]


class FrameConsumer(AsyncWebsocketConsumer):
    """One connection. Subclasses say who it is (`identify`) and what it may do (`handlers`)."""

    handlers: ClassVar[Handlers] = {}
    kind: ClassVar[str]
    tenant: Tenant
    me: UUID

    async def identify(self) -> dict[str, Any] | None:
        """Check who connects; return `me` of the hello frame, or None after having closed the connection."""
        raise NotImplementedError

    def topics(self) -> list[str]:
        """Topics that this connection follows from its start."""
        raise NotImplementedError

    # ---- life of the connection ----

    async def dispatch(self, message: Any) -> None:
        """Route an ASGI or bus event through a closed table; the base class would look up any method by name.

        It would also hop to a thread on every event to close database connections, which we close where we use them.
        """
        handler = self._events().get(message["type"])
        if handler is None:
            logger.warning("socket: event of unknown type", extra={"event_type": message["type"]})
            return
        await handler(message)

    def _events(self) -> dict[str, Callable[[Any], Awaitable[None]]]:
        return {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
            "push": self.push,
            "close.now": self.close_now,
        }

    async def connect(self) -> None:
        fanout.adopt_running_loop()
        self.tenant = cast("dict[str, Any]", self.scope)["tenant"]
        self.lease_id: str | None = None
        self.bad_frames = 0
        self.bucket = TokenBucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, time.monotonic())
        if SUBPROTOCOL not in self.scope["subprotocols"]:
            await self.close(CLOSE_PROTOCOL)
            return
        me = await self.identify()
        if me is None:
            return
        for topic in [*self.topics(), fanout.brand_topic(self.tenant)]:
            await fanout.subscribe(topic, self.channel_name)
        self.lease_id = await leases.take(self.tenant, self.kind, self.me)
        await self.send_frame({"type": "hello", "data": self._hello(me)})
        await self.connected()

    async def connected(self) -> None:
        """After hello."""

    async def disconnect(self, code: int) -> None:
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
            self._check_rate()
            command = decode(text_data)
            reply_to = command.id
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

    def _check_rate(self) -> None:
        wait = self.bucket.take(time.monotonic())
        if wait:
            raise RateLimited(retry_after=min(MAX_RETRY_SECONDS, round(wait, 2)))

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

    # ---- frames out ----

    async def send_frame(self, frame: Frame) -> None:
        await self.send(text_data=fanout.encode_frame(frame).decode())

    async def push(self, event: dict[str, Any]) -> None:
        """An event from the bus: its text goes out as it is."""
        await self.send(text_data=event["text"])

    async def close_now(self, event: dict[str, Any]) -> None:
        await self.close(event["code"])

    # ---- for subclasses ----

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
