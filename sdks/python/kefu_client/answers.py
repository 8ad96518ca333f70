"""Commands on their way, and the frames that answer them."""

import asyncio
from collections.abc import Callable

from .frames import Frame, FrameError

LATE_SECONDS = 4.0
WITHIN_SECONDS = 20.0


class Answers:
    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._next = 1

    def new_id(self) -> str:
        self._next += 1
        return str(self._next)

    async def expect(self, frame_id: str, on_late: Callable[[], None]) -> Frame:
        """Return the answer. Raises FrameError: the server's, `disconnected`, `timeout`.

        A late answer is told at once: if the link is dead, we know seconds later and not at the next beat.
        """
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[frame_id] = future
        late = asyncio.get_running_loop().call_later(LATE_SECONDS, on_late)
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                return await future
        except TimeoutError:
            raise FrameError("timeout", "No answer.") from None
        finally:
            late.cancel()
            self._waiting.pop(frame_id, None)

    def settle(self, frame: Frame) -> None:
        future = self._waiting.pop(frame.reply_to or "", None)
        if future is None or future.done():
            return
        if frame.type == "error":
            future.set_exception(_error(frame))
        else:
            future.set_result(frame)

    def cut_off(self, code: str) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(FrameError(code, "Cut off."))
        self._waiting.clear()


def _error(frame: Frame) -> FrameError:
    retry_after = frame.data.get("retry_after")
    number = float(retry_after) if isinstance(retry_after, int | float) else None
    return FrameError(str(frame.data.get("code")), str(frame.data.get("message")), number)
