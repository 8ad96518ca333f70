"""From a visitor's send to the agent's screen, durable: our path beside the stock one, in one run.

    python -m benchmarks.delivery --rate 500 --seconds 15

An open loop: latency counts from the time at which a message should have left, so a server that stalls cannot hide it.
Prints one table and writes a dated JSON file into benchmarks/results/.
"""

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect

HOST = "bench.localhost"
RESULTS = Path(__file__).parent / "results"
MAX_WAIT = 20.0


@dataclass(frozen=True)
class Variant:
    name: str
    server: str
    layer: str
    one_by_one: bool


VARIANTS = [
    Variant("Kefu: group commit, own layer, uvicorn", "uvicorn", "kefu", one_by_one=False),
    Variant("group commit, channels-redis, uvicorn", "uvicorn", "channels-redis", one_by_one=False),
    Variant("stock: one transaction each, channels-redis, uvicorn", "uvicorn", "channels-redis", one_by_one=True),
    Variant("stock: one transaction each, channels-redis, daphne", "daphne", "channels-redis", one_by_one=True),
]


@dataclass
class Result:
    variant: str
    sent: int
    shown: int
    refused: int
    p50_ms: float
    p99_ms: float
    cpu_percent: float


@dataclass(frozen=True)
class Cast:
    """Tokens of the visitors and the agent's session."""

    tokens: list[str]
    session: str


def prepare(visitors: int) -> Cast:
    """Make a brand with an agent and visitors, as far as the sockets need them."""
    import django

    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.utils import timezone

    from agents.accounts import create_agent
    from chat.models import Visitor, Widget
    from chat.tokens import make_token
    from tenants.context import in_tenant
    from tenants.provisioning import create_brand
    from tenants.sessions import brand_mark

    call_command("migrate_schemas", "--shared", verbosity=0)
    brand = create_brand(slug="bench", name="Bench", domains=[HOST], now=timezone.now())
    with in_tenant(brand):
        agent, _ = create_agent(email="bench@kefu.example", name="Bench", now=timezone.now())
        widget = Widget.objects.get()
        people = Visitor.objects.bulk_create([Visitor(name=f"V{number}") for number in range(visitors)])
        tokens = [make_token(visitor, widget) for visitor in people]
    store = SessionStore()
    store["_auth_user_id"], store["_auth_user_backend"] = str(agent.user_id), "tenants.auth.StaffBackend"
    store["_auth_user_hash"], store["brand"] = agent.user.get_session_auth_hash(), brand_mark(brand)
    store.create()
    return Cast(tokens, str(store.session_key))


