"""A day in a moment: an event loop whose clock jumps to whatever is due next, and a server end without a network."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from kefu_client.frames import Frame
from kefu_client.ladder import Rung
from kefu_client.links import LinkEnded, LinkSilent, Received


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._seconds = 1_000.0
        # What the machine slept: our clock counts it, the loop's does not.
        self.slept = 0.0
        wait_for_files = self._selector.select

        def select(timeout: float | None) -> Any:
            found = wait_for_files(0)
            if not found and timeout is None:
                raise RuntimeError("nothing will ever happen again")
            self._seconds += timeout or 0
            return found

        self._selector.select = select  # type: ignore[method-assign]

    def time(self) -> float:
        return self._seconds

    def now_ms(self) -> float:
        return (self._seconds + self.slept) * 1_000


def run(scene: Coroutine[Any, Any, None]) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(scene)
    finally:
        loop.close()


class FakeServer:
    """Answers as Kefu does. `ways` says of each rung: ok, refused, mute (no hello), silent (no answers) or cut (what is
    parked)."""

    def __init__(self) -> None:
        self.ways = dict.fromkeys(Rung, "ok")
        self.refused_with = 1006
        self.epoch = "e1"
        self.opened: list[tuple[float, Rung]] = []
        self.links: list[FakeLink] = []
        self.sent: list[Frame] = []
        self.log: list[Frame] = []
        # client_id to what is answered in place of the ack, once.
        self.refusals: dict[str, dict[str, Any]] = {}
        self.recovers = True
        # What polls ask with, and how often that could not be answered whole.
        self.positions: Callable[[], dict[str, int]] = dict
        self.answered_in_part = 0
        # What a link shows when it is opened: may raise.
        self.show: Callable[[], dict[str, str]] = dict

    def make(self, rung: Rung) -> "FakeLink":
        link = FakeLink(self, rung)
        self.links.append(link)
        return link

    def times(self, frame_type: str) -> list[float]:
        return [frame.ts or 0 for frame in self.sent if frame.type == frame_type]

    def append(self, text: str, *, told: bool = True) -> None:
        seq = len(self.log) + 1
        self.log.append(Frame("message.created", {"text": text}, id=f"m{seq}", conversation="c1", seq=seq, ts=seq))
        if told:
            self.links[-1].push(self.log[-1])

    def cut(self, code: int = 1006) -> None:
        self.links[-1].queue.put_nowait(LinkEnded(code))

    def answer(self, frame: Frame) -> Frame | None:
        data = frame.data
        if frame.type == "ping":
            return Frame("pong", {"tops": {"c1": len(self.log)}, "heartbeat": 25}, reply_to=frame.id)
        if frame.type == "resume":
            events = [vars_of(event) for event in self.log if event.seq > data["conversations"]["c1"]]
            found = {"recovered": self.recovers, "top": len(self.log), "events": events if self.recovers else []}
            return Frame("resumed", {"epoch": self.epoch, "conversations": {"c1": found}}, reply_to=frame.id)
        if refusal := self.refusals.pop(str(data.get("text")), None):
            return Frame("error", refusal, reply_to=frame.id)
        if frame.type == "message.create":
            self.append(data["text"])
            ack = {"client_id": data["client_id"], "id": "m", "conversation": "c1", "seq": len(self.log), "ts": 1}
            return Frame("ack", ack, reply_to=frame.id)
        return None


def vars_of(frame: Frame) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in ("type", "data", "id", "conversation", "seq", "ts")}


class FakeLink:
    def __init__(self, server: FakeServer, rung: Rung) -> None:
        self.server, self.rung = server, rung
        self.queue: asyncio.Queue[Frame | Exception] = asyncio.Queue()
        self.is_closed = False
        self.asked_anew = 0

    async def open(self) -> Frame:
        self.server.opened.append((asyncio.get_running_loop().time(), self.rung))
        self.server.show()
        way = self.server.ways[self.rung]
        if way == "refused":
            raise LinkEnded(self.server.refused_with)
        if way == "mute":
            await asyncio.sleep(3_600)
        return Frame("hello", {"epoch": self.server.epoch, "heartbeat": 25, "session": "s"})

    def send(self, frame: Frame) -> None:
        self.server.sent.append(replace(frame, ts=int(asyncio.get_running_loop().time() * 1_000)))
        if self.server.ways[self.rung] == "ok" and (answer := self.server.answer(frame)):
            self.queue.put_nowait(answer)

    def push(self, frame: Frame) -> None:
        if self.server.ways[self.rung] == "ok":
            self.queue.put_nowait(frame)

    async def receive(self) -> Received:
        if self.rung is Rung.LONG_POLL and self.server.ways[self.rung] == "silent":
            await asyncio.sleep(35)
            raise LinkSilent
        if self.rung is Rung.LONG_POLL and self.server.ways[self.rung] == "cut":
            await asyncio.sleep(20)
            raise LinkEnded
        is_polling = self.rung is not Rung.SOCKET
        if is_polling and not self.server.recovers and "c1" in self.server.positions():
            await asyncio.sleep(0.25)
            self.server.answered_in_part += 1
            found = {"recovered": False, "top": len(self.server.log), "events": []}
            data = {"epoch": self.server.epoch, "conversations": {"c1": found}}
            return Received([Frame("resumed", data)], is_answer_to_parked=True)
        try:
            async with asyncio.timeout(3 if is_polling else None):
                item = await self.queue.get()
        except TimeoutError:
            return Received(is_answer_to_parked=True)
        if isinstance(item, Exception):
            raise item
        return Received([item], is_answer_to_parked=is_polling and not item.reply_to)

    def followed(self) -> None:
        self.asked_anew += 1

    async def close(self) -> None:
        self.is_closed = True
