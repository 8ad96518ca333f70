"""Who runs a data folder right now, and where.

The lock is the truth: the supervisor holds it as long as it lives, and the kernel lets go of it when the supervisor
dies in any way. The file beside it tells others the addresses, and the next supervisor which processes to end.
"""

import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .child import ProcessMark, end_orphan

FILE = "running.json"
LOCK = "lock"
NOWHERE = "kefu-is-not-running.start-it-with-kefu-up.invalid"
GENTLE = {"postgres": signal.SIGINT}


@dataclass(frozen=True)
class ServiceUrls:
    """Where the two services are and what they were taken from: settings, wheel or system."""

    database_url: str
    redis_url: str
    database_source: str = "settings"
    redis_source: str = "settings"

    def as_environment(self) -> dict[str, str]:
        return {"KF_DATABASE_URL": self.database_url, "KF_REDIS_URL": self.redis_url}


@dataclass(frozen=True)
class Running:
    """The contents of the runtime file."""

    urls: ServiceUrls
    supervisor: int
    processes: list[ProcessMark] = field(default_factory=list)


class Lock:
    """Held by the one process that runs a data folder. Not inherited by its children."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        path_handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(path_handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(path_handle)
            return False
        self._handle = path_handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_held(path: Path) -> bool:
    """Whether a living process holds this lock. Looking never makes another one's `take` fail for long."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def write_running(data_dir: Path, running: Running) -> None:
    draft = data_dir / f".{FILE}.{os.getpid()}"
    text = json.dumps(asdict(running), indent=1)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(data_dir / FILE)


def read_running(data_dir: Path) -> Running | None:
    """What the file says, which is true only while the lock is held."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        data: dict[str, Any] = json.loads((data_dir / FILE).read_text())
        marks = [ProcessMark(**mark) for mark in data["processes"]]
        return Running(ServiceUrls(**data["urls"]), data["supervisor"], marks)
    return None


def forget_running(data_dir: Path) -> None:
    (data_dir / FILE).unlink(missing_ok=True)


def end_orphans(processes: Iterable[ProcessMark]) -> list[str]:
    """End what a killed supervisor left, the last started first. Returns the names of those that still ran."""
    ended = []
    for orphan in reversed(list(processes)):
        if orphan.is_alive():
            ended.append(orphan.name)
            end_orphan(orphan, gentle=GENTLE.get(orphan.name, signal.SIGTERM))
    return ended


@dataclass(frozen=True)
class Runtime:
    """What the settings need of a data folder."""

    secret_key: str
    database_url: str
    redis_url: str


def read_runtime(data_dir: Path) -> Runtime:
    """For the settings of a process that was told nothing by its environment: what `kefu up` runs right now.

    Settings are also loaded where nothing runs (type checks, making migrations). Then the addresses are names that
    can never resolve, so that whoever connects all the same reads the next step in the error.
    """
    running = read_running(data_dir) if is_held(data_dir / LOCK) else None
    urls = running.urls if running else ServiceUrls(f"postgres://kefu@{NOWHERE}/kefu", f"redis://{NOWHERE}/0")
    stored = data_dir / "secrets" / "secret_key"
    # Without a stored key a random one is safe: sessions end with the process, nothing can be forged.
    secret_key = stored.read_text().strip() if stored.exists() else secrets.token_urlsafe(32)
    return Runtime(secret_key, urls.database_url, urls.redis_url)
