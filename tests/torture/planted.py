"""python -m tests.torture.planted [--defect NAME] [--failpoint FILE] -- <the process's command after `-m`>: the web
process or worker with one planted defect, or with places at which it can be killed."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.torture.failpoints import Failpoint

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")


def planted_command(command: Sequence[str], *, defect: str = "", failpoint: Failpoint | None = None) -> list[str]:
    """The same process (`python … -m program arguments`) with something planted in it."""
    named = command[command.index("-m") + 1 :]
    options = ["--defect", defect] if defect else []
    options += ["--failpoint", str(failpoint.path)] if failpoint else []
    return [sys.executable, "-m", "tests.torture.planted", *options, "--", *named]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--defect")
    parser.add_argument("--failpoint", type=Path)
    parser.add_argument("program", choices=("uvicorn", "celery"))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    sys.argv = [options.program, *options.arguments]
    (run_web if options.program == "uvicorn" else run_worker)(options)


def run_web(options: argparse.Namespace) -> None:
    import uvicorn

    import kefu_project.asgi  # noqa: F401  (Django is set up and everything is loaded; now it can be spoilt)
    from tests.torture.defects import DEFECTS
    from tests.torture.failpoints import plant_in_web

    if options.defect:
        DEFECTS[options.defect].plant()
    if options.failpoint:
        plant_in_web(Failpoint(options.failpoint))
    uvicorn.main()


def run_worker(options: argparse.Namespace) -> None:
    import django
    from celery.__main__ import main as run_celery

    django.setup()
    from tests.torture.failpoints import plant_in_worker

    if options.failpoint:
        plant_in_worker(Failpoint(options.failpoint))
    run_celery()


if __name__ == "__main__":
    main()
