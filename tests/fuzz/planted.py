"""python -m tests.fuzz.planted <bug> <uvicorn's arguments>: the web process with a bug that fuzzing must find."""

import asyncio
import os
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")


def show_reasons() -> None:
    """A refusal says what the exception said."""
    from chat import protocol

    protocol._reason = repr


def dispatch_by_name() -> None:
    """What is not in the table is looked up among the methods: `__class__`, `dispatch`, `close`."""
    from chat import protocol

    protocol.COMMANDS = Everything(protocol.COMMANDS)  # type: ignore[misc]
    protocol._data = Everything(protocol._data)
    from chat.consumers.visitor import VisitorConsumer

    VisitorConsumer.handlers = Everything(VisitorConsumer.handlers)


class Everything(dict[str, Any]):
    """A table in which whatever is not there leads to itself."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key) or (next(iter(self.values())) if key.startswith("_") else None)


def think_long() -> None:
    """A frame that cannot be read keeps the whole process busy for a while."""
    _on_malformed(lambda: time.sleep(0.5))


def remember_all() -> None:
    """Whatever was refused stays in memory."""
    kept: list[bytes] = []
    _on_malformed(lambda: kept.append(os.urandom(100_000)))


def die() -> None:
    """A frame that cannot be read ends the process."""
    _on_malformed(lambda: os._exit(3))


def fall_silent() -> None:
    """A frame that cannot be read is never answered, nor is anything after it on this connection."""
    from chat.consumers import base

    refuse = base.FrameConsumer._refuse

    async def _refuse(self: Any, refusal: Any, reply_to: Any) -> None:
        if refusal.code == "malformed":
            await asyncio.sleep(3600)
        await refuse(self, refusal, reply_to)

    base.FrameConsumer._refuse = _refuse  # type: ignore[method-assign]


def _on_malformed(react: Any) -> None:
    from chat import errors

    make = errors.Malformed.__init__

    def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807
        react()
        make(self, *arguments, **options)

    errors.Malformed.__init__ = __init__  # type: ignore[method-assign]


BUGS = {
    "reasons": show_reasons,
    "names": dispatch_by_name,
    "slow": think_long,
    "leak": remember_all,
    "crash": die,
    "silent": fall_silent,
}


def main() -> None:
    import uvicorn

    import kefu_project.asgi  # noqa: F401  (everything is loaded; now it can be spoilt)

    BUGS[sys.argv[1]]()
    sys.argv = ["uvicorn", *sys.argv[2:]]
    uvicorn.main()


if __name__ == "__main__":
    main()
