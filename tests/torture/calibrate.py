"""python -m tests.torture.calibrate: plant each defect in the server; the campaign that must find it has to."""

import json
import sys

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.torture.__main__ import as_dict
from tests.torture.defects import DEFECTS
from tests.torture.installation import own_installation, web_processes
from tests.torture.torture import Result, run_campaign

console = Console(stderr=True)
CYCLES = {"calm": 4, "mixed": 8, "R1": 2, "R3": 1, "R14": 1, "R15": 1}
VISITORS = {"R15": 60}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(DEFECTS)))
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(names: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Plant defects (all, or those named), one at a time; the exit code is 1 when one is not caught."""
    results = {}
    with own_installation() as installation:
        for name in track(names or list(DEFECTS), "Calibrating", console=console):
            campaign = DEFECTS[name].campaign
            with web_processes(installation, defect=name) as webs:
                results[name] = run_campaign(
                    installation,
                    webs,
                    campaign,
                    seed=seed,
                    cycles=CYCLES[campaign],
                    visitors=VISITORS.get(campaign),
                    is_slice=True,
                    defect=name,
                )
            console.print(f"{name}: {caught_as(results[name])}")
    if as_json:
        print(json.dumps([as_dict(result) for result in results.values()], indent=2))
    console.print(table_of(results))
    sys.exit(any(result.passed for result in results.values()))


def table_of(results: dict[str, Result]) -> Table:
    table = Table("planted", "campaign", "caught as", "seconds", title="Calibration", title_justify="left")
    for name, result in results.items():
        table.add_row(DEFECTS[name].about, result.campaign, caught_as(result), str(result.seconds))
    return table


def caught_as(result: Result) -> str:
    kinds = [f"{kind} {number}" for kind, number in result.kinds.items()] + result.problems[:1]
    return ", ".join(kinds) or "NOT CAUGHT"


if __name__ == "__main__":
    main()
