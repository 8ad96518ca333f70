"""A day on the networks that people have: our learning heartbeat beside fixed ones. Simulated time, real policies.

    python -m benchmarks.heartbeat --seeds 20

Deterministic for a seed. The same talks and the same accidents meet every policy. Prints one table and writes a dated
JSON file into benchmarks/results/. docs/heartbeat.md tells what comes out and what it means.
"""

import json
import platform
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.networks import NETWORKS, Network, make_day
from benchmarks.oneday import Day, live_a_day
from benchmarks.policies import POLICIES

RESULTS = Path(__file__).parent / "results"


@dataclass
class Result:
    network: str
    policy: str
    pings: float
    deaths: float
    false_alarms: float
    noticed_p50_s: float
    noticed_p95_s: float
    noticed_max_s: float
    without_link_s: float
    radio_min: float


def run(network: Network, policy: str, seeds: int) -> Result:
    days = [live_a_day(make_day(network, seed), POLICIES[policy]()) for seed in range(1, seeds + 1)]
    noticed = sorted(seconds for day in days for seconds in day.noticed_s)
    return Result(
        network=network.name,
        policy=policy,
        pings=mean(days, lambda day: day.pings),
        deaths=mean(days, lambda day: len(day.noticed_s)),
        false_alarms=mean(days, lambda day: day.false_alarms),
        noticed_p50_s=round(median(noticed), 1) if noticed else 0,
        noticed_p95_s=round(noticed[int(0.95 * (len(noticed) - 1))], 1) if noticed else 0,
        noticed_max_s=round(noticed[-1], 1) if noticed else 0,
        without_link_s=mean(days, lambda day: day.without_link_s),
        radio_min=mean(days, lambda day: day.radio_s / 60),
    )


def mean(days: list[Day], of: Callable[[Day], float]) -> float:
    return round(sum(of(day) for day in days) / len(days), 1)


def table_of(results: list[Result], seeds: int) -> Table:
    table = Table(title=f"Per day of 24 simulated hours, mean of {seeds} seeds")
    table.add_column("network")
    table.add_column("heartbeat")
    for heading in (
        "pings",
        "dead links",
        "false alarms",
        "noticed P50",
        "P95",
        "max s",
        "s without link",
        "radio min",
    ):
        table.add_column(heading, justify="right")
    before = results[0].network
    for one in results:
        if one.network != before:
            table.add_section()
        before = one.network
        numbers = list(asdict(one).values())[2:]
        table.add_row(one.network, one.policy, *(f"{number:g}" for number in numbers))
    return table


def save(results: list[Result], seeds: int) -> Path:
    RESULTS.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    made = datetime.now(UTC)
    report: dict[str, Any] = {
        "benchmark": "heartbeat",
        "at": made.isoformat(),
        "host": f"{platform.node()} {platform.machine()} {platform.python_version()}",
        "commit": commit,
        "seeds": seeds,
        "results": [asdict(result) for result in results],
    }
    path = RESULTS / f"heartbeat-{made:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    return path


@click.command()
@click.option("--seeds", default=20, show_default=True, help="Days to live, each with other talks and accidents.")
@click.option("--only", default="", help="Networks whose name contains this.")
def main(seeds: int, only: str) -> None:
    """Compare heartbeats over a simulated day on each network."""
    pairs = [(network, policy) for network in NETWORKS if only in network.name for policy in POLICIES]
    results = [run(*pair, seeds) for pair in track(pairs, "Living days …", transient=True)]
    console = Console()
    console.print(table_of(results, seeds))
    console.print(f"Written to {save(results, seeds)}")


if __name__ == "__main__":
    main()
