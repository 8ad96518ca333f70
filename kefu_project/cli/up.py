"""`kefu up`: the whole installation on one machine, until Ctrl-C."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

import click

from kefu_project.embedded.child import start_child, stop_child
from kefu_project.embedded.problems import StartProblem
from kefu_project.embedded.services import Services, default_data_dir, make_data_dir

from .environment import installation_environment, read_value_files
from .output import console
from .roles import background_command, web_command
from .supervisor import LogTail, Supervisor, stop_signals
from .variables import check_variables
from .welcome import show_welcome

LEAST_DISK = 200 * 1024 * 1024
READY_WITHIN = 120.0  # seconds; a starved machine takes its time, a failed process is told at once


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of the web process.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for everybody.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept. [default: var/]")
@click.option("--no-demo", is_flag=True, help="Do not make the demo brands on first start.")
def up(port: int, host: str, data_dir: Path | None, no_demo: bool) -> None:
    """Start PostgreSQL, Valkey, web, worker and beat, and keep them running."""
    began = time.monotonic()
    for number in stop_signals():
        signal.signal(number, _interrupt)  # until the supervisor listens, each ends the start like Ctrl-C
    for warning in check_variables():
        console.print(f"[yellow]{warning}[/]")
    read_value_files()
    require_port(host, port)
    folder = make_data_dir(data_dir or default_data_dir())
    require_disk(folder)
    services = Services(exclusive=True)
    try:
        _start_services(services, folder)
        environment = installation_environment(folder, services.urls) if services.urls else {}
        summary = _prepare(environment, with_demo=not no_demo)
        _run(services, environment, folder, host=host, port=port, summary=summary, began=began)
    except KeyboardInterrupt:
        pass
    finally:
        with console.status("Stopping …"):
            services.stop()
    console.print("Stopped. The data is kept in", str(folder), highlight=False)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def require_port(host: str, port: int) -> None:
    """Refuse now, with the reason, rather than after the database was started."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StartProblem(f"{host} is not an address of this machine.", "Choose another with --host.") from error
    family, kind, protocol, _name, address = addresses[0]
    with closing(socket.socket(family, kind, protocol)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as error:
            raise StartProblem(
                f"Port {port} may not be used by this user.", "Choose one above 1023 with --port."
            ) from error
        except OSError as error:
            raise StartProblem(
                f"Port {port} is taken by another program.",
                f"Stop that one, or choose another port: kefu up --port {port + 1}",
            ) from error


def require_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_DISK:
        raise StartProblem(
            f"The disk of {folder} has only {free // 2**20} MB free, PostgreSQL needs at least {LEAST_DISK // 2**20}.",
            "Free some space, or choose another folder with --data-dir.",
        )


def _start_services(services: Services, folder: Path) -> None:
    with console.status("Starting PostgreSQL and Valkey …"):
        started = time.monotonic()
        urls = services.start(folder)
    if services.recovered:
        console.print(f"  [yellow]![/] ended what a killed start had left: {', '.join(services.recovered)}")
    sources = f"PostgreSQL ({urls.database_source}), Valkey ({urls.redis_source})"
    console.print(f"  [green]✓[/] {sources} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)


def _prepare(environment: dict[str, str], *, with_demo: bool) -> dict[str, Any]:
    """Migrations and demo, in a process of their own (prepare.py)."""
    command = [sys.executable, "-m", "kefu_project.cli.prepare", *([] if with_demo else ["--no-demo"])]
    with start_child(
        command, death_signal=signal.SIGTERM, env=environment, output=subprocess.PIPE, errors=None
    ) as child:
        try:
            output, _ = child.communicate()
        except KeyboardInterrupt:
            stop_child(child, (signal.SIGTERM,), patience=5)
            raise
    try:
        said: dict[str, Any] = json.loads(output or b"{}")
    except ValueError:
        said = {}
    if child.returncode and "what" in said:
        raise StartProblem(said["what"], said["next_step"])
    if child.returncode:
        raise StartProblem("Preparing the database failed.", "Read the lines above, then run `kefu doctor`.")
    return said


def _run(
    services: Services,
    environment: dict[str, str],
    folder: Path,
    *,
    host: str,
    port: int,
    summary: dict[str, Any],
    began: float,
) -> None:
    logs = [LogTail(name, folder / "logs" / f"{name}.log") for name in ("postgres", "valkey")]
    supervisor = Supervisor(services, environment, console, logs)
    supervisor.listen_to_signals()
    try:
        supervisor.start("web", web_command(host, port))
        if supervisor.wait_for(lambda: _answers(host, port), within=READY_WITHIN):
            # After the web process, so that they do not slow each other down: people wait for that one.
            supervisor.start("worker", background_command(folder))
            _note_address(folder, host, port)
            show_welcome(summary, port=port, seconds=time.monotonic() - began)
            console.print(f"Ctrl-C stops everything. Data and logs are in {folder}", highlight=False)
            supervisor.run()
    finally:
        supervisor.stop()
        (folder / "address").unlink(missing_ok=True)


def _answers(host: str, port: int) -> bool:
    """Whether the web process says that it is alive; the loopback address stands for a wildcard."""
    address = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/healthz/live", timeout=1) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False


def _note_address(folder: Path, host: str, port: int) -> None:
    """For `kefu doctor`: where this installation answers."""
    (folder / "address").write_text(f"{host} {port}\n")
