"""A connection that only stands there, on each web process, until its access ends: a socket, or a parked long poll."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from tests.torture.client import Person

OPEN_SECONDS = 20.0
POLL_SECONDS = 25
REFUSED = (OSError, WebSocketException, httpx.HTTPError)


class HeldSocket:
    def __init__(self, person: Person, port: int) -> None:
        self.person, self.port = person, port
        self.ended_at: float | None = None
        self.ended_with: int | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return f"{self.person.kind}'s socket"

    async def open(self) -> None:
        socket = await open_socket(self.person, self.port)
        self._task = asyncio.create_task(self._stand(socket))

    async def _stand(self, socket: ClientConnection) -> None:
        async with socket:
            with suppress(ConnectionClosed):
                while True:
                    await socket.recv()
            self.ended_at, self.ended_with = time.monotonic(), socket.close_code

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def refused_with(self) -> int | None:
        """Try again with the same credentials: the close code, None when it is let in."""
        try:
            socket = await open_socket(self.person, self.port)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        except REFUSED:
            return 404  # the host is gone
        await socket.close()
        return None


class HeldPoll:
    """Asks again whenever an answer comes, as a client does, until it is refused."""

    def __init__(self, person: Person, port: int) -> None:
        self.person, self.port = person, port
        self.ended_at: float | None = None
        self.ended_with: int | None = None
        self._http = httpx.AsyncClient(timeout=POLL_SECONDS + 10, trust_env=False)
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return f"{self.person.kind}'s long poll"

    async def open(self) -> None:
        answer = await self._ask({})
        answer.raise_for_status()
        hello = answer.json()["frames"][0]["data"]
        self._where = {"after": "", "epoch": hello["epoch"], "connection": hello["session"], "wait": str(POLL_SECONDS)}
        self._task = asyncio.create_task(self._stand(answer.json()["ts"]))

    async def _stand(self, ts: int) -> None:
        while True:
            answer = await self._ask(self._where | {"since": str(ts)})
            if answer.status_code != 200:
                self.ended_at, self.ended_with = time.monotonic(), answer.status_code
                return
            ts = answer.json()["ts"]

    async def _ask(self, parameters: dict[str, str]) -> httpx.Response:
        authority = f"{self.person.host}:{self.port}"
        headers = {"Host": authority, "Origin": f"http://{authority}", **credentials(self.person)}
        url = f"http://127.0.0.1:{self.port}/api/v1/{self.person.kind}/events"
        return await self._http.get(url, params=parameters, headers=headers)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._http.aclose()

    async def refused_with(self) -> int | None:
        status = (await self._ask({})).status_code
        return None if status == 200 else status


Held = HeldSocket | HeldPoll


async def open_socket(person: Person, port: int, **options: Any) -> ClientConnection:
    """A socket that has been greeted. Raises ConnectionClosed with the code of a refusal."""
    socket = await connect(
        f"ws://{person.host}:{port}/ws/v1/{person.kind}",
        subprotocols=[Subprotocol("kefu.v1.json")],
        origin=None if person.kind == "app" else Origin(f"http://{person.host}:{port}"),
        additional_headers=credentials(person),
        compression=None,
        proxy=None,
        open_timeout=OPEN_SECONDS,
        ping_interval=None,
        close_timeout=1,
        **(options or {"host": "127.0.0.1", "port": port}),
    )
    try:
        await socket.recv()
    except ConnectionClosed:
        await socket.close()
        raise
    return socket


def credentials(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"} if person.token else {"Cookie": person.cookie}
