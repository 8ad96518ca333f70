"""A real `kefu up` on a data folder of its own, started and ended by the tests."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kefu_project.embedded.child import start_time
from kefu_project.embedded.ports import free_port
from tests.waiting_for import wait_until

PROJECT = Path(__file__).resolve().parents[2]
READY_WITHIN = 90.0
READY = "Ctrl-C stops"


def plain_environment(data_dir: Path) -> dict[str, str]:
    """Without what the test run set for itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KF_", "DJANGO_", "PYTEST_"))}
    return kept | {"KF_DATA_DIR": str(data_dir), "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": str(PROJECT)}


class Installation:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.environment = plain_environment(data_dir)
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.port = free_port()
        self.supervisor: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kefu_project.cli", *arguments],
            check=False,
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=READY_WITHIN,
        )

    def start(self, *arguments: str) -> str:
        """Start `kefu up` and return what it printed until it was ready."""
        command = [sys.executable, "-m", "kefu_project.cli", "up", "--port", str(self.port), *arguments]
        with self.log.open("wb") as output:
            self.supervisor = subprocess.Popen(
                command, env=self.environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        wait_until(lambda: READY in self.output() or self.supervisor.poll() is not None, READY_WITHIN)
        assert self.supervisor.poll() is None, self.output()
        wait_until(lambda: "worker" in self.processes(), 10)
        return self.output()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal to the supervisor alone and return its exit code."""
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        code = self.supervisor.wait(READY_WITHIN)
        self.supervisor = None
        return code

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def processes(self) -> dict[str, int]:
        """The supervised processes by name, as the runtime file lists them."""
        with suppress(OSError, ValueError):
            running = json.loads((self.data_dir / "running.json").read_text())
            return {mark["name"]: mark["pid"] for mark in running["processes"]}
        return {}

    def get(self, path: str, host: str = "localhost") -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def are_gone(pids: list[int]) -> bool:
    return all(start_time(pid) is None for pid in pids)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an unprivileged server may pass through, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="kefu-running-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def installation(open_folder: Path) -> Iterator[Installation]:
    one = Installation(open_folder / "data")
    yield one
    if one.supervisor and one.supervisor.poll() is None:
        one.stop(signal.SIGTERM)
