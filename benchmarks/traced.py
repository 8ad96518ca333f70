"""A web process that writes what is allocated where when it gets SIGUSR1: first to `before`, then to `after`."""

import gc
import os
import signal
import sys
import tracemalloc
from pathlib import Path
from typing import Any

NAMES = iter(["before", "after"])


def write_snapshot(*_args: Any) -> None:
    folder, name = Path(os.environ["KF_BENCH_TRACE"]), next(NAMES)
    gc.collect()
    tracemalloc.take_snapshot().dump(str(folder / name))
    (folder / f"{name}.done").touch()


if __name__ == "__main__":
    import uvicorn

    signal.signal(signal.SIGUSR1, write_snapshot)
    tracemalloc.start()
    sys.argv = ["uvicorn", *sys.argv[2:]]
    uvicorn.main()
