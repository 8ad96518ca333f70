"""Keeps the processes of one installation running: prefixes their lines, starts crashed ones again, stops all in
reverse order. One thread and one loop, because children die with the thread that started them (embedded/child.py)."""

import os
import selectors
import signal
import subprocess
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from kefu_project.embedded.child import mark_process, start_child
from kefu_project.embedded.problems import StartProblem
from kefu_project.embedded.services import Services

COLOURS = {"web": "cyan", "worker": "green", "beat": "magenta", "postgres": "blue", "valkey": "yellow"}
ASK_EVERY = 0.1  # seconds between questions whether all is ready
TICK = 0.25  # seconds between looks at processes and log files
STOP_PATIENCE = 10.0  # seconds a process may take to finish what it has begun
STABLE_AFTER = 60.0  # seconds after which an earlier crash is forgiven
GIVE_UP_AFTER = 6  # crashes without a stable minute between them
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def restart_pause(crashes: int) -> float:
    """Seconds to wait before the start that follows the n-th crash in a row."""
    return float(min(FIRST_PAUSE * 2 ** (crashes - 1), LONGEST_PAUSE))


def stop_signals() -> list[signal.Signals]:
    """Ctrl-C, `kill` and a closed terminal, unless `nohup` said that the last shall mean nothing."""
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    return [number for number in signals if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]


@dataclass
class Crashes:
    """How often something ended in a row; forgiven when it ran for long enough in between. Times in seconds."""

    started_at: float = 0.0
    in_a_row: int = 0

    def note(self, now: float) -> int:
        self.in_a_row = 1 if now - self.started_at > STABLE_AFTER else self.in_a_row + 1
        return self.in_a_row


@dataclass
class Child:
    """One supervised process and what is needed to start it again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    crashes: Crashes = field(default_factory=Crashes)
    start_again_at: float | None = None
    rest: bytes = b""
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=8))


class LogTail:
    """New lines of a log file that a service writes by itself."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.position = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        with suppress(OSError), self.path.open("rb") as file:
            file.seek(self.position)
            data = file.read(64 * 1024)
            whole = data[: data.rfind(b"\n") + 1]
            self.position += len(whole)
            return whole.decode(errors="replace").splitlines()
        return []


