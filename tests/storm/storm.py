"""The storm itself: tasks that take operations from one seeded sequence, and what operations share."""

import asyncio
import itertools
import json
import random
import subprocess
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx

from kefu_project.replay.line import Frame, Line, LineLost
from tests.storm.side import Side
from tests.storm.watch import Watch

AT_ONCE = 24
LIMITED = 429


@dataclass(frozen=True)
class Operation:
    name: str
    weight: int
    run: Callable[["Storm", Side, random.Random], Awaitable[None]]


@dataclass
class Storm:
    sides: list[Side]
    watch: Watch
    http: httpx.AsyncClient
    probe: "Probe"
    limited: int = 0
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def call(
        self, side: Side, door: str, method: str, path: str, *, allow: Sequence[int] = (200, 201), **options: Any
    ) -> httpx.Response:
        """One request as this brand's client. Bytes and headers are looked at, the status must be allowed."""
        headers = {"Host": side.site.authority, "Origin": side.site.origin} | options.pop("headers", {})
        answer = await self.http.request(method, path, headers=headers, **options)
        self.watch.scan(side.slug, door, answer.content + repr(answer.headers.raw).encode())
        if answer.status_code == LIMITED:
            self.limited += 1
        elif answer.status_code not in allow:
            self.watch.note("wrong", side.slug, door, f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    async def ask(
        self,
        side: Side,
        line: Line,
        command: str,
        data: Frame,
        conversation: str | None = None,
        *,
        allow: Sequence[str] = (),
    ) -> Frame | None:
        """One command; the data of its answer, None when it was refused. Frames are looked at as they come in."""
        answer = await line.ask(command, data, conversation)
        found: Frame = answer["data"]
        if answer["type"] != "error":
            return found
        if found["code"] in ("rate_limited", "overloaded"):
            self.limited += 1
        elif found["code"] not in allow:
            self.watch.note("wrong", side.slug, f"socket {command}", json.dumps(found))
        return None

    def same_as_missing(self, side: Side, door: str, foreign: tuple[Any, str], missing: tuple[Any, str]) -> None:
        """Compare two answers, each given with the id that was asked for: they may differ in nothing but this id."""
        (answer, foreign_id), (other, missing_id) = foreign, missing
        if LIMITED in (answer[0], other[0]) or "rate_limited" in (answer[0], other[0]):
            return
        if [str(part).replace(foreign_id, "ID") for part in answer] != [
            str(part).replace(missing_id, "ID") for part in other
        ]:
            self.watch.note("differs", side.slug, door, f"foreign {answer} missing {other}")

    def other(self, side: Side, dice: random.Random) -> Side:
        return dice.choice([one for one in self.sides if one is not side])


class Probe:
    """The process that goes through the context door: questions out, answers in."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._asked: dict[int, asyncio.Future[list[Any]]] = {}
        self._numbers = itertools.count(1)
        self._reader = asyncio.create_task(self._read())

    async def ask(self, tenant_id: str, how: str, text: str = "") -> list[Any]:
        number = next(self._numbers)
        answered = self._asked[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"number": number, "tenant": tenant_id, "how": how, "text": text}) + "\n")
        self._process.stdin.flush()
        try:
            return await asyncio.wait_for(answered, 60)
        finally:
            del self._asked[number]

    def stop(self) -> None:
        self._reader.cancel()

    async def _read(self) -> None:
        stream = asyncio.StreamReader(limit=2**22)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), self._process.stdout
        )
        try:
            while line := await stream.readline():
                answer = json.loads(line)
                waiting = self._asked.get(answer["number"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer["texts"])
        finally:
            transport.close()


class InTurn(httpx.AsyncHTTPTransport):
    """Each request goes to the next of the web processes, as behind a balancer."""

    def __init__(self, ports: Sequence[int]) -> None:
        most = AT_ONCE + 8
        limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
        super().__init__(limits=limits)
        self._ports = itertools.cycle(ports)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        return await super().handle_async_request(request)


def cookieless(ports: Sequence[int]) -> httpx.AsyncClient:
    """All brands are one address here: a client that kept cookies would carry one brand's to another."""
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}", timeout=60, transport=InTurn(ports))
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def missing_id() -> str:
    return str(uuid.uuid4())


async def run_storm(
    storm: Storm,
    operations: Sequence[Operation],
    *,
    count: int,
    seed: int,
    until_caught: bool,
    on_step: Callable[[], None],
) -> float:
    """Run `count` operations in AT_ONCE tasks, each with dice of its own; stops early once caught, if asked."""
    began = time.monotonic()
    tickets = iter(range(count))
    weights = [operation.weight for operation in operations]

    async def work(number: int) -> None:
        dice = random.Random(f"{seed}-{number}")
        for _ticket in tickets:
            if until_caught and storm.watch.counts["foreign"]:
                return
            side, operation = dice.choice(storm.sides), dice.choices(operations, weights)[0]
            storm.watch.operations[operation.name] += 1
            await attempt(storm, side, operation, dice)
            on_step()

    await asyncio.gather(*(work(number) for number in range(AT_ONCE)))
    return time.monotonic() - began


async def attempt(storm: Storm, side: Side, operation: Operation, dice: random.Random) -> None:
    try:
        await operation.run(storm, side, dice)
    except (LineLost, httpx.HTTPError, KeyError, ValueError, TimeoutError, OSError) as error:
        storm.watch.note("wrong", side.slug, operation.name, f"{type(error).__name__}: {error}")
