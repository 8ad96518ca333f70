"""What processes cost, read from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

from benchmarks.site import Web

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(webs: Iterable[Web]) -> float:
    """CPU time of the processes together, user and system."""
    return sum(cpu_of(web.process.pid) for web in webs)


def cpu_of(pid: int) -> float:
    """Seconds that a process of this machine has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_bytes(webs: Iterable[Web]) -> int:
    """Proportional set size (PSS): resident memory, what processes share counted once."""
    return sum(_pss_of(web.process.pid) for web in webs)


def _pss_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("This kernel does not tell the PSS.")
