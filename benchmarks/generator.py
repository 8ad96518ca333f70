"""The load generator: a process of its own that takes one JSON order a line and answers each with one JSON line.

Orders: `chat` opens visitors with a conversation each and the agents that watch them; `run` lets visitors write at a
rate; `crowd` opens visitors that do nothing. An open loop: times count from when a message should have left, so a
server that stalls cannot hide it, and a late generator counts against the server rather than for it.
"""

import asyncio
import gc
import itertools
import json
import math
import os
import random
import socket
import sys
import threading
import time
from array import array
from collections.abc import Sequence
from typing import Any

import uvloop

from benchmarks.sockets import Socket, handshake, text_frame

clock = time.perf_counter
OPENING_AT_ONCE = 40
OPEN_SECONDS = 60.0
# After the last send: what has not been shown by then counts as not shown.
STRAGGLER_SECONDS = 10.0
CLIENT_ID = b'"client_id":"'
MESSAGE = b'{"type":"message.created"'
ERROR = b'{"type":"error"'
ACK = b'{"type":"ack"'
# The server ends who says nothing for long. Beats of all connections are spread over the interval.
BEAT = b'{"type":"ping","id":"beat","data":{}}'
BEAT_SECONDS = 25.0
BEAT_SLICES = 100


class Run:
    """The times of one run's messages; a message is known by the number at the end of its client_id."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.rate, self.count = rate, int(rate * seconds)
        self.tag = f"{random.getrandbits(32):08x}-0000-4000-8000-"
        self._tag = self.tag.encode()
        self.start = 0.0
        self.left = array("d", [math.nan]) * self.count
        self.acked = array("d", [math.nan]) * self.count
        self.shown = array("d", [math.nan]) * self.count
        self.shown_count = self.refused = 0

    def client_id(self, number: int) -> str:
        return f"{self.tag}{number:012x}"

    def due(self, number: int) -> float:
        return self.start + number / self.rate

    def note(self, times: "array[float]", frame: bytes, now: float) -> bool:
        """Note the first time that this frame's message was seen; False for a message of another run."""
        at = frame.find(CLIENT_ID) + len(CLIENT_ID)
        if frame[at : at + 24] != self._tag:
            return False
        number = int(frame[at + 24 : at + 36], 16)
        is_first = math.isnan(times[number])
        if is_first:
            times[number] = now
        return is_first

    def delays(self, times: "array[float]") -> list[float]:
        return sorted(times[n] - self.due(n) for n in range(self.count) if not math.isnan(times[n]))


