"""A run: shooters side by side, neighbours between them, an eye on the process."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz.neighbours import Neighbours, end
from tests.fuzz.people import Town
from tests.fuzz.poster import Poster
from tests.fuzz.shooter import Report, Shooter, open_doors
from tests.fuzz.target import Target

SHOOTERS = 24
LOOK_SECONDS = 0.5
# The process has loaded everything that it will ever load after this share of the frames.
WARM_UP_SHARE = 0.2
MAX_GROWTH_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 3.0


@dataclass
class Memory:
    """Resident bytes after warming up and at the end, and the most in between."""

    warm: int = 0
    most: int = 0
    last: int = 0

    def note(self, size: int, *, is_warm: bool) -> None:
        if not size:
            return
        self.last, self.most = size, max(self.most, size)
        if not is_warm or not self.warm:
            self.warm = max(self.warm, size)


@dataclass
class Run:
    town: Town
    target: Target
    seed: int
    first: int
    count: int
    on_frames: Callable[[int], None]
    until_found: bool = False
    minutes: float = 0
    report: Report = field(default_factory=Report)
    memory: Memory = field(default_factory=Memory)

    async def go(self) -> dict[str, Any]:
        began = time.monotonic()
        doors = await open_doors(self.town, self.target.port)
        neighbours = Neighbours(self.town, self.target.port, self.report)
        talking = asyncio.create_task(neighbours.run())
        numbers, poster = self._numbers(began), Poster(self.town, self.target.port)
        shooters = [
            Shooter(self.town, self.target.port, self.seed, self.report, numbers, doors, self.on_frames, poster)
            for _ in range(SHOOTERS)
        ]
        working = asyncio.gather(*(shooter.run() for shooter in shooters))
        await self._look_on(working)
        await end(talking)
        await poster.close()
        self._judge()
        return self._result([door.name for door in doors], neighbours, time.monotonic() - began)

    def _numbers(self, began: float) -> Iterator[int]:
        """The frames' numbers, as many as there is time for."""
        for number in range(self.first, self.first + self.count):
            if self.minutes and time.monotonic() - began > self.minutes * 60:
                return
            yield number

    async def _look_on(self, working: "asyncio.Future[list[None]]") -> None:
        while not working.done():
            await asyncio.wait([working], timeout=LOOK_SECONDS)
            self.memory.note(self.target.resident_bytes(), is_warm=self.report.frames > self.count * WARM_UP_SHARE)
            if not self.target.is_alive():
                self.report.find(f"the server ended with {self.target.process.returncode}")
            if not self.target.is_alive() or (self.until_found and self._has_found()):
                working.cancel()
                await asyncio.wait([working])
                return
        working.result()
        await asyncio.sleep(DRAIN_SECONDS)
        self.memory.note(self.target.resident_bytes(), is_warm=True)

    def _has_found(self) -> bool:
        return bool(self.report.findings or self.memory.last - self.memory.warm > MAX_GROWTH_BYTES)

    def _judge(self) -> None:
        grown = self.memory.last - self.memory.warm
        if grown > MAX_GROWTH_BYTES:
            self.report.find(f"the process grew by {grown / 2**20:.0f} MB after warming up")
        for text in self.target.tracebacks()[:20]:
            self.report.find(f"logged: {text}")

    def _result(self, doors: list[str], neighbours: Neighbours, seconds: float) -> dict[str, Any]:
        report = self.report
        return {
            "frames": report.frames,
            "seed": self.seed,
            "first": self.first,
            "seconds": round(seconds, 1),
            "doors": doors,
            "connections": report.lines,
            "by_door": dict(report.by_door),
            "codes": dict(report.codes.most_common()),
            "answers": dict(report.answers.most_common()),
            "closed": dict(report.closed),
            "neighbours_exchanged": neighbours.exchanged,
            "neighbours_slowest_seconds": round(neighbours.slowest, 2),
            "server_cpu_seconds": round(self.target.cpu_seconds(), 1),
            "memory_mb": {name: round(size / 2**20) for name, size in vars(self.memory).items()},
            "findings": report.findings,
        }
