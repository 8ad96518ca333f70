"""Child processes that never outlive us, and telling a process from a later one with the same number."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from .account import Account

PR_SET_PDEATHSIG = 1
ORPHAN_SECONDS = 10.0
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class ProcessMark:
    """Names one process for good: a number is given again, a number with its start time is not."""

    name: str
    pid: int
    started: str

    def is_alive(self) -> bool:
        return start_time(self.pid) == self.started

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


def mark_process(name: str, pid: int) -> ProcessMark:
    return ProcessMark(name, pid, start_time(pid) or "")


def start_time(pid: int) -> str | None:
    """When the process with this number started, None when there is none or only its zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name in brackets may hold anything, so count the fields behind it.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return answer.stdout.strip() or None


def start_child(
    command: Sequence[str],
    *,
    death_signal: signal.Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    errors: int | None = subprocess.STDOUT,
    config: bytes | None = None,
    cwd: Path | None = None,
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """Start a child that the kernel sends `death_signal` when we die, however we die.

    It gets a process group of its own, so that Ctrl-C reaches only us and we decide the order of stopping.
    The kernel watches the *thread* that called: call from a thread that lives as long as the child shall.
    """
    options: dict[str, Any] = account.popen_options() if account else {}
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE if config is not None else subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=env,
        cwd=cwd,
        umask=umask,
        process_group=0,
        preexec_fn=_die_with_parent(death_signal),
        **options,
    )
    if config is not None and child.stdin:
        child.stdin.write(config)
        child.stdin.close()
    return child


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if _prctl is None:
        return None
    parent, prctl, number = os.getpid(), _prctl, int(death_signal)

    def arrange() -> None:  # two system calls and no locks, so it is safe although others say threads are not
        # Runs after the change of user, which would clear the request.
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # we died between fork and prctl
            os._exit(1)

    return arrange


def stop_child(child: subprocess.Popen[bytes], signals: Sequence[signal.Signals], *, patience: float) -> None:
    """Send the signals one after the other, each when the one before was not obeyed in `patience` seconds."""
    for number in signals:
        if child.poll() is not None:
            return
        child.send_signal(number)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    child.wait()


def end_orphan(orphan: ProcessMark, *, gentle: signal.Signals) -> None:
    """End a process that an earlier supervisor left behind. Nothing happens when it is gone already."""
    for number in (gentle, signal.SIGKILL):
        try:
            if orphan.is_alive():
                os.kill(orphan.pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + ORPHAN_SECONDS
        while orphan.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not orphan.is_alive():
            return
