"""R16: connections that never read, while others talk."""

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.torture.campaigns.run import Run
from tests.torture.client import Person
from tests.torture.held import open_socket
from tests.torture.installation import Web
from tests.torture.rig import Pace

# Long texts, so that a minute of talk is more than any buffer between server and client holds.
PACE = Pace(visitor=1.0, agent=0.5, mischief=0.0, words=750)
CUT_SECONDS = 120.0
GROWTH_MB, RATIO = 200.0, 2.0
SMALL_BUFFER, LARGE_BUFFER = 4096, 256 * 1024
TOO_SLOW = "kefu_socket_too_slow_total"


async def stop_reading(run: Run) -> None:
    """R16: they are cut off, the process does not grow, and whoever reads notices nothing."""
    web = run.rig.webs[0]
    run.rig.note_times()
    for _ in range(run.cycles):
        started = time.monotonic()
        await asyncio.sleep(run.pause)
        begun, before, files = time.monotonic(), _resident_mb(web), _files(web)
        all_of_them = web.metric(TOO_SLOW) + run.extras
        slow = await _open_slow(run, web)
        opened = time.monotonic()
        await _watch_until(run, web, before, partial(_are_cut_off, web, all_of_them), "cut off")
        _compare(run, (started, begun), (begun, opened), (opened, time.monotonic()))
        # Half of them read now, and are told why if they are quick. The others never do, and are let go of too.
        codes = Counter(await asyncio.gather(*(_read_to_the_end(one) for one in slow[::2])))
        run.figures["who reads at last is told"] = ", ".join(f"{code}: {times}" for code, times in codes.items())
        if codes[None]:
            run.problems.append(f"{codes[None]} slow readers were not closed")
        await _watch_until(run, web, before, partial(_has_let_go, web, files), "let go of")
        for one in slow:
            one.transport.abort()
        run.on_cycle()
    run.figures["slow readers"] = run.extras


async def _open_slow(run: Run, web: Web) -> list[ClientConnection]:
    """Agents' connections that watch all conversations, ask for all of their logs, and read nothing of them."""
    people = [client.person for client in run.rig.agents]
    positions = dict.fromkeys(run.rig.conversations.values(), 0)
    opened = []
    for number in range(run.extras):
        # Half of them read in the end: with a buffer that lets them take all that waits in a moment.
        buffer = SMALL_BUFFER if number % 2 else LARGE_BUFFER
        connection = await _open_one(people[number % len(people)], web, buffer)
        await connection.send(json.dumps({"type": "resume", "id": "1", "data": {"conversations": positions}}))
        connection.transport.pause_reading()
        opened.append(connection)
    return opened


async def _open_one(person: Person, web: Web, buffer: int) -> ClientConnection:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", web.port))
    return await open_socket(person, web.port, sock=sock)


async def _watch_until(run: Run, web: Web, before: float, is_so: Callable[[], bool], what: str) -> None:
    """Wait for it, and see meanwhile how much memory the process has."""
    started, peak = time.monotonic(), before
    while not await asyncio.to_thread(is_so):
        peak = max(peak, _resident_mb(web))
        if time.monotonic() - started > CUT_SECONDS:
            run.problems.append(f"not all slow readers were {what} within {CUT_SECONDS:.0f} s")
            break
        await asyncio.sleep(0.25)
    run.note_slowest(f"all {what} after, s", time.monotonic() - started)
    run.note_slowest("the process grew by, MB", peak - before)
    if peak - before > GROWTH_MB:
        run.problems.append(f"the web process grew by {peak - before:.0f} MB")


def _are_cut_off(web: Web, times: float) -> bool:
    return web.metric(TOO_SLOW) >= times


def _has_let_go(web: Web, files: int) -> bool:
    return _files(web) <= files + 2


async def _read_to_the_end(connection: ClientConnection) -> int | None:
    """Read now what was sent, and say how it ended."""
    with suppress(Exception):
        connection.transport.resume_reading()
    try:
        async with asyncio.timeout(20):
            while True:
                await connection.recv()
    except ConnectionClosed:
        return connection.close_code
    except TimeoutError:
        return None


def _compare(run: Run, *spans: tuple[float, float]) -> None:
    """The others' delivery times before, while the slow ones come, and while they do not read: in the same run.

    That 200 come within seconds costs what it costs with any client (R15), so only the last is judged.
    """
    before, arriving, slow = (run.rig.delivery_p99(*span) for span in spans)
    run.note_slowest("P99 of the others before, ms", before)
    run.note_slowest("P99 of the others while they come, ms", arriving)
    run.note_slowest("P99 of the others meanwhile, ms", slow)
    # A slice shares its machine with other tests: times are told there, not judged.
    if not run.is_slice and slow > RATIO * before:
        run.problems.append(f"the others' P99 was {slow:.0f} ms beside slow readers, {before:.0f} ms before")


def _resident_mb(web: Web) -> float:
    assert web.process is not None
    status = Path(f"/proc/{web.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def _files(web: Web) -> int:
    assert web.process is not None
    return sum(1 for _ in Path(f"/proc/{web.process.pid}/fd").iterdir())
