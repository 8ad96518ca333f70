"""PostgreSQL and Valkey for one data folder: started, shared with other processes, stopped with us.

Order of choice for each: its KF_..._URL, the wheel, the system's programs. One process owns the services of a data
folder; a second one that asks is attached to them and stops nothing.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from .child import ProcessMark
from .home import find_home
from .postgres import Postgres
from .problems import NotRunning, StartProblem
from .runtime import (
    LOCK,
    Lock,
    Running,
    ServiceUrls,
    end_orphans,
    forget_running,
    is_held,
    read_running,
    write_running,
)
from .valkey import Valkey

__all__ = ["NotRunning", "ServiceUrls", "Services", "StartProblem", "attach", "default_data_dir"]

LARGEST_LOG = 10 * 1024 * 1024  # bytes; a longer one becomes `.old` at the next start, one older is kept
ATTACH_WITHIN = 90.0  # seconds to wait for another process that is just starting the services


def default_data_dir() -> Path:
    """KF_DATA_DIR, else `var/` in the project."""
    chosen = os.environ.get("KF_DATA_DIR")
    return Path(chosen).expanduser() if chosen else Path(__file__).resolve().parents[2] / "var"


class Services:
    """The two services of one data folder. Start from a thread that lives as long as they shall (see child.py)."""

    def __init__(self, *, durable: bool = True, exclusive: bool = False) -> None:
        """`durable=False` is for tests: fast, and a power cut loses the data. `exclusive` is for the one process
        that runs the installation: it never attaches to another one's services."""
        self.durable = durable
        self.exclusive = exclusive
        self.is_owner = False
        self.recovered: list[str] = []  # names of processes an earlier, killed supervisor had left
        self.urls: ServiceUrls | None = None
        self._data_dir: Path | None = None
        self._locks: list[Lock] = []
        self._postgres: Postgres | None = None
        self._valkey: Valkey | None = None
        self._marks: list[ProcessMark] = []
        self._children: list[ProcessMark] = []

    def start(self, data_dir: Path) -> ServiceUrls:
        """Start what the settings do not name, or attach to the process that already runs this folder."""
        data_dir = make_data_dir(data_dir)
        if not self.exclusive and _from_settings("KF_DATABASE_URL") and _from_settings("KF_REDIS_URL"):
            self.urls = ServiceUrls(_from_settings("KF_DATABASE_URL"), _from_settings("KF_REDIS_URL"))
            return self.urls
        deadline = time.monotonic() + ATTACH_WITHIN
        while not self._take(data_dir / LOCK):
            if self.exclusive:
                raise _already_running(data_dir)
            with suppress(NotRunning):
                self.urls = attach(data_dir)
                return self.urls
            if time.monotonic() > deadline:
                raise StartProblem(f"Another process holds {data_dir / LOCK}.", "Stop it, then start again.")
            time.sleep(0.05)
        self.is_owner = True
        self._data_dir = data_dir
        try:
            self.urls = self._start_owned(data_dir)
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self) -> None:
        """Stop what we started, in reverse order. Attached services go on running."""
        if self._valkey:
            self._valkey.stop()
        if self._postgres:
            self._postgres.stop()
        if self.is_owner and self._data_dir:
            forget_running(self._data_dir)
        self.is_owner, self._valkey, self._postgres, self._marks = False, None, None, []
        for lock in reversed(self._locks):
            lock.release()
        self._locks.clear()

    @classmethod
    @contextmanager
    def running(cls, data_dir: Path, *, durable: bool = True) -> Iterator[ServiceUrls]:
        """The services for the length of a `with` block."""
        services = cls(durable=durable)
        try:
            yield services.start(data_dir)
        finally:
            services.stop()

    def note_children(self, children: list[ProcessMark]) -> None:
        """Remember processes that hang on ours, so that a start after `kill -9` can end them."""
        self._children = children
        if self.is_owner and self._data_dir and self.urls:
            write_running(self._data_dir, Running(self.urls, os.getpid(), self._marks + children))

    def died(self) -> str | None:
        """The name of an own service that has ended without being asked, if any."""
        for name, service in (("postgres", self._postgres), ("valkey", self._valkey)):
            if service and service.child and service.child.poll() is not None:
                return name
        return None

    def restart(self, name: str) -> None:
        """Start a service that died again, at the same address, so that everybody's connections come back."""
        service = self._postgres if name == "postgres" else self._valkey
        if service:
            mark = service.start(preferred_port=service.port)
            self._marks = [mark if old.name == name else old for old in self._marks]
            self.note_children(self._children)

    def _take(self, path: Path) -> bool:
        lock = Lock(path)
        if lock.take():
            self._locks.append(lock)
            return True
        return False

    def _start_owned(self, data_dir: Path) -> ServiceUrls:
        _put_old_logs_aside(data_dir / "logs")
        before = read_running(data_dir)
        if before:
            self.recovered = end_orphans(before.processes)
            forget_running(data_dir)
        database_url, redis_url = _from_settings("KF_DATABASE_URL"), _from_settings("KF_REDIS_URL")
        database_source = redis_source = "settings"
        ports = _ports_before(data_dir, before)
        if not (database_url and redis_url):
            home, account = find_home(data_dir)
            # Two data folders may point at one home after a project was copied.
            if home != data_dir and not self._take(home / LOCK):
                raise StartProblem(f"The database in {home} is in use by a copy of this project.", "Stop that one.")
            if not database_url:
                self._postgres = Postgres(data_dir, home, account, durable=self.durable)
                self._marks.append(self._postgres.start(preferred_port=ports[0]))
                database_url, database_source = self._postgres.url, self._postgres.programs.source
            if not redis_url:
                self._valkey = Valkey(data_dir, home, account, durable=self.durable)
                self._marks.append(self._valkey.start(preferred_port=ports[1]))
                redis_url, redis_source = self._valkey.url, self._valkey.program.source
        urls = ServiceUrls(database_url, redis_url, database_source, redis_source)
        write_running(data_dir, Running(urls, os.getpid(), self._marks))
        return urls


def attach(data_dir: Path) -> ServiceUrls:
    """The services another process runs on this folder; NotRunning when there is none."""
    running = read_running(data_dir)
    if running is None or not is_held(data_dir / LOCK):
        raise NotRunning(f"Kefu is not running on {data_dir}.", "Start it with `kefu up`.")
    return running.urls


def make_data_dir(data_dir: Path) -> Path:
    """The folder, absolute, made when missing: closed to others, except that root's servers pass through."""
    data_dir = data_dir.absolute()
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True)
            data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        if not os.access(data_dir, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise StartProblem(
            f"The data folder {data_dir} cannot be used: {error.strerror}.",
            "Make it writable for this user, or choose another with --data-dir or KF_DATA_DIR.",
        ) from error
    return data_dir


def _put_old_logs_aside(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.old"))


def _from_settings(name: str) -> str:
    return os.environ.get(name, "")


def _already_running(data_dir: Path) -> StartProblem:
    running = read_running(data_dir)
    process = f" (process {running.supervisor})" if running else ""
    return StartProblem(
        f"Kefu already runs on {data_dir}{process}.", "Stop it first, or choose another folder with --data-dir."
    )


def _ports_before(data_dir: Path, before: Running | None) -> tuple[int | None, int | None]:
    if not before:
        return None, None
    return urlsplit(before.urls.database_url).port, urlsplit(before.urls.redis_url).port
