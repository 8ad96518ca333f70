"""`python -m tests.storm`: see tests/storm/__init__.py. Exit code 1 when anything was found."""

import asyncio
import json
import random
import subprocess
import sys
import time
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kefu_project.embedded.ports import free_port
from tests.storm import desk_doors, foreign_doors, inner_doors, visitor_doors
from tests.storm.aftermath import look_around
from tests.storm.installation import close_database, own_installation, processes
from tests.storm.leaks import LEAKS
from tests.storm.lines import sign_in
from tests.storm.side import Side, furnish
from tests.storm.storm import Probe, Storm, cookieless, run_storm
from tests.storm.watch import Watch

OPERATIONS = [*visitor_doors.OPERATIONS, *desk_doors.OPERATIONS, *foreign_doors.OPERATIONS, *inner_doors.OPERATIONS]
GUESTS_AT_FIRST = 3
# What one of them publishes, others deliver.
WEBS = 2
console = Console(stderr=True)


@click.command()
@click.option("--operations", default=20_000, show_default=True)
@click.option("--brands", default=12, show_default=True, type=click.IntRange(2, 200))
@click.option("--seed", default=1, show_default=True)
@click.option("--leak", type=click.Choice(LEAKS), help="Plant this bug; stop once it is found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(operations: int, brands: int, seed: int, leak: str | None, as_json: bool) -> None:
    """Storm a server of its own and say what was found."""
    watch, dice, ports = Watch(), random.Random(seed), [free_port() for _ in range(WEBS)]
    with own_installation(leak or "") as made:
        began = time.monotonic()
        with console.status(f"Making {brands} brands …"):
            sides = [furnish(number, dice, watch, ports[number % WEBS]) for number in range(brands)]
        made_in = time.monotonic() - began
        with processes(made, ports) as probe:
            storm, seconds = asyncio.run(_storm(sides, ports, watch, probe, operations, seed, until_caught=bool(leak)))
        looked_at = look_around(sides, watch, made.data_dir)
        close_database()
    result = {
        "operations": watch.operations.total(),
        "seed": seed,
        "brands": brands,
        "leak": leak,
        "brands_made_in": round(made_in, 1),
        "seconds": round(seconds, 1),
        "found": dict(watch.counts),
        "caught_at": watch.caught_at,
        "rate_limited": storm.limited,
        "bytes_looked_at": watch.bytes_seen,
        "looked_at_afterwards": looked_at,
        "by_operation": dict(sorted(watch.operations.items())),
        "findings": [asdict(finding) for finding in watch.findings[:40]],
    }
    _show(result, as_json=as_json)
    sys.exit(1 if watch.findings else 0)


async def _storm(
    sides: list[Side],
    ports: list[int],
    watch: Watch,
    process: "subprocess.Popen[str]",
    operations: int,
    seed: int,
    *,
    until_caught: bool,
) -> tuple[Storm, float]:
    probe = Probe(process)
    async with cookieless(ports) as http:
        storm = Storm(sides, watch, http, probe)
        dice = random.Random(seed)
        for side in sides:
            side.colleagues = [await sign_in(http, side, login.email, login.password) for login in side.site.logins]
            while len(side.guests) < GUESTS_AT_FIRST:
                await visitor_doors.start_session(storm, side, dice)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Storm", total=operations)

            def on_step() -> None:
                progress.update(task, advance=1, description=f"Storm, {len(watch.findings)} findings")

            seconds = await run_storm(
                storm, OPERATIONS, count=operations, seed=seed, until_caught=until_caught, on_step=on_step
            )
        lines = [one.line for side in sides for one in (*side.guests, *side.colleagues) if one.line]
        await asyncio.gather(*(line.close() for line in lines))
    probe.stop()
    return storm, seconds


def _show(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, indent=2))
        return
    table = Table(title="Tenant storm", title_justify="left", show_header=False)
    for name in (
        "operations",
        "seed",
        "brands",
        "leak",
        "seconds",
        "bytes_looked_at",
        "rate_limited",
        "caught_at",
    ):
        table.add_row(name.replace("_", " "), str(result[name]))
    for name, count in result["looked_at_afterwards"].items():
        table.add_row(f"{name} looked at afterwards", str(count))
    for kind in ("foreign", "differs", "wrong"):
        table.add_row(f"found: {kind}", str(result["found"].get(kind, 0)))
    console.print(table)
    for finding in result["findings"][:20]:
        console.print(f"{finding['kind']} {finding['brand']} {finding['door']}: {finding['detail']}", markup=False)


if __name__ == "__main__":
    main()
