"""A Valkey of the test's own, to be killed or stopped."""

import shutil
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
        if home != folder:  # started by root: the server is `nobody`, to whom pytest's folders are closed
            shutil.rmtree(home)
