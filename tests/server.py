"""A web process as `kefu up` starts it, for tests that talk to a running server."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from kefu_project.cli.roles import web_command
from kefu_project.embedded.ports import free_port

START_SECONDS = 90


@contextmanager
def running_server(**environment: str) -> Iterator[int]:
    """Start a web process on a free port and yield the port; the process is ended at the end."""
    process, port = start_server(**environment)
    try:
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_server(port: int | None = None, **environment: str) -> "tuple[subprocess.Popen[bytes], int]":
    port = port or free_port()
    process = subprocess.Popen(
        web_command("127.0.0.1", port),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "kefu_project.settings", "KF_LOG_LEVEL": "WARNING", **environment},
        stdin=subprocess.DEVNULL,
    )
    wait_until_live(port, process)
    return process, port


def wait_until_live(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/live", timeout=2)
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the web process did not answer within {START_SECONDS} s; it runs {sys.executable}")