class Supervisor:
    def __init__(self, services: Services, env: Mapping[str, str], console: Console, logs: Sequence[LogTail]) -> None:
        self.services = services
        self.env = env
        self.console = console
        self.logs = logs
        self.children: list[Child] = []
        self.stop_signals = 0
        self._service_crashes: dict[str, Crashes] = defaultdict(Crashes)
        self._service_restart_at: dict[str, float] = {}
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)

    def listen_to_signals(self) -> None:
        """Ctrl-C, `kill` and a closed terminal all mean: stop in order. A second one means: at once."""
        for number in stop_signals():
            signal.signal(number, self._note_signal)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def start(self, name: str, command: Sequence[str]) -> None:
        child = Child(name, command)
        self.children.append(child)
        self._launch(child)

    def wait_for(self, is_ready: Callable[[], bool], *, within: float) -> bool:
        """Run the loop until the condition holds. A process that ends meanwhile is a failed start, told at once."""
        deadline = time.monotonic() + within
        while not is_ready():
            if self.stop_signals:
                return False
            if time.monotonic() > deadline:
                raise StartProblem(f"Kefu did not answer within {within:.0f} seconds.", "Read the lines above.")
            pause_ends = time.monotonic() + ASK_EVERY
            while (rest := pause_ends - time.monotonic()) > 0:
                self._pump(rest)
            for child in self.children:
                if child.process and child.process.poll() is not None:
                    raise _failed(child, "did not start")
        return True

    def run(self) -> None:
        """Until a signal comes. Raises StartProblem when a process cannot be kept alive."""
        while not self.stop_signals:
            self._pump(TICK)
            for child in self.children:
                self._look_after(child)
            self._look_after_services()

    def stop(self) -> None:
        """End the processes, the last started first; their last lines are still shown."""
        for child in reversed(self.children):
            self._end(child)
        self._pump(0)

    def say(self, name: str, line: str) -> None:
        prefix = Text(f"{name:<8} │ ", style=COLOURS.get(name, "white"))
        # Lines come from outside: as Text they are shown as they are, and markup in them means nothing.
        self.console.print(prefix + Text(line), soft_wrap=True, highlight=False)

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_signals += 1

    def _launch(self, child: Child) -> None:
        read, write = os.pipe()
        os.set_blocking(read, False)
        child.process = start_child(child.command, death_signal=signal.SIGTERM, env=self.env, output=write)
        os.close(write)
        child.crashes.started_at, child.start_again_at, child.rest = time.monotonic(), None, b""
        self._selector.register(read, selectors.EVENT_READ, child)
        running = [mark_process(one.name, one.process.pid) for one in self.children if one.process]
        self.services.note_children(running)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process and child.process.poll() is not None:
            crashes = child.crashes.note(now)
            if crashes >= GIVE_UP_AFTER:
                raise _failed(child, f"ended {crashes} times in a row")
            pause = restart_pause(crashes)
            self.say(child.name, f"ended ({_how(child.process)}); starting again in {pause:g} s")
            child.process, child.start_again_at = None, now + pause
        elif child.start_again_at is not None and now >= child.start_again_at:
            self._launch(child)

    def _look_after_services(self) -> None:
        name = self.services.died()
        if not name:
            return
        now = time.monotonic()
        if name not in self._service_restart_at:
            crashes = self._service_crashes[name].note(now)
            if crashes >= GIVE_UP_AFTER:
                raise StartProblem(f"{name} ended {crashes} times in a row.", "Read the lines above and `kefu doctor`.")
            self._service_restart_at[name] = now + restart_pause(crashes)
            self.say(name, f"ended without being asked; starting again in {restart_pause(crashes):g} s")
        elif now >= self._service_restart_at[name]:
            del self._service_restart_at[name]
            self.services.restart(name)
            self._service_crashes[name].started_at = time.monotonic()
            self.say(name, "running again")

    def _end(self, child: Child) -> None:
        if not child.process:
            return
        for number, patience in ((signal.SIGTERM, STOP_PATIENCE), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                child.process.send_signal(number)
            deadline = time.monotonic() + patience
            before = self.stop_signals
            # Keep reading: a process that cannot write its last lines cannot end.
            while child.process.poll() is None and time.monotonic() < deadline and self.stop_signals == before:
                self._pump(0.05)
            if child.process.poll() is not None:
                self._drain(child)
                return

    def _pump(self, timeout: float) -> None:
        for key, _events in self._selector.select(timeout):
            if key.data is None:
                with suppress(BlockingIOError):
                    os.read(self._wake_read, 512)
            else:
                self._read(key.fd, key.data)
        for log in self.logs:
            for line in log.new_lines():
                self.say(log.name, line)

    def _drain(self, child: Child) -> None:
        for key in [key for key in self._selector.get_map().values() if key.data is child]:
            while self._read(key.fd, child):
                pass

    def _read(self, handle: int, child: Child) -> bool:
        """Show what the child wrote; false when there is nothing more for now."""
        try:
            data = os.read(handle, 64 * 1024)
        except BlockingIOError:
            return False
        *lines, child.rest = (child.rest + data).split(b"\n")
        if not data:
            self._selector.unregister(handle)
            os.close(handle)
            lines, child.rest = ([child.rest] if child.rest else []), b""
        for line in lines:
            text = line.decode(errors="replace")
            child.last_lines.append(text)
            self.say(child.name, text)
        return bool(data)


def _failed(child: Child, how: str) -> StartProblem:
    assert child.process is not None
    lines = [line for line in child.last_lines if line.strip()]
    said = f": {lines[-1].strip()}" if lines else ""
    what = f"{child.name} {how} ({_how(child.process)}){said}"
    return StartProblem(what, "Read its lines above, then run `kefu doctor`.")


def _how(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
