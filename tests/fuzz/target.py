"""The server under fire, as a process: is it alive, how large is it, what did it log."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from kefu_project.cli.roles import web_command
from kefu_project.embedded.child import start_child
from kefu_project.embedded.ports import free_port
from tests.server import wait_until_live

MAX_EXCERPT = 1500


class Target:
    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def resident_bytes(self) -> int:
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def tracebacks(self) -> list[str]:
        """Each exception that the server logged with its traceback."""
        text = self.log.read_text(errors="replace")
        pieces = text.split("Traceback (most recent call last)")
        return [before[-300:] + after[:MAX_EXCERPT] for before, after in pairwise(pieces)]


@contextmanager
def running_target(logs: Path, bug: str = "") -> Iterator[Target]:
    """A web process as `kefu web` starts it, or the same with a planted bug."""
    port, log = free_port(), logs / "web.log"
    command = web_command("127.0.0.1", port)
    if bug:
        command = [sys.executable, "-m", "tests.fuzz.planted", bug, *command[command.index("-m") + 2 :]]
    with log.open("wb") as output:
        process = start_child(command, death_signal=signal.SIGKILL, output=output)
    try:
        wait_until_live(port, process)
        yield Target(process, port, log)
    finally:
        process.kill()
        process.wait()
