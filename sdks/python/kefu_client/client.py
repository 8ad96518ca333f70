"""The client: what programs use. See docs/sdk-python.md."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from .callbacks import Callbacks
from .clock import steady_ms, watch_sleep
from .connection import EPOCH, Connection, Refused, State
from .following import Following
from .frames import Frame, FrameError, Json, LogEvent, as_log_event
from .heartbeat import APP_CEILING, WEB_CEILING, Learnt
from .ids import new_id
from .ladder import Rung
from .links import Link
from .outbox import Entry, FileOutbox, MemoryOutbox, Outbox
from .sending import Ack, Sending
from .transports import EncodingName, Token, Transports, make_access

logger = logging.getLogger(__name__)

C = TypeVar("C", bound=Callable[..., Any])
Snapshot = Callable[[str], Awaitable[int]]


class Client:
    """One participant of a brand. Exactly one of `token` (visitor), `key` (app) and `session` (agent) says who.

    `state` names a file for unsent messages and what was learnt of the network; without it both end with the process.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        key: str | None = None,
        session: str | None = None,
        state: str | Path | None = None,
        encoding: EncodingName = "json",
        origin: str | None = None,
        follow_new: bool = True,
        ceiling: int = APP_CEILING,
        address: tuple[str, int] | None = None,
        outbox: Outbox | None = None,
        clock: Callable[[], float] = steady_ms,
        rng: Callable[[], float] = random.random,
        make_link: Callable[[Rung], Link] | None = None,
    ) -> None:
        access = make_access(url, token=token, key=key, session=session, origin=origin, address=address)
        self._outbox = outbox or (FileOutbox(state) if state else MemoryOutbox())
        self._transports = Transports(access, encoding, clock)
        self._clock, self._follow_new = clock, follow_new
        # Visitors are told of all that is theirs anyway.
        self._is_watching = token is None
        self._callbacks = Callbacks()
        # Whom the server waits for how long: chat/consumers/socket.py.
        ceiling = min(ceiling, APP_CEILING if session is None else WEB_CEILING)
        self._connection = Connection(self, make_link or self._transports.make, clock=clock, rng=rng, ceiling=ceiling)
        self._following = Following(
            self._connection,
            deliver=lambda event: self._callbacks.tell("event", event),
            snapshot=self._load_snapshot,
            lost=lambda conversation: logger.warning("conversation %s does not exist for us", conversation),
            unfollowed=self._note_unfollowed,
        )
        self._transports.positions = self._following.positions
        self._sending = Sending(self._connection, self._outbox, sent=self._note_sent, failed=self._note_failed)
        self._on_snapshot: Snapshot | None = None
        self._acks: dict[str, asyncio.Future[Ack]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._settled = asyncio.Event()
        self._has_started = False
        self.state: State = "stopped"
        self.hello: Json = {}
        # Why the server ended it for good.
        self.refused: Refused | None = None
        # Why nothing will happen any more: `refused`, a fault of ours, or stopped.
        self._ended: Refused | FrameError | None = None

    # ---- life ----

    async def __aenter__(self) -> "Client":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Connect, and send what an earlier process left. A client lives once: raises RuntimeError when asked again."""
        if self._has_started:
            raise RuntimeError("This client was started already: make another, with the same outbox.")
        self._has_started = True
        if learnt := await self._outbox.load_learnt():
            self._transports.note_learnt(learnt)
        self._connection.learnt = learnt
        await self._sending.load()
        loops = (self._run(), self._callbacks.run(), watch_sleep(self._clock, self.wake))
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._following.stop()
        await self._sending.stop()
        self._end(FrameError("stopped", "The client was stopped."))
        await self._transports.close()
        if self._connection.learnt:
            await self._outbox.keep_learnt(self._connection.learnt)
        await self._outbox.close()

    async def live(self) -> Json:
        """Wait until the server has said hello and return it. Raises Refused; FrameError when the client ended."""
        await self._settled.wait()
        if self._ended:
            raise self._ended
        return self.hello

    def wake(self) -> None:
        """Perhaps another network: try at once what waits, doubt what lives."""
        self._connection.wake()

    @property
    def rung(self) -> Rung:
        return self._connection.rung

    # ---- callbacks: plain or async, called one after the other; they may be used as decorators ----

    def on_event(self, callback: C) -> C:
        """`callback(event)`: log events of followed conversations, each once and in order."""
        self._callbacks.add("event", callback)
        return callback

    def on_hint(self, callback: C) -> C:
        """`callback(frame)`: typing, presence, read marks, list rows, as they come; they may be lost.

        A `pong` among them says that some were: the server's bus was away.
        """
        self._callbacks.add("hint", callback)
        return callback

    def on_state(self, callback: C) -> C:
        """`callback(state)`: connecting, live, waiting, stopped."""
        self._callbacks.add("state", callback)
        return callback

    def on_send_failed(self, callback: C) -> C:
        """`callback(entry, error)`: finally refused. It stays in the outbox as failed until `discard`."""
        self._callbacks.add("failed", callback)
        return callback

    def on_snapshot(self, callback: Snapshot) -> Snapshot:
        """`await callback(conversation)`: too much was missed; load it anew and return the seq it stands at."""
        self._on_snapshot = callback
        return callback

    # ---- verbs ----

    def follow(self, conversation: str, after: int = 0) -> None:
        """Deliver every log event after `after`. Again moves the position."""
        self._following.follow(conversation, after)

    def unfollow(self, conversation: str) -> None:
        """Deliver nothing more of it until it is followed again."""
        self._following.unfollow(conversation)
        if self._is_watching:
            # Its answer, which nobody waits for, is known by the id.
            self._connection.send("conversation.unwatch", {}, conversation, "unwatch")

    async def send(self, conversation: str | None, text: str, *, file_ids: tuple[str, ...] = ()) -> Ack:
        """Send a message and return when it is committed, through any number of cuts. Raises FrameError.

        A visitor without a conversation opens one. Cancelling the wait does not take the message back.
        """
        entry = self._entry(conversation, text, file_ids)
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._acks[entry.client_id] = future
        try:
            await self._sending.put(entry)
            return await future
        finally:
            self._acks.pop(entry.client_id, None)

    async def enqueue(self, conversation: str | None, text: str, *, file_ids: tuple[str, ...] = ()) -> str:
        """Return the client_id as soon as the message is in the outbox."""
        return await self._put(self._entry(conversation, text, file_ids))

    async def note(self, conversation: str, text: str) -> str:
        """An agent's private note, through the outbox."""
        return await self._put(self._entry(conversation, text, (), frame_type="note.create"))

    async def discard(self, client_id: str) -> None:
        """Forget a failed message."""
        await self._sending.discard(client_id)

    async def request(self, frame_type: str, data: Json | None = None, conversation: str | None = None) -> Json:
        """Any other command; return the data of its answer. Raises FrameError, `disconnected` without a link."""
        return (await self._connection.request(frame_type, data or {}, conversation)).data

    def hint(self, frame_type: str, data: Json | None = None, conversation: str | None = None) -> None:
        """Typing and the like: forgotten when there is no link."""
        self._connection.send(frame_type, data or {}, conversation)

    # ---- what the connection tells its owner ----

    def welcomed(self, hello: Json) -> None:
        epoch = str(hello.get("epoch"))
        if self._following.epoch not in ("", epoch):
            raise Refused(EPOCH)
        self._following.epoch, self.hello = epoch, hello
        self._following.welcomed()
        self._sending.pump()
        self._settled.set()

    def received(self, frame: Frame) -> None:
        if event := as_log_event(frame):
            self._following.accept(event)
        elif frame.type == "pong":
            self._following.note_tops(frame.data.get("tops"))
            if not frame.reply_to:  # hints were lost
                self._callbacks.tell("hint", frame)
        elif frame.type == "resumed":
            self._following.accept_resumed(frame.data)
        else:
            self._callbacks.tell("hint", frame)

    def state_changed(self, state: State) -> None:
        self.state = state
        self._callbacks.tell("state", state)

    def learnt(self, learnt: Learnt) -> None:
        self._transports.note_learnt(learnt)
        self._callbacks.later(lambda: self._outbox.keep_learnt(learnt))

    # ---- inside ----

    async def _run(self) -> None:
        try:
            await self._connection.run()
        except Refused as refused:
            self.refused = refused
            self._end(refused)
        except Exception as fault:
            logger.exception("the client failed")
            self._end(FrameError("stopped", f"The client failed: {fault!r}."))

    def _end(self, why: Refused | FrameError) -> None:
        """Nobody waits for what will not come."""
        self._ended = self._ended or why
        self._settled.set()
        for future in self._acks.values():
            if not future.done():
                future.set_exception(FrameError("stopped", str(why)))

    async def _put(self, entry: Entry) -> str:
        await self._sending.put(entry)
        return entry.client_id

    def _entry(
        self, conversation: str | None, text: str, file_ids: tuple[str, ...], *, frame_type: str = "message.create"
    ) -> Entry:
        if self._ended:
            raise FrameError("stopped", str(self._ended))
        try:
            json.dumps([conversation, text, file_ids], ensure_ascii=False).encode()
        except (TypeError, ValueError) as error:
            # No link carries it: it would be tried again for ever.
            raise FrameError("invalid", f"The message cannot be written: {error}") from None
        kind = "file" if file_ids else "text"
        return Entry(new_id(), conversation, frame_type, text, kind, file_ids, int(time.time() * 1_000))

    def _note_unfollowed(self, event: LogEvent) -> None:
        if self._follow_new:
            self.follow(event.conversation, event.seq - 1)
            self._following.accept(event)

    def _note_sent(self, entry: Entry, ack: Ack) -> None:
        if self._follow_new and self._following.is_new(ack.conversation):
            self.follow(ack.conversation, ack.seq - 1)
        future = self._acks.get(entry.client_id)
        if future and not future.done():
            future.set_result(ack)

    def _note_failed(self, entry: Entry, error: FrameError) -> None:
        future = self._acks.get(entry.client_id)
        if future and not future.done():
            future.set_exception(error)
        self._callbacks.tell("failed", entry, error)

    async def _load_snapshot(self, conversation: str, top: int) -> int:
        if self._on_snapshot:
            return await self._on_snapshot(conversation)
        logger.warning("missed too much of %s; going on at %s", conversation, top)
        return top
