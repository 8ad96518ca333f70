"""An installation of the storm's own: database, Redis number, data folder; web, worker and probe as processes."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from kefu_project.cli.roles import web_command, worker_command
from kefu_project.embedded.services import Services
from tests.server import wait_until_live

REDIS_NUMBER = 7


@dataclass(frozen=True)
class Installation:
    data_dir: Path
    database_url: str
    redis_url: str
    leak: str = ""

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"


@contextmanager
def own_installation(leak: str) -> Iterator[Installation]:
    """A fresh database and Redis number on what KF_DATABASE_URL and KF_REDIS_URL name, else on services of our own.

    Sets up Django in this process on it.
    """
    with ExitStack() as stack:
        data_dir = Path(tempfile.mkdtemp(prefix="kefu-storm-"))
        stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
        data_dir.chmod(0o711)  # run by root, the servers are `nobody` and must pass through
        (data_dir / "logs").mkdir()
        server, redis_url = os.environ.get("KF_DATABASE_URL"), os.environ.get("KF_REDIS_URL")
        if not server or not redis_url:
            urls = stack.enter_context(Services.running(data_dir / "services", durable=False))
            server, redis_url = urls.database_url, urls.redis_url + f"/{REDIS_NUMBER}"
            redis_url = urlunsplit(urlsplit(redis_url)._replace(path=f"/{REDIS_NUMBER}"))
        database = stack.enter_context(own_database(server))
        made = Installation(data_dir, database, redis_url, leak)
        os.environ |= environment_of(made)
        set_up()
        yield made


@contextmanager
def own_database(server: str) -> Iterator[str]:
    name = sql.Identifier(f"kefu_storm_{os.getpid()}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/kefu_storm_{os.getpid()}"))
        finally:
            drop_database(connection, name)


def drop_database(connection: "psycopg.Connection[Any]", name: sql.Identifier) -> None:
    """Drop it as soon as nobody is in it: a vacuum of the server's own may be, which is not ours to end."""
    deadline = time.monotonic() + 30
    while True:
        try:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            return
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def environment_of(made: Installation) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "kefu_project.settings",
        "KF_DATABASE_URL": made.database_url,
        "KF_REDIS_URL": made.redis_url,
        "KF_DATA_DIR": str(made.data_dir),
        "KF_MEDIA_ROOT": str(made.data_dir / "files"),
        "KF_SECRET_KEY": "a-key-for-the-storm-only-with-enough-characters",
        "KF_LOG_LEVEL": "INFO",
    }


def set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    from chat.redis_clients import redis_client

    redis_client().flushdb()


def close_database() -> None:
    """Let go of the database, so that it can be dropped."""
    from django.db import connection

    connection.close()
    connection.close_pool()


@contextmanager
def processes(made: Installation, ports: Sequence[int]) -> Iterator["subprocess.Popen[str]"]:
    """Start a web process per port, worker and probe, with the planted bug if any; yields the probe."""
    environment = {**os.environ, "KF_STORM_LEAK": made.leak}
    with ExitStack() as stack:

        def start(name: str, command: list[str], **options: object) -> "subprocess.Popen[str]":
            log = stack.enter_context((made.logs / f"{name}.log").open("w"))
            given = {"stdout": log, "stdin": subprocess.DEVNULL, **options}
            process = subprocess.Popen(command, env=environment, stderr=log, text=True, **given)  # type: ignore[call-overload]
            stack.callback(_end, process)
            return process  # type: ignore[no-any-return]

        def start_web(port: int) -> "subprocess.Popen[str]":
            command = web_command("127.0.0.1", port)
            leaky = [part.replace("kefu_project.asgi", "tests.storm.leaky_asgi") for part in command]
            return start(f"web-{port}", leaky if made.leak else command)

        webs = [(port, start_web(port)) for port in ports]
        start("worker", [*worker_command(), "-I", "tests.storm.tasks"])
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        probe = start("probe", [sys.executable, "-m", "tests.storm.probe"], **pipes)
        assert probe.stdout is not None
        assert probe.stdout.readline() == "ready\n", (made.logs / "probe.log").read_text()[-2000:]
        for port, web in webs:
            wait_until_live(port, web)
        yield probe


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
