"""`kefu web | worker | beat | migrate`: one role of an installation, as an image runs it. The command becomes that
process, so that signals from outside reach it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from kefu_project.embedded.services import default_data_dir

from .environment import installation, read_value_files
from .pooler import refuse_transaction_pooler
from .roles import beat_command, web_command, worker_command
from .variables import check_variables


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
def web(port: int, host: str) -> None:
    """Run one web process (HTTP and WebSocket)."""
    become(lambda: web_command(host, port))


@click.command()
def worker() -> None:
    """Run one Celery worker."""
    become(worker_command)


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where beat notes what it last did.")
def beat(data_dir: Path | None) -> None:
    """Run Celery beat; one per installation."""
    become(lambda: beat_command(data_dir or default_data_dir()))


@click.command()
def migrate() -> None:
    """Bring the shared tables and each brand's up to date."""
    from .prepare import migrate as migrate_all

    with installation(default_data_dir(), empty=True):
        refuse_transaction_pooler()
        click.echo(f"{migrate_all()} schemas were behind; all are up to date now.")


def become(make_command: Callable[[], list[str]]) -> NoReturn:
    """Check and read the variables, of which the command's line is made, then turn into it."""
    for warning in check_variables():
        click.echo(warning, err=True)
    read_value_files()
    refuse_transaction_pooler()
    os.execv(sys.executable, make_command())
