"""`python -m tests.fuzz`: see tests/fuzz/__init__.py. Exit code 1 when anything was found."""

import asyncio
import functools
import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.fuzz.fuzz import Run
from tests.fuzz.people import settle
from tests.fuzz.planted import BUGS
from tests.fuzz.target import running_target
from tests.storm.installation import close_database, own_installation

console = Console(stderr=True)


@click.command()
@click.option("--frames", default=20_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--from", "first", default=0, show_default=True, help="The number of the first frame.")
@click.option("--minutes", default=0.0, help="Stop after this time, however many were sent.")
@click.option("--bug", type=click.Choice(list(BUGS)), help="Plant this bug; stop once it is found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(frames: int, seed: int, first: int, minutes: float, bug: str | None, as_json: bool) -> None:
    """Fuzz a server of its own and say what was found."""
    with own_installation("") as made:
        with console.status("Making brands …"):
            town = settle()
        with running_target(made.logs, bug or "") as target, _progress() as progress:
            task = progress.add_task("Fuzzing", total=frames)
            advance = functools.partial(progress.advance, task)
            run = Run(town, target, seed, first, frames, advance, until_found=bool(bug), minutes=minutes)
            result = asyncio.run(run.go())
        close_database()
    _show({**result, "bug": bug}, as_json=as_json)
    sys.exit(1 if result["findings"] else 0)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=2))
        return
    table = Table(title="Fuzzed frames", title_justify="left", show_header=False)
    for name, value in result.items():
        if name != "findings":
            table.add_row(name.replace("_", " "), str(value))
    table.add_row("findings", str(len(result["findings"])))
    console.print(table)
    for finding in result["findings"][:20]:
        console.print(finding, markup=False)


if __name__ == "__main__":
    main()