class Generator:
    def __init__(self) -> None:
        self.visitors: list[Socket] = []
        self.agents: list[Socket] = []
        self.crowd: list[Socket] = []
        self.conversations: list[str] = []
        self.run_now: Run | None = None
        self.answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    # ---- orders ----

    async def chat(self, order: dict[str, Any]) -> dict[str, Any]:
        """Open the visitors' conversations; each is watched by one agent."""
        host = order["host"]
        for socket_ in [*self.visitors, *self.agents]:
            socket_.close()
        wanted = [handshake(host, port, "visitor", token=token) for port, token in order["visitors"]]
        ports = [port for port, _ in order["visitors"]]
        self.visitors = await self._open_all(wanted, ports, self._visitor_frame)
        self.conversations = await _gather(
            [self._open_conversation(visitor) for visitor in self.visitors], OPENING_AT_ONCE
        )
        wanted = [handshake(host, port, "agent", session=session) for port, session in order["agents"]]
        self.agents = await self._open_all(wanted, [port for port, _ in order["agents"]], self._agent_frame)
        share = math.ceil(len(self.conversations) / len(self.agents))
        for number, agent in enumerate(self.agents):
            mine = self.conversations[number * share : (number + 1) * share]
            await self._ask(agent, {"type": "resume", "data": {"conversations": dict.fromkeys(mine, 0)}})
        return {"visitors": len(self.visitors), "agents": len(self.agents)}

    async def do_crowd(self, order: dict[str, Any]) -> dict[str, Any]:
        """Open visitors that only hold their connection."""
        wanted = [handshake(order["host"], port, "visitor", token=token) for port, token in order["visitors"]]
        ports = [port for port, _ in order["visitors"]]
        self.crowd += await self._open_all(wanted, ports, _ignore)
        return {"open": sum(socket_.is_alive for socket_ in self.crowd)}

    async def do_run(self, order: dict[str, Any]) -> dict[str, Any]:
        run = self.run_now = Run(order["rate"], order["seconds"])
        frames = [self._message(run, number) for number in range(run.count)]
        files = [visitor.fileno() for visitor in self.visitors if visitor.is_alive]
        if len(files) < len(self.visitors):
            return {"failed": f"{len(self.visitors) - len(files)} of the visitors were cut off."}
        gc.collect()
        gc.freeze()
        cpu, run.start = time.process_time(), clock() + 0.1
        sender = threading.Thread(target=_send_all, args=(run, frames, files), daemon=True)
        sender.start()
        while sender.is_alive() or self._is_waiting(run):
            await asyncio.sleep(0.02)
        return _summary(run, time.process_time() - cpu, order["seconds"])

    def _is_waiting(self, run: Run) -> bool:
        is_over = clock() > run.due(run.count) + STRAGGLER_SECONDS
        return run.shown_count + run.refused < run.count and not is_over

    def _message(self, run: Run, number: int) -> bytes:
        # As the widget has it: a message for the open conversation names none.
        data = {"client_id": run.client_id(number), "text": f"Message {number}, is it in stock?"}
        return text_frame(json.dumps({"type": "message.create", "data": data}).encode())

    # ---- connections ----

    async def beat_for_ever(self) -> None:
        """Let all connections beat as clients do: one task for all of them."""
        for turn in itertools.count():
            for client in [*self.visitors, *self.agents, *self.crowd][turn % BEAT_SLICES :: BEAT_SLICES]:
                client.send(BEAT)
            await asyncio.sleep(BEAT_SECONDS / BEAT_SLICES)

    async def _open_all(self, requests: Sequence[bytes], ports: Sequence[int], on_frame: Any) -> list[Socket]:
        made = [
            _open(request, port, on_frame, n) for n, (request, port) in enumerate(zip(requests, ports, strict=True))
        ]
        return await _gather(made, OPENING_AT_ONCE)

    async def _open_conversation(self, visitor: Socket) -> str:
        answer = await self._ask(visitor, {"type": "conversation.open", "data": {}})
        return str(answer["data"]["conversation"]["id"])

    async def _ask(self, client: Socket, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a command and wait for what answers it."""
        answer = asyncio.get_running_loop().create_future()
        on_frame = client.on_frame

        def look(payload: bytes, now: float) -> None:
            if b'"reply_to":"ask"' in payload and not answer.done():
                answer.set_result(json.loads(payload))
            else:
                on_frame(payload, now)

        client.on_frame = look
        client.send(json.dumps({"id": "ask", **frame}).encode())
        found: dict[str, Any] = await asyncio.wait_for(answer, OPEN_SECONDS)
        client.on_frame = on_frame
        if found["type"] == "error":
            raise RuntimeError(f"{frame['type']}: {found['data']}")
        return found

    def _visitor_frame(self, payload: bytes, now: float) -> None:
        run = self.run_now
        if run is None:
            return
        if payload.startswith(ACK):
            run.note(run.acked, payload, now)
        elif payload.startswith(ERROR):
            run.refused += 1

    def _agent_frame(self, payload: bytes, now: float) -> None:
        run = self.run_now
        if run is not None and payload.startswith(MESSAGE):
            run.shown_count += run.note(run.shown, payload, now)


def _send_all(run: Run, frames: Sequence[bytes], files: Sequence[int]) -> None:
    """On a thread of its own: an event loop's timers are a millisecond coarse."""
    for number, frame in enumerate(frames):
        ahead = run.due(number) - clock()
        if ahead > 0:
            time.sleep(ahead)
        run.left[number] = clock()
        try:
            written = os.write(files[number % len(files)], frame)
        except OSError:
            written = 0
        if written != len(frame):
            run.refused += 1


def _summary(run: Run, cpu: float, seconds: float) -> dict[str, Any]:
    shown, acked = run.delays(run.shown), run.delays(run.acked)
    return {
        "rate": run.rate,
        "sent": run.count,
        "shown": len(shown),
        "refused": run.refused,
        "p50_ms": _at(shown, 0.5),
        "p99_ms": _at(shown, 0.99),
        "max_ms": _at(shown, 1.0),
        "ack_p50_ms": _at(acked, 0.5),
        "ack_p99_ms": _at(acked, 0.99),
        "late_p99_ms": _at(run.delays(run.left), 0.99),
        "generator_cpu_percent": round(100 * cpu / seconds, 1),
    }


def _at(delays: Sequence[float], share: float) -> float | None:
    return round(1000 * delays[min(len(delays) - 1, int(len(delays) * share))], 2) if delays else None


def _ignore(payload: bytes, now: float) -> None:
    pass


async def _open(request: bytes, port: int, on_frame: Any, number: int) -> Socket:
    loop = asyncio.get_running_loop()
    opened = loop.create_future()
    made = Socket(request, opened, on_frame, clock)
    # An address has some 28 000 ports to connect from.
    source = f"127.0.0.{2 + number % 8}", 0
    await loop.create_connection(lambda: made, "127.0.0.1", port, local_addr=source, family=socket.AF_INET)
    await asyncio.wait_for(opened, OPEN_SECONDS)
    return made


async def _gather(awaitables: Sequence[Any], at_once: int) -> list[Any]:
    slots = asyncio.Semaphore(at_once)

    async def one(awaitable: Any) -> Any:
        async with slots:
            return await awaitable

    return await asyncio.gather(*(one(awaitable) for awaitable in awaitables))


async def main() -> None:
    generator = Generator()
    beats = asyncio.create_task(generator.beat_for_ever())
    orders = {"chat": generator.chat, "run": generator.do_run, "crowd": generator.do_crowd}
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        try:
            answer = await orders[order["do"]](order)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    beats.cancel()


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    uvloop.run(main())
