"""A Valkey of the test's own, to be killed or stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kefu_project.embedded.home import find_home
from kefu_project.embedded.valkey import Valkey


@contextmanager
def own_valkey(folder: Path) -> Iterator[Valkey]:
    folder.chmod(0o755)
    (folder / "logs").mkdir()
    home, account = find_home(folder)
    server = Valkey(folder, home, account, durable=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()
