"""The table that is shown, and the dated JSON file that is kept."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
Found = dict[str, dict[str, Any]]

# Measure -> title, then columns: heading, field, whether less is better (None: no ratio is shown).
COLUMNS: dict[str, tuple[str, list[tuple[str, str, bool | None]]]] = {
    "P1": (
        "send -> shown, durable, 500/s, 200 conversations, two web processes, idle visitors beside",
        [
            ("P50 ms", "p50_ms", True),
            ("P99 ms", "p99_ms", True),
            ("ack P99 ms", "ack_p99_ms", None),
            ("CPU %", "cpu_percent", True),
            ("shown", "shown", None),
            ("sent", "sent", None),
            ("refused", "refused", None),
            ("generator late P99 ms", "late_p99_ms", None),
        ],
    ),
    "P2": ("highest steady durable rate, P99 < 62 ms, two web processes", [("messages/s", "rate", False)]),
    "P3": (
        "memory (PSS) of two web processes with idle visitors",
        [
            ("connected", "connections", None),
            ("empty MB", "base_mb", True),
            ("bytes each", "bytes_each", True),
            ("with all MB", "with_all_mb", None),
            ("at 50 000 MB", "scaled_to_50000_mb", True),
        ],
    ),
    "P4": (
        "cold start of a web process",
        [("first answer s", "answered_s", True), ("first socket s", "accepted_s", True)],
    ),
    "P5": (
        "bytes when an agent comes back after an hour, 5 % of its conversations changed",
        [
            ("resume bytes", "resume_bytes", None),
            ("loading again bytes", "again_bytes", None),
            ("saved %", "saved_percent", None),
            ("resume ms", "resume_ms", None),
            ("loading again ms", "again_ms", None),
        ],
    ),
    "console": (
        "the console in a browser: loads with cached files, then down the whole list, five rows a frame",
        [
            ("rows", "rows", None),
            ("first paint ms", "first_paint_ms", True),
            ("rows shown ms", "rows_shown_ms", True),
            ("dropped %, paging", "paging_dropped_percent", True),
            ("dropped %, all there", "all_dropped_percent", True),
            ("frame P99 ms", "all_p99_ms", True),
            ("layout shift", "layout_shift", True),
        ],
    ),
    "P6": (
        "CPU of the web processes per message, nodes and load x 4",
        [("1 node ms", "cpu_ms_1", True), ("4 nodes ms", "cpu_ms_4", True), ("growth %", "growth_percent", None)],
    ),
    "P13": ("a new brand", [("first of a process s", "first_s", None), ("next s", "brand_s", None)]),
    "routing": (
        "1 000 waiting conversations, 200 agents in four queues, one process: decided alone, decided and written",
        [
            ("decide ms", "decide_ms", None),
            ("decide and write ms", "route_ms", None),
            ("our CPU ms", "cpu_ms", None),
            ("PostgreSQL's", "database_cpu_ms", None),
            ("given out", "routed", None),
            ("closed before", "past", None),
            ("then decide ms", "decide_old_ms", None),
            ("then decide and write ms", "route_old_ms", None),
            ("our CPU ms", "cpu_old_ms", None),
            ("PostgreSQL's", "database_cpu_old_ms", None),
        ],
    ),
    "reports": (
        "over 90 days, asked in one page: totals, the period before, by day, heat map, queue, agent, tag",
        [
            ("messages", "messages", None),
            ("put in s", "filled_s", None),
            ("rolled up s", "rebuilt_s", None),
            ("idle sweep ms", "idle_sweep_ms", None),
            ("rows of sums", "sums", None),
            ("90 days ms", "page_90_ms", None),
            ("28 days ms", "page_28_ms", None),
            ("7 days ms", "page_7_ms", None),
            ("one agent ms", "one_agent_90_ms", None),
            ("one tag ms", "one_tag_90_ms", None),
            ("24 hours ms", "hours_90_ms", None),
            ("whole file s", "file_90_s", None),
        ],
    ),
    "elsewhere": (
        "news of the other brands of an account, as its console asks for them every 12 s",
        [
            ("brands", "brands", None),
            ("open in each", "open_each", None),
            ("rows answered", "rows", None),
            ("median ms", "ms", None),
            ("worst ms", "worst_ms", None),
            ("statements", "queries", None),
        ],
    ),
}


def show(console: Console, measure: str, found: Found) -> None:
    """Print one measure: a row per variant, with how many times worse each is than ours."""
    title, columns = COLUMNS[measure]
    table = Table(title=f"{measure}: {title}", title_justify="left")
    table.add_column("variant")
    for heading, _, _ in columns:
        table.add_column(heading, justify="right")
    ours = found.get("kefu", {})
    for key, row in found.items():
        if "failed" in row:
            table.add_row(row["name"], f"[red]{row['failed']}")
            continue
        table.add_row(row["name"], *(_cell(row, ours, field, less, key) for _, field, less in columns))
    console.print(table)


def show_parts(console: Console, title: str, rows: list[dict[str, Any]], name: str, figure: str) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column(name)
    table.add_column(figure, justify="right")
    for row in rows:
        table.add_row(str(row[name]), str(row[figure]))
    console.print(table)


def save(found: dict[str, Any], facts: dict[str, Any]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"bench-{now:%Y%m%d-%H%M%S}.json"
    whole = {"at": now.isoformat(timespec="seconds"), **machine(), **facts, "measures": found}
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return path


def machine() -> dict[str, Any]:
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return {
        "commit": commit,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _cell(row: dict[str, Any], ours: dict[str, Any], field: str, less: bool | None, key: str) -> str:
    value, base = row.get(field), ours.get(field)
    if value is None:
        return "-"
    if less is None or key == "kefu" or not base or not value:
        return f"{value:,}"
    times = value / base if less else base / value
    return f"{value:,}  ({times:.1f} x)"
