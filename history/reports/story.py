"""A conversation told from its log, entry by entry, as what it puts into the sums. Pure: no I/O.

Only the log is believed: it says who had the conversation and where it stood at each moment, and it never changes. So
telling it again gives the same, whatever has happened to the conversation's row since.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from history.reports.parts import Measure, Parts, Place, Time, hour_of

# Seconds of business time between two moments; queues without hours have none.
BusinessTime = Callable[[datetime, datetime], float]


class Entry(NamedTuple):
    event: str
    at: datetime
    author_kind: str
    author_id: str
    body: dict[str, Any]


class Promise(NamedTuple):
    """A promise of the SLA that was settled: when, and how."""

    kind: str  # first, next, resolution
    at: datetime
    is_kept: bool
    queue: str
    agent: str


@dataclass
class Story:
    entries: Iterable[Entry]
    first_queue: str
    promises: Iterable[Promise] = ()
    business_time: Mapping[str, BusinessTime] = field(default_factory=dict)


def tell(story: Story) -> Parts:
    teller = _Teller(story.first_queue, story.business_time)
    for entry in story.entries:
        teller.hear(entry)
    for promise in story.promises:
        place = Place(hour_of(promise.at), promise.queue, promise.agent)
        teller.parts.count(place, f"{promise.kind}_{'kept' if promise.is_kept else 'broken'}")
    return teller.finish()


class _Teller:
    """Where the conversation stands at the entry that is being heard."""

    def __init__(self, queue: str, business_time: Mapping[str, BusinessTime]) -> None:
        self.parts = Parts()
        self.queue, self.agent = queue, ""
        self.opened_at: datetime | None = None
        self.waiting_since: datetime | None = None
        self.asked_at: datetime | None = None
        self.has_left = False
        self.is_answered = False  # since it was last opened
        self.was_ever_answered = False
        self.rating: tuple[Place, int] | None = None
        self.business_time = business_time

    def hear(self, entry: Entry) -> None:
        handler = _HANDLERS.get(entry.event)
        if self.opened_at is None:
            self.opened_at = self.waiting_since = entry.at
        if handler:
            handler(self, entry)

    def finish(self) -> Parts:
        if self.rating:
            self.parts.rate(*self.rating)
        return self.parts

    # ---- entries ----

    def created(self, entry: Entry) -> None:
        self._count(entry, "opened")

    def assigned(self, entry: Entry) -> None:
        self._give(entry, _id(entry.body.get("agent")))

    def transferred(self, entry: Entry) -> None:
        to = entry.body.get("to") or {}
        if agent := _id(to.get("agent")):
            self._give(entry, agent)
        elif queue := _id(to.get("queue")):
            self.queue = queue
            self._let_wait(entry)

    def released(self, entry: Entry) -> None:
        self._let_wait(entry)

    def reopened(self, entry: Entry) -> None:
        self.agent = ""
        self.opened_at = self.waiting_since = entry.at
        self.is_answered = False
        self._count(entry, "reopened")

    def closed(self, entry: Entry) -> None:
        self._count(entry, "closed")
        if not self.is_answered:
            self._count(entry, "unanswered")
        self._measure(entry, Measure.RESOLUTION, self.opened_at)
        self.waiting_since = None

    def said(self, entry: Entry) -> None:
        if entry.author_kind == "visitor":
            self.asked_at = entry.at
            self._count(entry, "messages_in")
        elif entry.author_kind == "agent":
            self._answered(entry)
        elif entry.author_kind == "bot":
            self._count(entry, "messages_out", agent="")

    def left_message(self, entry: Entry) -> None:
        """Whoever left a message does not wait: how long it lies there is the first response's to say."""
        self._count(entry, "left_messages")
        self.waiting_since = None
        self.has_left = True

    def woken(self, entry: Entry) -> None:
        """Who left a message and came back while somebody is there waits since then, like anybody else: the system says
        so, after what was written. The visitor's own word, before it, ends a sleep and no more."""
        is_back = entry.author_kind == "system" and entry.body.get("reason") == "visitor"
        if self.has_left and not self.agent and is_back:
            self.waiting_since, self.has_left = self.asked_at or entry.at, False

    def rated(self, entry: Entry) -> None:
        """Rating again writes over it: the last one counts, when it was given."""
        score = entry.body.get("score")
        if isinstance(score, int) and 1 <= score <= 5:
            self.rating = (self._place(entry), score)

    # ---- what they share ----

    def _answered(self, entry: Entry) -> None:
        self._count(entry, "messages_out", agent=entry.author_id)
        self.is_answered = True
        if not self.was_ever_answered:
            self.was_ever_answered = True
            self._measure(entry, Measure.FIRST_RESPONSE, self.opened_at, agent=entry.author_id)

    def _give(self, entry: Entry, agent: str) -> None:
        self.agent = agent
        self._count(entry, "assigned")
        self._measure(entry, Measure.WAITED, self.waiting_since)
        self.waiting_since = None

    def _let_wait(self, entry: Entry) -> None:
        """Moved on while it waits, it goes on waiting."""
        self.agent = ""
        self.waiting_since = self.waiting_since or entry.at

    def _place(self, entry: Entry, agent: str | None = None) -> Place:
        return Place(hour_of(entry.at), self.queue, self.agent if agent is None else agent)

    def _count(self, entry: Entry, name: str, agent: str | None = None) -> None:
        self.parts.count(self._place(entry, agent), name)

    def _measure(self, entry: Entry, measure: int, since: datetime | None, agent: str | None = None) -> None:
        if since is None:
            return
        place, seconds = self._place(entry, agent), max((entry.at - since).total_seconds(), 0)
        business = self.business_time.get(self.queue)
        if business is None:
            self.parts.measure(place, measure, Time.BOTH, seconds)
            return
        self.parts.measure(place, measure, Time.CLOCK, seconds)
        self.parts.measure(place, measure, Time.BUSINESS, business(since, max(entry.at, since)))


_HANDLERS: dict[str, Callable[[_Teller, Entry], None]] = {
    "conversation.created": _Teller.created,
    "conversation.assigned": _Teller.assigned,
    "conversation.transferred": _Teller.transferred,
    "conversation.released": _Teller.released,
    "conversation.reopened": _Teller.reopened,
    "conversation.closed": _Teller.closed,
    "conversation.left_message": _Teller.left_message,
    "conversation.woken": _Teller.woken,
    "conversation.rated": _Teller.rated,
    "message.created": _Teller.said,
}
HEARD = tuple(_HANDLERS)


def first_queue(entries: Iterable[Entry], queue_now: str) -> str:
    """Where the conversation stood first: where its first move between queues says it came from, or where it is now."""
    for entry in entries:
        to = entry.body.get("to") or {}
        if entry.event == "conversation.transferred" and to.get("queue"):
            return _id((entry.body.get("from") or {}).get("queue"))
    return queue_now


def _id(reference: Any) -> str:
    return str(reference.get("id") or "") if isinstance(reference, dict) else ""
