"""The server's own end of a WebSocket, with a client that does not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from kefu_project import websocket
from kefu_project.embedded.ports import free_port
from kefu_project.websocket import WebSocket
from tests.waiting_for import until

LONG = "x" * 100_000


async def flood_and_close(scope: Any, receive: Any, send: Any) -> None:
    """Send until the client has not taken it for a while, then close as a connection that is cut off does."""
    if scope["type"] != "websocket":
        return
    await send({"type": "websocket.accept"})
    try:
        while True:
            await asyncio.wait_for(send({"type": "websocket.send", "text": LONG}), 0.3)
    except TimeoutError:
        await asyncio.wait_for(send({"type": "websocket.close", "code": 4410}), 2)
    await receive()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Take all that comes; send back binary messages, and close when asked."""
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        if message.get("bytes"):
            await send({"type": "websocket.send", "bytes": message["bytes"]})
        elif message.get("text") == "close":
            await send({"type": "websocket.close", "code": 4410})


@asynccontextmanager
async def silent_client(app: Any = flood_and_close) -> AsyncIterator[tuple[ClientConnection, uvicorn.Server]]:
    """A connected client that reads nothing."""
    port = free_port()
    config = uvicorn.Config(app, port=port, ws=WebSocket, ws_per_message_deflate=False, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started, 10, "it listens")
    try:
        async with connect(f"ws://127.0.0.1:{port}", max_queue=1, ping_interval=None, proxy=None) as client:
            client.transport.pause_reading()
            yield client, server
    finally:
        server.should_exit = server.force_exit = True
        await running


async def test_who_reads_after_all_is_told_why_it_was_closed() -> None:
    async with silent_client() as (client, _server):
        await asyncio.sleep(1)
        client.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            while True:
                await client.recv()
        assert client.close_code == 4410


async def test_who_never_reads_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "ABORT_SECONDS", 0.2)
    async with silent_client() as (client, server):
        assert server.server_state.connections
        await until(lambda: not server.server_state.connections, 10, "it is let go of")
        client.transport.abort()


def frames(opcode: int, payload: bytes, times: int, *, is_last: bool = True) -> bytes:
    """Masked by zeros, as a client may."""
    return (bytes([is_last << 7 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload) * times


PINGS = frames(9, b"p" * 125, 100_000)


async def test_pings_of_one_who_does_not_read_do_not_pile_up() -> None:
    async with silent_client(echo) as (client, server):
        (line,) = server.server_state.connections
        client.transport.write(PINGS)
        await until(lambda: line.transport.get_write_buffer_size(), 10, "pongs wait")
        for _ in range(20):
            await asyncio.sleep(0.05)
            assert line.transport.get_write_buffer_size() < 1_000_000
        client.transport.resume_reading()
        await until(lambda: not client.transport.get_write_buffer_size(), 30, "all is read after all")
        await asyncio.wait_for(await client.ping(), 30)


async def test_nor_while_it_is_being_closed() -> None:
    async with silent_client(echo) as (client, server):
        (line,) = server.server_state.connections
        client.transport.write(frames(1, b"close", 1) + PINGS + PINGS)
        await until(lambda: line.close_sent, 10, "it is closed")
        for _ in range(20):
            await asyncio.sleep(0.05)
            assert line.transport.get_write_buffer_size() < 1_000_000
        client.transport.abort()


async def test_fragments_of_nothing_do_not_pile_up() -> None:
    async with silent_client(echo) as (client, server):
        (line,) = server.server_state.connections
        client.transport.write(frames(2, b"a", 1, is_last=False) + frames(0, b"", 100_000, is_last=False))
        client.transport.write(frames(0, b"b", 1, is_last=False) + frames(9, b"there", 1))
        await until(lambda: line.transport.get_write_buffer_size() or line.frames == [b"ab"], 10, "it is read")
        assert line.frames == [b"ab"]
        client.transport.resume_reading()
        client.transport.write(frames(0, b"c", 1))
        assert await asyncio.wait_for(client.recv(), 10) == b"abc"
