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
from kefu_project.websocket import WebSocket
from tests.server import free_port
from tests.torture.rig import until

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


@asynccontextmanager
async def silent_client() -> AsyncIterator[tuple[ClientConnection, uvicorn.Server]]:
    """A connected client that reads nothing."""
    port = free_port()
    config = uvicorn.Config(
        flood_and_close, port=port, ws=WebSocket, ws_per_message_deflate=False, log_config=None, lifespan="off"
    )
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
