"""The server's own end of HTTP, with clients that do not finish what they began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from kefu_project import http
from kefu_project.cli.roles import web_command
from kefu_project.embedded.ports import free_port
from kefu_project.websocket import WebSocket
from tests.waiting_for import until

HEAD = b"POST / HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: 4\r\n\r\n"
LONG = b"x" * 1_000_000


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body; to `/long` more than the kernel takes for a client that does not read."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for _ in range(50 if scope["path"] == "/long" else 0):
                await send({"type": "http.response.body", "body": LONG, "more_body": True})
            await send({"type": "http.response.body", "body": body})
            return


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[uvicorn.Server]:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "UNREAD_SECONDS"):
        monkeypatch.setattr(http, name, 0.3)
    config = uvicorn.Config(app, port=free_port(), http=http.Http, ws=WebSocket, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await until(lambda: server.started, 10, "it listens")
    yield server
    server.should_exit = server.force_exit = True
    await running


@asynccontextmanager
async def client_of(server: uvicorn.Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    yield reader, writer
    writer.transport.abort()


async def ends(server: uvicorn.Server) -> None:
    await until(lambda: not server.server_state.connections, 5, "it is let go of")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: a", HEAD, HEAD + b"ab"])
async def test_who_does_not_go_on_is_let_go_of(server: uvicorn.Server, begun: bytes) -> None:
    async with client_of(server) as (_reader, writer):
        writer.write(begun)
        await until(lambda: server.server_state.connections, 5, "it is there")
        await ends(server)


async def test_a_head_that_drips_has_no_more_time_for_it(server: uvicorn.Server) -> None:
    async with client_of(server) as (_reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(40):
            await asyncio.sleep(0.05)
            writer.write(b"x")
        assert not server.server_state.connections


async def test_nor_does_the_second_request_of_a_connection(server: uvicorn.Server) -> None:
    async with client_of(server) as (reader, writer):
        writer.write(HEAD + b"abcd")
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(b"GET / HT")
        await ends(server)


@pytest.mark.parametrize("begun", [b"GET / HT", HEAD + b"ab"])
async def test_nor_does_one_that_came_with_the_first(server: uvicorn.Server, begun: bytes) -> None:
    server.config.timeout_keep_alive = 1
    async with client_of(server) as (_reader, writer):
        writer.write(HEAD + b"abcd" + begun)
        await until(lambda: server.server_state.total_requests, 5, "the first is answered")
        await ends(server)


async def test_between_two_requests_is_as_much_time_as_ever(server: uvicorn.Server) -> None:
    async with client_of(server) as (reader, writer):
        for _ in range(2):
            writer.write(HEAD + b"abcd")
            assert b"abcd" in await reader.readuntil(b"0\r\n\r\n")
            await asyncio.sleep(1)


async def test_a_body_that_comes_slowly_is_waited_for(server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 2.0)
    async with client_of(server) as (reader, writer):
        writer.write(HEAD)
        for byte in b"abcd":
            await asyncio.sleep(0.7)
            writer.write(bytes([byte]))
        assert b"abcd" in await reader.readuntil(b"0\r\n\r\n")


async def test_who_does_not_read_the_answer_is_let_go_of(server: uvicorn.Server) -> None:
    async with client_of(server) as (reader, writer):
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(HEAD.replace(b" / ", b" /long ") + b"abcd")
        await until(lambda: server.server_state.tasks, 5, "it is asked")
        await ends(server)


async def test_a_socket_may_be_silent_for_longer(server: uvicorn.Server) -> None:
    async with connect(f"ws://127.0.0.1:{server.config.port}", ping_interval=None, proxy=None) as client:
        await asyncio.sleep(1)
        await client.send("still here")
        assert await client.recv() == "still here"


def test_every_way_to_run_kefu_serves_by_it() -> None:
    command = web_command("127.0.0.1", 8000)
    assert command[command.index("--http") + 1] == f"{http.__name__}:{http.Http.__name__}"
