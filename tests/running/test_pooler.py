"""A transaction pooler is recognised, by a real one; PostgreSQL itself and a session pooler are not taken for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from kefu_project.cli.pooler import is_transaction_pooler
from kefu_project.embedded.ports import free_port
from tests.running.conftest import PROJECT
from tests.waiting_for import wait_until

CONFIGURATION = """
[databases]
kefu = {target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
"""


@pytest.fixture
def pooler() -> Iterator[Callable[[str], str]]:
    """Start a pooler in front of this worker's database: `pooler("transaction")` returns the URL through it."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("There is no pooler to try: install the package pgbouncer.")
    started: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)

        def start(mode: str) -> str:
            port, path = free_port(), Path(folder) / f"{mode}.ini"
            target = psycopg.conninfo.conninfo_to_dict(os.environ["KF_DATABASE_URL"])
            words = " ".join(f"{key}={value}" for key, value in target.items())
            path.write_text(CONFIGURATION.format(target=words, port=port, mode=mode))
            path.chmod(0o644)
            # It does not run as root.
            command = [program, *(["-u", "nobody"] if os.geteuid() == 0 else []), str(path)]
            started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            url = f"postgres://kefu@127.0.0.1:{port}/kefu"
            wait_until(lambda: _answers(url), 10)
            return url

        yield start
        for process in started:
            process.terminate()
            process.wait(10)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_postgresql_itself_is_none() -> None:
    assert not is_transaction_pooler(os.environ["KF_DATABASE_URL"])


def test_a_session_pooler_is_none(pooler: Callable[[str], str]) -> None:
    assert not is_transaction_pooler(pooler("session"))


@pytest.mark.parametrize("command", ["web", "worker", "beat", "migrate"])
def test_behind_a_transaction_pooler_nothing_starts_and_it_is_said_why(
    pooler: Callable[[str], str], command: str
) -> None:
    environment = {**os.environ, "KF_DATABASE_URL": pooler("transaction"), "PYTHONPATH": str(PROJECT)}
    words = [sys.executable, "-m", "kefu_project.cli", command]
    ended = subprocess.run(words, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "pooler in transaction mode" in ended.stderr
    assert "pool_mode = session" in ended.stderr