@contextmanager
def running(variant: Variant) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if variant.server == "daphne":
        arguments = ["daphne", "-b", "127.0.0.1", "-p", str(port), "kefu_project.asgi:application"]
    else:
        arguments = ["uvicorn", "kefu_project.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
        arguments += ["--loop", "uvloop", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"]
        arguments += ["--no-access-log", "--log-level", "warning"]
    module = ["benchmarks.one_by_one"] if variant.one_by_one else []
    command = [sys.executable, "-m", *module, *arguments]
    env = {**os.environ, "KF_CHANNEL_LAYER": variant.layer, "KF_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + MAX_WAIT
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("The server did not start.")


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def open_socket(port: int, kind: str, **headers: str) -> ClientConnection:
    token = headers.pop("token", "")
    return await connect(
        f"ws://{HOST}:{port}/ws/v1/{kind}",
        host="127.0.0.1",
        port=port,
        subprotocols=["kefu.v1.json", *([f"kefu.token.{token}"] if token else [])],  # type: ignore[list-item]
        additional_headers=headers,
        origin=f"http://{HOST}:{port}",  # type: ignore[arg-type]
        compression=None,
        ping_interval=None,
        max_queue=None,
    )


async def ask(client: ClientConnection, frame: dict[str, Any]) -> dict[str, Any]:
    await client.send(json.dumps({"id": "ask", **frame}))
    while True:
        answer: dict[str, Any] = json.loads(await client.recv())
        if answer.get("reply_to") == "ask":
            return answer


async def measure(cast: Cast, variant: Variant, port: int, process: Any, rate: float, seconds: float) -> Result:
    visitors = [await open_socket(port, "visitor", token=token) for token in cast.tokens]
    conversations = []
    for visitor in visitors:
        answer = await ask(visitor, {"type": "conversation.open", "data": {}})
        conversations.append(answer["data"]["conversation"]["id"])
    agent = await open_socket(port, "agent", Cookie=f"kefu_session={cast.session}")
    await ask(agent, {"type": "resume", "data": {"conversations": dict.fromkeys(conversations, 0)}})

    due: dict[str, float] = {}
    shown: dict[str, float] = {}
    refused = 0

    async def watch() -> None:
        async for text in agent:
            frame = json.loads(text)
            if frame["type"] == "message.created":
                shown.setdefault(frame["data"]["client_id"], time.perf_counter())

    async def drain(client: ClientConnection) -> None:
        nonlocal refused
        async for text in client:
            refused += '"type":"error"' in text

    tasks = [asyncio.create_task(watch()), *(asyncio.create_task(drain(visitor)) for visitor in visitors)]
    start, cpu = time.perf_counter() + 0.5, cpu_seconds(process)
    for number in range(int(rate * seconds)):
        at = start + number / rate
        if (ahead := at - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        key, index = str(uuid4()), number % len(visitors)
        due[key] = at
        data = {"client_id": key, "text": f"Message {number}, is it in stock?"}
        frame = {"type": "message.create", "conversation": conversations[index], "data": data}
        await visitors[index].send(json.dumps(frame))
    deadline = time.perf_counter() + MAX_WAIT
    while len(shown) + refused < len(due) and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    used = cpu_seconds(process) - cpu
    for task in tasks:
        task.cancel()
    delays = sorted(shown[key] - due[key] for key in shown if key in due)
    return Result(
        variant.name,
        len(due),
        len(delays),
        refused,
        round(1000 * delays[len(delays) // 2], 2) if delays else float("nan"),
        round(1000 * delays[int(len(delays) * 0.99)], 2) if delays else float("nan"),
        round(100 * used / seconds, 1),
    )


def show(results: list[Result], rate: float) -> None:
    table = Table(title=f"send -> shown, {rate:.0f} messages/s, durable")
    for name in ("variant", "sent", "shown", "refused", "P50 ms", "P99 ms", "CPU of the web process %"):
        table.add_column(name, justify="left" if name == "variant" else "right")
    for row in results:
        table.add_row(*(str(value) for value in asdict(row).values()))
    Console(width=130).print(table)
    ours, stock = results[0], results[2]
    if stock.shown < stock.sent:
        Console().print(f"The stock path showed {stock.shown} of {stock.sent}, {MAX_WAIT:.0f} s after the last send.")
    else:
        Console().print(f"P99 of the stock path is {stock.p99_ms / ours.p99_ms:.1f} times ours.")


def save(results: list[Result], rate: float, seconds: float, conversations: int) -> Path:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    path = RESULTS / f"delivery-{now:%Y%m%d-%H%M%S}.json"
    facts = {
        "at": now.isoformat(timespec="seconds"),
        "commit": commit,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "rate": rate,
        "seconds": seconds,
        "conversations": conversations,
        "results": [asdict(row) for row in results],
    }
    path.write_text(json.dumps(facts, indent=1) + "\n")
    return path


@click.command(help=__doc__)
@click.option("--rate", default=500.0, help="Messages per second.")
@click.option("--seconds", default=15.0, help="For how long.")
@click.option("--conversations", default=200, help="Visitors that write, one conversation each (at most 200).")
def main(rate: float, seconds: float, conversations: int) -> None:
    from kefu_project.embedded.services import Services

    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder, Services.running(Path(folder)) as urls:
        Path(folder).chmod(0o711)
        os.environ |= {**urls.as_environment(), "KF_DATA_DIR": folder, "KF_SECRET_KEY": "bench" * 10}
        os.environ["DJANGO_SETTINGS_MODULE"] = "kefu_project.settings"
        cast = prepare(min(conversations, 200))
        results = []
        for variant in track(VARIANTS, description="variants"):
            with running(variant) as (port, process):
                results.append(asyncio.run(measure(cast, variant, port, process, rate, seconds)))
    show(results, rate)
    Console().print(f"Written to {save(results, rate, seconds, conversations).relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
