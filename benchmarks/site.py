"""What is measured: services, a brand with its people, and web processes of either kind."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

HOST = "bench.localhost"
START_SECONDS = 120.0
STOP_SECONDS = 10.0

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Variant:
    key: str
    name: str
    server: str = "uvicorn"
    layer: str = "kefu"
    one_by_one: bool = False


KEFU = Variant("kefu", "Kefu")
STOCK_UVICORN = Variant("stock", "stock, uvicorn", layer="channels-redis", one_by_one=True)
STOCK_DAPHNE = Variant("daphne", "stock, daphne", server="daphne", layer="channels-redis", one_by_one=True)
VARIANTS = [KEFU, STOCK_UVICORN, STOCK_DAPHNE]


@dataclass(frozen=True)
class Cast:
    """Tokens of visitors, and sessions of agents."""

    tokens: list[str]
    sessions: list[str]


@dataclass(frozen=True)
class Web:
    port: int
    process: Process


def make_cast(visitors: int, agents: int) -> Cast:
    """Make a brand with agents and visitors, as far as the sockets need them."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from agents.accounts import create_agent
    from agents.models import Queue
    from chat.models import Visitor, Widget
    from chat.tokens import make_token
    from tenants.context import in_tenant
    from tenants.provisioning import create_brand

    call_command("migrate_schemas", "--shared", verbosity=0)
    now = timezone.now()
    brand = create_brand(slug="bench", name="Bench", domains=[HOST], now=now)
    with in_tenant(brand):
        Queue.objects.update(strategy=Queue.Strategy.MANUAL)  # agents take what the measure says
        staff = [create_agent(email=f"a{n}@kefu.example", name=f"A{n}", now=now)[0] for n in range(agents)]
        widget = Widget.objects.get()
        people = Visitor.objects.bulk_create([Visitor(name=f"V{n}") for n in range(visitors)], batch_size=2000)
        tokens = [make_token(visitor, widget) for visitor in people]
    return Cast(tokens, [_session(agent, brand) for agent in staff])


def _session(agent: "Agent", brand: "Tenant") -> str:  # type: ignore[name-defined]  # noqa: F821
    from django.contrib.sessions.backends.db import SessionStore

    from tenants.sessions import brand_mark

    store = SessionStore()
    store["_auth_user_id"], store["_auth_user_backend"] = str(agent.user_id), "tenants.auth.StaffBackend"
    store["_auth_user_hash"], store["brand"] = agent.user.get_session_auth_hash(), brand_mark(brand)
    store.create()
    return str(store.session_key)


@contextmanager
def running(variant: Variant, count: int) -> Iterator[list[Web]]:
    """Run `count` web processes; they are ended at the end."""
    with ExitStack() as stack:
        webs = [Web(port, start(variant, port)) for port in free_ports(count)]
        for web in webs:
            stack.callback(stop, web.process)
        for web in webs:
            wait_for(web.port)
        yield webs


def start(variant: Variant, port: int, *flags: str, module: str = "", stderr: int = subprocess.DEVNULL) -> Process:
    """Start a web process; `flags` are Python's own, `module` runs it in place of the variant's."""
    env = {**os.environ, "KF_CHANNEL_LAYER": variant.layer, "KF_LOG_LEVEL": "ERROR"}
    # Where it is set, every start compiles everything anew: two thirds of a cold start would be the compiler.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [sys.executable, *flags, *command(variant, port, module)]
    return subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=stderr)


def command(variant: Variant, port: int, module: str = "") -> list[str]:
    """Kefu as `kefu web` starts it; the stock path with one transaction per message."""
    from kefu_project.cli.roles import web_command

    module = module or ("benchmarks.one_by_one" if variant.one_by_one else "")
    start = ["-m", module] if module else ["-m"]
    if variant.server == "daphne":
        return [*start, "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "--no-server-name", ASGI]
    _python, _m, *rest = web_command("127.0.0.1", port)
    return [*start, *rest]


ASGI = "kefu_project.asgi:application"


def stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("A web process did not start.")


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
