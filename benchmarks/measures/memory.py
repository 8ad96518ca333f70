"""P3: what an idle visitor's connection costs in the web processes, and which parts it consists of."""

import os
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks.cost import memory_bytes
from benchmarks.driver import Failed, crowd
from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant, Web, free_ports, running, start, stop, wait_for

PROCESSES = 2
SCALED_TO = 50_000
SETTLE_SECONDS = 3.0
# With tracing every allocation costs; the parts per connection are the same with fewer of them.
TRACED_CONNECTIONS = 600
WARM_CONNECTIONS = 100
LARGEST = 25
SMALLEST = 32


def p3(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    with running(variant, PROCESSES) as webs:
        try:
            # The first connections load code and open pools: that is the processes' own size, not a connection's.
            with crowd(cast, webs, WARM_CONNECTIONS):
                time.sleep(SETTLE_SECONDS)
                base = memory_bytes(webs)
                step(f"P3 {variant.name}: opening {plan.connections} connections")
                with crowd(cast, webs, plan.connections) as there:
                    time.sleep(SETTLE_SECONDS)
                    full = memory_bytes(webs)
        except Failed as failure:
            return {"failed": str(failure)}
    each = (full - base) / there
    return {
        "processes": PROCESSES,
        "connections": there,
        "base_mb": _mb(base),
        "with_all_mb": _mb(full),
        "bytes_each": round(each),
        "scaled_to_50000_mb": _mb(base + SCALED_TO * each),
    }


def parts(cast: Cast, variant: Variant, plan: Plan, step: Step) -> list[dict[str, Any]]:
    """Bytes per connection by where they were allocated, the largest first."""
    step("P3 parts: tracing one process")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KF_BENCH_TRACE"] = folder
        [port] = free_ports(1)
        web = Web(port, start(variant, port, module="benchmarks.traced"))
        try:
            wait_for(port)
            with crowd(cast, [web], WARM_CONNECTIONS):
                _snapshot(web, Path(folder) / "before")
                with crowd(cast, [web], TRACED_CONNECTIONS) as there:
                    time.sleep(SETTLE_SECONDS)
                    _snapshot(web, Path(folder) / "after")
            return compare(Path(folder) / "before", Path(folder) / "after", there)
        finally:
            stop(web.process)


def compare(before: Path, after: Path, connections: int) -> list[dict[str, Any]]:
    import tracemalloc

    rows = tracemalloc.Snapshot.load(str(after)).compare_to(tracemalloc.Snapshot.load(str(before)), "lineno")
    by_file: Counter[str] = Counter()
    lines: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        frame, each = row.traceback[0], round(row.size_diff / connections)
        by_file[_short(frame.filename)] += each
        if each >= SMALLEST:
            lines[_short(frame.filename)].append(f"{frame.lineno}: {each}")
    found = [{"where": "all traced", "bytes": sum(by_file.values()), "lines": []}]
    found += [{"where": name, "bytes": size, "lines": lines[name]} for name, size in by_file.most_common(LARGEST)]
    return [part for part in found if part["bytes"] >= SMALLEST]


def _snapshot(web: Web, path: Path) -> None:
    web.process.send_signal(signal.SIGUSR1)
    deadline = time.monotonic() + 60
    done = path.parent / f"{path.name}.done"
    while not done.exists():
        if time.monotonic() > deadline:
            raise Failed("The traced process gave no snapshot.")
        time.sleep(0.1)


def _short(name: str) -> str:
    for folder in ("site-packages/", f"python{sys.version_info.major}.{sys.version_info.minor}/", f"{Path.cwd()}/"):
        _, found, rest = name.rpartition(folder)
        if found:
            return rest
    return name


def _mb(size: float) -> float:
    return round(size / 1e6, 1)
