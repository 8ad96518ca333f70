"""Which promises a queue makes, with the hours in which they count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from agents.calendars import Hours, hours_of, next_opening
from agents.models import Calendar, Queue, SlaPolicy, SlaTarget
from agents.sla.episodes import Pause, due_at


class HoursBook:
    """The hours of calendars, each read once."""

    def __init__(self) -> None:
        self._read: dict[UUID | None, Hours] = {}

    def of(self, calendar: Calendar | None) -> Hours:
        key = calendar.pk if calendar else None
        if key not in self._read:
            self._read[key] = hours_of(calendar)
        return self._read[key]


@dataclass(frozen=True)
class Promises:
    """What one queue promises. Without a policy only its clock counts, in the queue's own hours."""

    policy: SlaPolicy | None
    answer_seconds: int
    calendar: Calendar | None
    book: HoursBook

    @cached_property
    def hours(self) -> Hours:
        return self.book.of(self.policy.calendar if self.policy else self.calendar)

    @cached_property
    def queue_hours(self) -> Hours:
        return self.book.of(self.calendar)

    def queue_due(self, start: datetime, pauses: Iterable[Pause]) -> datetime | None:
        """When the queue's own clock has run out for whoever has waited since `start`."""
        return due_at(start, self.answer_seconds, self.queue_hours, pauses)

    def minutes(self, kind: str) -> int | None:
        if self.policy is None:
            return None
        by_kind = {
            SlaTarget.Kind.FIRST: self.policy.first_minutes,
            SlaTarget.Kind.NEXT: self.policy.next_minutes,
            SlaTarget.Kind.RESOLUTION: self.policy.resolution_minutes,
        }
        return by_kind[SlaTarget.Kind(kind)]


@dataclass(frozen=True)
class Rules:
    """The promises of all queues; a conversation of an unknown queue has those of the default one."""

    by_queue: dict[UUID, Promises]
    default: Promises | None

    def of(self, queue_id: UUID | None) -> Promises | None:
        return self.by_queue.get(queue_id, self.default) if queue_id else self.default

    @property
    def with_policy(self) -> list[UUID]:
        return [pk for pk, promises in self.by_queue.items() if promises.policy is not None]

    def promising(self, kind: str) -> list[UUID]:
        return [pk for pk, promises in self.by_queue.items() if promises.minutes(kind) is not None]

    def never_due(self, now: datetime) -> list[UUID]:
        """Queues in which nothing is ever due: neither their hours nor those of their policy come."""
        return [
            pk for pk, one in self.by_queue.items() if _never_open(one.hours, now) and _never_open(one.queue_hours, now)
        ]


class Waiting(Protocol):
    """A conversation, or as much of it as says whether the queue's clock runs."""

    @property
    def is_open(self) -> bool: ...
    @property
    def awaiting_reply_since(self) -> datetime | None: ...
    @property
    def left_message(self) -> bool: ...
    @property
    def snoozed_until(self) -> datetime | None: ...


def is_hurried(one: Waiting) -> bool:
    """Whether the queue's clock runs: a message that was left is answered later, and what is snoozed stands still."""
    is_asked = one.is_open and one.awaiting_reply_since is not None
    return is_asked and not one.left_message and one.snoozed_until is None


def read_rules() -> Rules:
    book = HoursBook()
    queues = Queue.objects.select_related("sla__calendar", "calendar").order_by("-is_default", "position")
    by_queue = {queue.pk: Promises(queue.sla, queue.answer_seconds, queue.calendar, book) for queue in queues}
    return Rules(by_queue, next(iter(by_queue.values()), None))


def _never_open(hours: Hours, now: datetime) -> bool:
    return next_opening(hours, now) is None


def is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
