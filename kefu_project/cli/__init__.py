"""The `kefu` command. Its parts are thin: parse, call one verb function, show. See docs/running.md."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (said here because a traceback about syntax would not say it)
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"Kefu needs Python 3.11 or newer, this is {found}. Install a newer one and run `make run` again.")

import errno
import importlib
import importlib.util

import click

from kefu_project.embedded.problems import StartProblem
from kefu_project.empty_variables import forget_empty_variables

from .output import fail

# Loaded when called: `kefu --help` and the supervisor need neither Django nor each other's imports.
COMMANDS = {
    "up": "up:up",
    "doctor": "doctor:doctor",
    "brand": "brand:brand",
    "agent": "agent:agent",
    "key": "key:key",
    "admin": "admin:admin",
    "demo": "demo:demo",
    "automation": "automation:automation",
    "routing": "routing:routing",
    "reports": "reports:reports",
    "web": "run:web",
    "worker": "run:worker",
    "beat": "run:beat",
    "migrate": "run:migrate",
}


class LazyGroup(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return [name for name in COMMANDS if _exists(name)]

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS or not _exists(name):
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
        return command


def _exists(name: str) -> bool:
    return importlib.util.find_spec(f"{__name__}.{COMMANDS[name].split(':')[0]}") is not None


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def kefu() -> None:
    """Kefu: customer service for many brands on your own machine."""
    forget_empty_variables()


def main() -> None:
    try:
        kefu()
    except StartProblem as problem:
        fail(problem.what, problem.next_step)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        fail("The disk is full.", "Free some space, or choose another folder with --data-dir.")


if __name__ == "__main__":
    main()
