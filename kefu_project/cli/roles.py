"""The long-running roles of an installation and the command line of each. `kefu up` runs all of them on one machine;
an image runs one of them per container (`kefu web`, `kefu worker`, `kefu beat`)."""

import os
import sys
from pathlib import Path

# Celery warns of running as root, which is how a person with nothing but root may well start Kefu.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"

CELERY_APP = "kefu_project.celery"
SCHEDULE_FILE = "beat-schedule"


def web_command(host: str, port: int) -> list[str]:
    """The web process of every way to run Kefu: `kefu up`, `kefu web`, the image, the tests."""
    command = [sys.executable, "-m", "uvicorn", "kefu_project.asgi:application", "--host", host, "--port", str(port)]
    command += ["--loop", "uvloop", "--lifespan", "on", "--no-access-log", "--no-server-header"]
    command += ["--http", "kefu_project.http:Http"]
    # Compression costs 125 KB for each socket that once used it. A frame may hold 64 KB of data and its envelope.
    command += ["--ws", "kefu_project.websocket:WebSocket", "--ws-per-message-deflate", "false"]
    command += ["--ws-max-size", str(128 * 1024)]
    # An empty configuration: the server's lines then go where the settings send all others (kefu_project/logs.py).
    command += ["--log-config", str(Path(__file__).with_name("uvicorn_log.json")), "--log-level", "warning"]
    # After the drain (kefu_project/drain.py): both together end within the 10 s that a container runtime waits.
    command += ["--timeout-graceful-shutdown", "3"]
    # Longer than proxies keep an idle connection to us (60 s): a request must not meet the closing of its connection.
    command += ["--timeout-keep-alive", "65"]
    # Clients beat as often as their network needs (docs/heartbeat.md), and dead ones are found by their silence
    # (chat/connections.py): pings of the server's would be a timer and a packet for every idle connection.
    command += ["--ws-ping-interval", "0"]
    # Forwarded addresses are believed only where the installation says that a proxy of its own stands before us.
    if proxies := os.environ.get("KF_TRUSTED_PROXIES"):
        return [*command, "--proxy-headers", "--forwarded-allow-ips", proxies]
    return [*command, "--no-proxy-headers"]


def worker_command() -> list[str]:
    return [*_python(), "-m", "celery", "--quiet", "-A", CELERY_APP, *worker_arguments()]


def beat_command(data_dir: Path) -> list[str]:
    beat = ["beat", "--schedule", str(data_dir / SCHEDULE_FILE), "--pidfile="]
    return [*_python(), "-m", "celery", "--quiet", "-A", CELERY_APP, *beat]


def background_command(data_dir: Path) -> list[str]:
    """Worker and beat in one process, for one machine."""
    return [*_python(), "-m", "kefu_project.cli.background", str(data_dir / SCHEDULE_FILE)]


def worker_arguments() -> list[str]:
    # Threads: the work waits for the database and the network, and a forked pool costs a process per slot.
    threads = os.environ.get("KF_WORKER_THREADS", "4")
    pool = ["--pool", "threads", "--concurrency", threads]
    return ["worker", *pool, "--loglevel", "INFO", "--without-gossip", "--without-mingle"]


def _python() -> list[str]:
    return [sys.executable, "-W", ROOT_WARNING]
