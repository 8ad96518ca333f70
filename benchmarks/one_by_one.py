"""The web process with one transaction per message: what the group commit is measured against.

Run as `python -m benchmarks.one_by_one SERVER …` with the arguments of uvicorn or daphne. Never used to serve anybody.
"""

import sys
from typing import Any

import django

django.setup()

import chat.posting


async def send(*_args: Any, otherwise: Any, **_fields: Any) -> Any:
    return await otherwise()


# Before whoever imports it from there is loaded.
chat.posting.send = send

if __name__ == "__main__":
    server, *arguments = sys.argv[1:]
    sys.argv = [server, *arguments]
    if server == "daphne":
        from daphne.cli import CommandLineInterface

        CommandLineInterface.entrypoint()
    else:
        import uvicorn

        uvicorn.main()
