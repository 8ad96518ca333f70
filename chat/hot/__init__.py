"""Hot history: the last events of conversations in Redis, as the bytes that go over the wire (docs/realtime.md).

PostgreSQL says the top of a conversation, never Redis: what is read here counts only if every seq up to that top is
there. An edit or recall is never kept here, so a span across one has a gap and is read from PostgreSQL: what it changed
cannot come back. Losing all of it, or Redis itself, costs time and nothing else.
"""

from chat.hot.reading import read_events, read_events_now, read_generations
from chat.hot.refill import forget, refill_now
from chat.hot.writing import close, note_event, refill_events

__all__ = [
    "close",
    "forget",
    "note_event",
    "read_events",
    "read_events_now",
    "read_generations",
    "refill_events",
    "refill_now",
]
