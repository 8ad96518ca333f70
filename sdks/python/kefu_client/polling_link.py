"""The lower rungs: frames go out by POST, come in by a GET that waits (long poll) or does not (poll).

The position is the acknowledgement: `after` names the last event of each followed conversation, so that nothing is lost
between two requests.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx

from .encodings import Encoding
from .frames import Frame
from .ladder import Rung, poll_pause
from .links import CUT, Access, LinkEnded, LinkSilent, Received

logger = logging.getLogger(__name__)

WAIT_SECONDS = 25
SILENT_AFTER_SECONDS = 10
ANSWER_WITHIN_SECONDS = 20.0
CONNECT_WITHIN_SECONDS = 10.0
FRAMES_AT_ONCE = 50
BYTES_AT_ONCE = 200_000
# The server takes no more in one question. Where more are followed they take turns, and none waits for long.
MAX_POSITIONS = 200
TURN_SECONDS = 5
# The server tells for 20 s again what changed beside the positions: ask no faster than this.
MIN_INTERVAL_MS = 250

CODES = {401: 4401, 403: 4403, 409: 4409, 429: 4429, 503: 1013}

Positions = Callable[[], dict[str, int]]


class PollingLink:
    def __init__(
        self,
        access: Access,
        encoding: Encoding,
        http: httpx.AsyncClient,
        *,
        rung: Rung,
        positions: Positions,
        clock: Callable[[], float],
        wait: int = WAIT_SECONDS,
    ) -> None:
        self.rung = rung
        self._access, self._encoding, self._http, self._clock = access, encoding, http, clock
        self._positions = positions
        self._wait = wait if rung is Rung.LONG_POLL else 0
        self._incoming: asyncio.Queue[Received | Exception] = asyncio.Queue()
        self._outgoing: asyncio.Queue[Frame] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._parked: asyncio.Task[bytes] | None = None
        self._stir = asyncio.Event()
        self._active_at = clock()
        self._query: dict[str, str] = {}
        self._next_turn = 0

    async def open(self) -> Frame:
        frames, ts = self._read(await self._ask("GET", self._access.http_url("events")))
        hello = next((frame for frame in frames if frame.type == "hello"), None)
        if hello is None:
            raise LinkEnded
        self._query = {"epoch": str(hello.data.get("epoch")), "connection": str(hello.data.get("session"))}
        self._note_time(ts)
        self._tasks = [asyncio.create_task(self._guard(loop)) for loop in (self._read_for_ever, self._write_for_ever)]
        return hello

    def send(self, frame: Frame) -> None:
        self._outgoing.put_nowait(frame)

    async def receive(self) -> Received:
        item = await self._incoming.get()
        if isinstance(item, Exception):
            raise item
        return item

    def followed(self) -> None:
        """Park again, with the new positions."""
        if self._parked:
            self._parked.cancel()
        self._stir.set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guard(self, loop: Callable[[], Awaitable[None]]) -> None:
        try:
            await loop()
        except LinkEnded as ended:
            self._incoming.put_nowait(ended)
        except Exception as fault:
            logger.exception("a poll's keeper failed")
            self._incoming.put_nowait(fault)

    # ---- in ----

    async def _read_for_ever(self) -> None:
        while True:
            self._stir.clear()
            asked_at = self._clock()
            with suppress(LinkSilent):
                await self._read_once()
            if not self._wait:
                await self._pause(poll_pause(self._clock() - self._active_at))
            elif (left := asked_at + MIN_INTERVAL_MS - self._clock()) > 0:
                await asyncio.sleep(left / 1_000)

    async def _read_once(self) -> None:
        url = self._access.http_url("events", self._query_now())
        self._parked = asyncio.create_task(self._ask("GET", url, self._wait + SILENT_AFTER_SECONDS))
        try:
            await asyncio.wait({self._parked})
        finally:
            parked, self._parked = self._parked, None
            parked.cancel()
        if parked.cancelled():
            return  # by followed(): ask again
        try:
            frames, ts = self._read(parked.result())
        except LinkSilent as silent:
            self._incoming.put_nowait(silent)
            raise
        self._note_time(ts)
        if frames:
            self._active_at = self._clock()
        self._incoming.put_nowait(Received(frames, is_answer_to_parked=True))
        # Whoever reads moves the positions that the next request names.
        await asyncio.sleep(0)

    def _query_now(self) -> dict[str, str]:
        positions, wait = list(self._positions().items()), self._wait
        if (count := len(positions)) > MAX_POSITIONS:
            start = self._next_turn % count
            self._next_turn = start + MAX_POSITIONS
            positions, wait = (positions * 2)[start : start + MAX_POSITIONS], min(wait, TURN_SECONDS)
        after = ",".join(f"{conversation}:{seq}" for conversation, seq in positions)
        return {"after": after, **self._query, "wait": str(wait)}

    async def _pause(self, ms: float) -> None:
        """Until it is time again, or we have said something: the answer to that may be there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ms / 1_000):
                await self._stir.wait()

    def _note_time(self, ts: int | None) -> None:
        if ts is not None:
            self._query["since"] = str(ts)

    # ---- out ----

    async def _write_for_ever(self) -> None:
        while True:
            batch = await self._next_batch()
            try:
                body = await self._ask("POST", self._access.http_url("frames"), body=self._encoding.encode_body(batch))
            except LinkSilent:
                raise LinkEnded from None
            frames, _ = self._read(body)
            self._incoming.put_nowait(Received(frames))
            self._active_at = self._clock()
            self._stir.set()

    async def _next_batch(self) -> list[Frame]:
        batch = [await self._outgoing.get()]
        size = len(self._encoding.encode(batch[0]))
        while len(batch) < FRAMES_AT_ONCE and size < BYTES_AT_ONCE - 64_000 and not self._outgoing.empty():
            batch.append(self._outgoing.get_nowait())
            size += len(self._encoding.encode(batch[-1]))
        return batch

    # ---- HTTP ----

    async def _ask(self, method: str, url: str, within: float = ANSWER_WITHIN_SECONDS, body: bytes = b"") -> bytes:
        headers = {**self._access.http_headers(), "Accept": self._encoding.content_type}
        if body:
            headers["Content-Type"] = self._encoding.content_type
        limits = httpx.Timeout(within, connect=CONNECT_WITHIN_SECONDS)
        try:
            answer = await self._http.request(method, url, headers=headers, content=body or None, timeout=limits)
        except httpx.ReadTimeout:
            raise LinkSilent from None
        except httpx.HTTPError:
            raise LinkEnded from None
        if answer.status_code != 200:
            raise _refusal(answer)
        return answer.content

    def _read(self, body: bytes) -> tuple[list[Frame], int | None]:
        try:
            return self._encoding.decode_body(body)
        except ValueError:
            raise LinkEnded from None  # somebody in between answered


def _refusal(answer: httpx.Response) -> LinkEnded:
    """Only our server's word ends it for good; a proxy's refusal is a cut."""
    retry_after = answer.headers.get("Retry-After", "")
    seconds = float(retry_after) if retry_after.isdigit() else None
    if "problem+json" not in answer.headers.get("Content-Type", ""):
        return LinkEnded(CUT, seconds)
    return LinkEnded(CODES.get(answer.status_code, 4400 if answer.status_code < 500 else 1013), seconds)
