"""The echo behind the very server that `kefu web` starts: same program, same options."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from kefu_project.cli.roles import web_command
from kefu_project.embedded.ports import free_port
from tests.server import wait_until_live


@contextmanager
def echo_server() -> Iterator[int]:
    port = free_port()
    command = [
        "tests.autobahn.echo:application" if ":application" in part else part for part in web_command("127.0.0.1", port)
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        wait_until_live(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)
