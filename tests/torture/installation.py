"""PostgreSQL, Valkey and web processes of the campaign's own, each of which it may kill."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from kefu_project.cli.roles import web_command, worker_command
from kefu_project.embedded.child import start_child
from kefu_project.embedded.ports import free_port
from kefu_project.embedded.services import Services
from tests.torture.failpoints import Failpoint
from tests.torture.planted import planted_command

START_SECONDS = 240
WEBS = 2
METRICS_TOKEN = "a-token-for-torture-only"
FIRST_PORT = int(os.environ.get("KF_TORTURE_PORT", "0"))


def is_listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


class Process:
    """What the campaign starts and may kill."""

    process: "subprocess.Popen[bytes] | None" = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


class Web(Process):
    """A web process that keeps its port through all its lives."""

    def __init__(self, number: int, logs: Path, defect: str = "") -> None:
        self.port = FIRST_PORT + number if FIRST_PORT else free_port()
        self.log = logs / f"web-{number}.log"
        self._defect = defect
        # Where the process can be killed from now on when it starts; None: nothing is planted.
        self.failpoint: Failpoint | None = None
        self._read_to = 0

    def start(self) -> None:
        """Start it; it is not live yet. The kernel ends it with us."""
        command = web_command("127.0.0.1", self.port)
        if self._defect or self.failpoint:
            command = planted_command(command, defect=self._defect, failpoint=self.failpoint)
        with self.log.open("ab") as log:
            self.process = start_child(command, death_signal=signal.SIGKILL, env=os.environ, output=log)

    def wait(self) -> None:
        """Return when it answers. A machine that is being tortured may take its time."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not is_listening(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web process did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def metric(self, name: str) -> float:
        """The sum of a metric of this process, over its labels."""
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        page = httpx.get(f"http://127.0.0.1:{self.port}/metrics", headers=headers, timeout=30, trust_env=False)
        lines = (line for line in page.raise_for_status().text.splitlines() if not line.startswith("#"))
        return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def complaints(self) -> list[str]:
        """The name of each exception with a traceback that it logged since this was asked last."""
        names, is_inside = [], False
        with self.log.open(errors="replace") as log:
            log.seek(self._read_to)
            for line in log.read().splitlines():
                is_inside = is_inside or line.startswith("Traceback")
                if is_inside and line and not line.startswith((" ", "Traceback")):
                    names.append(line.partition(":")[0])
                    is_inside = False
            self._read_to = log.tell()
        return names


class Worker(Process):
    """A Celery worker as `kefu worker` starts it; nobody beats: the campaign sends what the beat sends."""

    def __init__(self, logs: Path) -> None:
        self.failpoint = Failpoint(logs / "worker.failpoint")
        self._log = logs / "worker.log"

    def start(self) -> None:
        command = planted_command(worker_command(), failpoint=self.failpoint)
        with self._log.open("ab") as log:
            self.process = start_child(command, death_signal=signal.SIGKILL, env=os.environ, output=log)


class Installation:
    def __init__(self, data_dir: Path, services: Services) -> None:
        self.data_dir = data_dir
        self.services = services
        # The kernel ends a service with the thread that started it, so that thread has to outlive every campaign.
        self._keeper = ThreadPoolExecutor(1)

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    def kill_valkey(self) -> None:
        self._child("_valkey").kill()
        self._child("_valkey").wait()

    def pause_valkey(self) -> None:
        self._child("_valkey").send_signal(signal.SIGSTOP)

    def resume_valkey(self) -> None:
        self._child("_valkey").send_signal(signal.SIGCONT)

    def stop_postgres(self, how: signal.Signals) -> None:
        """SIGINT: rolled back and stopped; SIGQUIT: as a crash."""
        child = self._child("_postgres")
        child.send_signal(how)
        child.wait(30)

    def start_again(self, name: str) -> None:
        self._keeper.submit(self.services.restart, name).result()

    def _child(self, name: str) -> "subprocess.Popen[bytes]":
        child: subprocess.Popen[bytes] = getattr(self.services, name).child
        return child


@contextmanager
def own_installation() -> Iterator[Installation]:
    """Durable services in a folder of their own, whatever the environment names; sets up Django in this process."""
    for name in ("KF_DATABASE_URL", "KF_REDIS_URL", "KF_REDIS_TOPIC_URLS"):
        os.environ.pop(name, None)
    with ExitStack() as stack:
        data_dir = Path(tempfile.mkdtemp(prefix="kefu-torture-"))
        data_dir.chmod(0o711)  # run by root, the servers are `nobody` and must pass through
        stack.callback(shutil.rmtree, data_dir, ignore_errors=True)
        services = Services(durable=True, exclusive=True)
        stack.callback(services.stop)
        urls = services.start(data_dir)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "kefu_project.settings",
            "KF_DATABASE_URL": urls.database_url,
            "KF_REDIS_URL": urls.redis_url,
            "KF_DATA_DIR": str(data_dir),
            "KF_MEDIA_ROOT": str(data_dir / "files"),
            "KF_SECRET_KEY": "a-key-for-torture-only-with-enough-characters",
            "KF_LOG_LEVEL": "WARNING",
            "KF_METRICS_TOKEN": METRICS_TOKEN,
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        yield Installation(data_dir, services)


@contextmanager
def web_processes(installation: Installation, *, defect: str = "") -> Iterator[list[Web]]:
    """Start two web processes, which are not live yet; they are killed at the end."""
    webs = [Web(number, installation.logs, defect) for number in range(WEBS)]
    try:
        for web in webs:
            web.start()
        yield webs
    finally:
        for web in webs:
            web.kill()
