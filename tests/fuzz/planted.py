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
    from chat.participants import participant

    nothing = protocol._data["ping"]

    class Shapes(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return super().get(key) or nothing

    class Names(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            return super().get(key) or key

    protocol._data = Shapes(protocol._data)
    for who in (participant.Participant, *participant.Participant.__subclasses__()):
        who.handlers = Names(who.handlers)


def think_long() -> None:
    """A frame that cannot be read keeps the whole process busy for a while."""
    _on_malformed(lambda: time.sleep(0.5))


def remember_all() -> None:
    """Whatever was refused stays in memory."""
    kept: list[bytes] = []
    _on_malformed(lambda: kept.append(os.urandom(400_000)))


def die() -> None:
    """A frame that cannot be read ends the process."""
    _on_malformed(lambda: os._exit(3))


def fall_silent() -> None:
    """A frame that cannot be read is never answered, nor is anything after it on this connection."""
    from chat.consumers import socket
    from chat.consumers.answering import BadFrame

    answer = socket.answer

    async def answer_or_hang(*arguments: Any) -> Any:
        try:
            return await answer(*arguments)
        except BadFrame:
            await asyncio.sleep(3600)

    socket.answer = answer_or_hang


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
