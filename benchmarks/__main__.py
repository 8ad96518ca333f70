"""Speed and size beside the stock path, in one run: a table and a dated JSON file (docs/benchmarks.md).

python -m benchmarks                      everything, as figures are taken (about 40 minutes)
python -m benchmarks --short --only P1    a quick look at one measure
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.measures.brand import p13
from benchmarks.measures.cold_start import imports, p4
from benchmarks.measures.console import console as console_in_browser
from benchmarks.measures.delivery import p1, p2, p6
from benchmarks.measures.elsewhere import elsewhere
from benchmarks.measures.memory import p3, parts
from benchmarks.measures.reconnect import p5
from benchmarks.measures.reports import reports
from benchmarks.measures.routing import routing
from benchmarks.plan import FULL, SHORT, Plan, Step
from benchmarks.results import Found, save, show, show_parts
from benchmarks.site import KEFU, STOCK_DAPHNE, STOCK_UVICORN, VARIANTS, Cast, Variant, make_cast

Measure = Callable[[Cast, Variant, Plan, Step], dict[str, Any]]
AGENTS = 24
WRITERS = 1_000

# In this order. The stock path has no resume: P5 stands beside loading everything again.
MEASURES: dict[str, tuple[Measure, list[Variant]]] = {
    "P1": (p1, VARIANTS),
    "P2": (p2, VARIANTS),
    "P3": (p3, VARIANTS),
    "P4": (p4, [KEFU, STOCK_DAPHNE]),
    "P5": (p5, [KEFU]),
    "P6": (p6, [KEFU, STOCK_UVICORN]),
    "P13": (p13, [KEFU]),
    "routing": (routing, [KEFU]),
    "reports": (reports, [KEFU]),
    "elsewhere": (elsewhere, [KEFU]),
    "console": (console_in_browser, [KEFU]),
}


@click.command(help=__doc__)
@click.option("--only", multiple=True, type=click.Choice(list(MEASURES)), help="Measure this; may be given repeatedly.")
@click.option("--short", is_flag=True, help="Small and quick: does it work? Not for figures.")
@click.option("--alone", is_flag=True, help="Without the stock path.")
@click.option("--parts/--no-parts", "with_parts", default=True, help="What memory and start-up consist of.")
def main(only: tuple[str, ...], short: bool, alone: bool, with_parts: bool) -> None:
    from kefu_project.embedded.services import Services

    plan, wanted = SHORT if short else FULL, [name for name in MEASURES if name in only or not only]
    console, began = Console(width=None if sys.stdout.isatty() else 140), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder, Services.running(Path(folder)) as urls:
        Path(folder).chmod(0o711)
        os.environ |= {**urls.as_environment(), "KF_DATA_DIR": folder, "KF_SECRET_KEY": "bench" * 10}
        os.environ["DJANGO_SETTINGS_MODULE"] = "kefu_project.settings"
        cast = make_cast(WRITERS + max(plan.connections, plan.idle), AGENTS)
        found = run_all(console, cast, wanted, plan, alone=alone, with_parts=with_parts)
    facts = {"plan": "short" if short else "full", "seconds": round(time.monotonic() - began)}
    path = save(found, {**facts, **vars(plan)})
    console.print(f"{facts['seconds']} s; written to {path.relative_to(Path.cwd())}")


def run_all(
    console: Console, cast: Cast, wanted: list[str], plan: Plan, *, alone: bool, with_parts: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    jobs = [(name, variant) for name in wanted for variant in MEASURES[name][1] if not alone or variant is KEFU]
    columns = SpinnerColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(jobs))

        def step(what: str) -> None:
            progress.update(task, description=what)

        for name, variant in jobs:
            of_measure: Found = found.setdefault(name, {})
            of_measure[variant.key] = {"name": variant.name, **MEASURES[name][0](cast, variant, plan, step)}
            progress.advance(task)
            if (name, variant) == [job for job in jobs if job[0] == name][-1]:
                show(console, name, of_measure)
        if with_parts:
            found |= measure_parts(console, cast, wanted, plan, step)
    return found


def measure_parts(console: Console, cast: Cast, wanted: list[str], plan: Plan, step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "P3" in wanted:
        found["P3 parts"] = parts(cast, KEFU, plan, step)
        show_parts(
            console,
            "P3: bytes of one idle connection, by where they were allocated",
            found["P3 parts"],
            "where",
            "bytes",
        )
    if "P4" in wanted:
        found["P4 parts"] = imports(step)
        show_parts(console, "P4: what importing takes, by package", found["P4 parts"], "package", "ms")
    return found


if __name__ == "__main__":
    main()
