"""python -m tests.torture R1 --cycles 50 --seed 7: break a running Kefu and say whether it kept its promise."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.torture.campaigns import CAMPAIGNS
from tests.torture.installation import own_installation, web_processes
from tests.torture.torture import Result, run_campaign

console = Console(stderr=True)
KEPT = Path(os.environ.get("KF_TORTURE_DIR", "var/torture"))


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(CAMPAIGNS)), required=True)
@click.option("--cycles", type=click.IntRange(1), help="How often to break it; each campaign has its own number.")
@click.option("--visitors", type=click.IntRange(2, 4000))
@click.option("--seed", default=1, show_default=True)
@click.option("--slice", "is_slice", is_flag=True, help="The small run of the test suite.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(
    names: tuple[str, ...], cycles: int | None, visitors: int | None, seed: int, is_slice: bool, as_json: bool
) -> None:
    """Run campaigns, one after the other, on services and processes of their own."""
    results = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        own_installation() as installation,
        web_processes(installation) as webs,
        Progress(*columns, console=console) as progress,
    ):
        for name in names:
            campaign = CAMPAIGNS[name]
            total = cycles or (campaign.slice_cycles if is_slice else campaign.cycles)
            task = progress.add_task(f"{name}: {campaign.about}", total=total)
            result = run_campaign(
                installation,
                webs,
                name,
                seed=seed,
                cycles=cycles,
                visitors=visitors,
                is_slice=is_slice,
                on_cycle=lambda task=task: progress.advance(task),  # type: ignore[misc]
            )
            results.append(result)
            if not result.passed:
                keep(result)
    if as_json:
        print(json.dumps([as_dict(result) for result in results], indent=2))
    for result in results:
        console.print(table_of(result))
    sys.exit(0 if all(result.passed for result in results) else 1)


def as_dict(result: Result) -> dict[str, Any]:
    return {
        "campaign": result.campaign,
        "seed": result.seed,
        "cycles": result.cycles,
        "defect": result.defect,
        "seconds": result.seconds,
        "passed": result.passed,
        "figures": result.figures,
        "kinds": result.kinds,
        "violations": [msgspec.to_builtins(violation) for violation in result.violations[:40]],
        "problems": result.problems[:40],
    }


def table_of(result: Result) -> Table:
    verdict = "kept" if result.passed else "BROKEN"
    table = Table(title=f"{result.campaign}, seed {result.seed}: {verdict}", title_justify="left", show_header=False)
    table.add_row("cycles", str(result.cycles))
    table.add_row("seconds", str(result.seconds))
    for name, value in result.figures.items():
        table.add_row(name, str(value))
    for kind, number in result.kinds.items():
        table.add_row(f"violation: {kind}", str(number))
    for violation in result.violations[:10]:
        table.add_row(violation.kind, f"{violation.conversation}: {violation.detail}")
    for problem in result.problems[:10]:
        table.add_row("problem", problem)
    return table


def keep(result: Result) -> None:
    """Write the failing history down, to be looked at and checked again."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{result.campaign}-{result.seed}-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    path.write_bytes(msgspec.json.encode({**as_dict(result), "history": result.history}))
    console.print(f"The history is kept in {path}")


if __name__ == "__main__":
    main()
