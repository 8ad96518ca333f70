"""One task that opens lines, shoots a few frames over each, reads all answers and asks whether the line still lives."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from chat.wire import encode
from tests.fuzz.mutate import JSON, PROTO, Shot, make_shot
from tests.fuzz.people import Person, Town, open_line
from tests.fuzz.poster import Poster
from tests.fuzz.valid import Frame
from tests.fuzz.verdict import BAD_FRAME_CODES, CLOSE_CODES, EXCEPTION_TEXT, fault_of, read_answer

# The server closes after ten bad frames. One less is sent, so that each is looked at; seldom more, to see it close.
BAD_FRAMES_LEFT = 9
FRAMES_PER_LINE = 40
# Of the blocks, how many go by HTTP; a request's body has a limit.
POSTED_SHARE = 0.15
FRAMES_PER_REQUEST = 10
ANSWER_SECONDS = 20.0
MAX_FINDINGS = 200
# What the server takes in one message (kefu_project/cli/roles.py).
MAX_MESSAGE_BYTES = 128 * 1024


@dataclass
class Report:
    """What was seen, over all tasks."""

    frames: int = 0
    lines: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    by_door: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def find(self, what: str) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(what[:2000])


@dataclass
class Door:
    kind: str
    encoding: str

    @property
    def name(self) -> str:
        return f"{self.kind} {self.encoding}"


@dataclass
class Shooter:
    town: Town
    port: int
    seed: int
    report: Report
    numbers: Iterator[int]
    doors: list[Door]
    on_frames: Callable[[int], None]
    poster: Poster

    async def run(self) -> None:
        """Shoot until the numbers are used up."""
        while block := list(islice(self.numbers, FRAMES_PER_LINE)):
            while block:
                block = await self._one_line(block)

    async def _one_line(self, block: list[int]) -> list[int]:
        """Send the first frames of the block over a fresh line; returns those that are left."""
        dice = random.Random(f"{self.seed}:line:{block[0]}")
        door = dice.choice(self.doors)
        person = dice.choice(self.town.people[door.kind])
        if dice.random() < POSTED_SHARE:
            return await self._post(block, door, person, dice)
        try:
            socket = await open_line(person, self.port, door.encoding)
        except (OSError, WebSocketException, TimeoutError) as error:
            self.report.find(f"{door.name}: no line: {error!r}")
            return block[1:]
        self.report.lines += 1
        line = Line(socket, door, self.report, self.town)
        spare = BAD_FRAMES_LEFT if dice.random() < 0.97 else FRAMES_PER_LINE
        left = await self._shoot_over(line, block, spare)
        await line.close()
        self._count(door.name, len(block) - len(left))
        return left

    async def _post(self, block: list[int], door: Door, person: Person, dice: random.Random) -> list[int]:
        """Send the first frames of the block in one request, and ask a question; returns those that are left."""
        posted, left = block[:FRAMES_PER_REQUEST], block[FRAMES_PER_REQUEST:]
        shots = [make_shot(self.seed, number, door.encoding, self.town.ids) for number in posted]
        faults = await self.poster.post(person, door.encoding, shots, dice)
        faults += await self.poster.question(person, door.encoding, dice)
        for fault in faults:
            self.report.find(f"frames {posted[0]}-{posted[-1]}, {door.encoding}: {fault}")
        self._count(f"{door.name}, posted", len(posted))
        return left

    def _count(self, door: str, sent: int) -> None:
        self.report.frames += sent
        self.report.by_door[door] += sent
        self.on_frames(sent)

    async def _shoot_over(self, line: "Line", block: list[int], spare: int) -> list[int]:
        """Volleys of as many frames as may be bad, each followed by the question whether anybody is there."""
        while block and line.is_open and line.bad < spare:
            volley, block = block[: spare - line.bad], block[spare - line.bad :]
            await line.shoot(volley, [make_shot(self.seed, n, line.door.encoding, self.town.ids) for n in volley])
        return block


class Line:
    """A connection and what came over it."""

    def __init__(self, socket: ClientConnection, door: Door, report: Report, town: Town) -> None:
        self.socket, self.door, self.report, self.town = socket, door, report, town
        self.bad = 0
        self.is_open = True
        self._names = count()

    async def shoot(self, numbers: list[int], shots: list[Shot]) -> None:
        about = f"{self.door.name}, frames {numbers[0]}-{numbers[-1]}"
        asked = f"alive-{next(self._names)}"
        # Refused at the desk, so that it costs the server nothing.
        question: Frame = {"type": "conversation.read", "id": asked, "data": {}}
        try:
            for shot in shots:
                await self.socket.send(shot.payload)
            await self.socket.send(json.dumps(question) if self.door.encoding == JSON else encode(question))
            async with asyncio.timeout(ANSWER_SECONDS):
                while (await self._read(about)).get("reply_to") != asked:
                    pass
        except TimeoutError:
            self.is_open = False
            self.report.find(f"{about}: no answer within {ANSWER_SECONDS:.0f} s")
        except ConnectionClosed as closed:
            self.is_open = False
            self._note_close(closed, about, is_huge=any(shot.size > MAX_MESSAGE_BYTES for shot in shots))

    async def _read(self, about: str) -> Frame:
        raw = await self.socket.recv()
        try:
            frame = read_answer(raw, self.door.encoding)
        except ValueError as error:
            self.report.find(f"{about}: {error}: {raw[:300]!r}")
            return {}
        self.report.answers[frame["type"]] += 1
        if frame["type"] == "error":
            code = str(frame["data"].get("code"))
            self.report.codes[code] += 1
            self.bad += code in BAD_FRAME_CODES
        if fault := fault_of(frame):
            self.report.find(f"{about}: {fault}")
        self.town.ids.note(frame)
        return frame

    def _note_close(self, closed: ConnectionClosed, about: str, *, is_huge: bool) -> None:
        code = closed.rcvd.code if closed.rcvd else None
        self.report.closed[str(code)] += 1
        reason = closed.rcvd.reason if closed.rcvd else ""
        if code is None and is_huge:
            return  # it was refused while we were still sending: the system then throws away what it said
        if code not in CLOSE_CODES or EXCEPTION_TEXT.search(reason):
            self.report.find(
                f"{about}: closed with {code} {reason}; we closed with {closed.sent}, {closed.__cause__!r}"
            )

    async def close(self) -> None:
        with suppress(WebSocketException, OSError, TimeoutError):
            await self.socket.close()


async def open_doors(town: Town, port: int) -> list[Door]:
    """The doors that this server has: an encoding it does not speak closes at once, a missing one answers 404."""
    found = []
    for kind, people in town.people.items():
        for encoding in (JSON, PROTO):
            door = Door(kind, encoding)
            if await _says_hello(people[0], port, door):
                found.append(door)
    return found


async def _says_hello(person: Person, port: int, door: Door) -> bool:
    try:
        socket = await open_line(person, port, door.encoding)
        async with asyncio.timeout(ANSWER_SECONDS):
            is_there = read_answer(await socket.recv(), door.encoding)["type"] == "hello"
        await socket.close()
        return is_there
    except (WebSocketException, ValueError, TimeoutError):
        return False
