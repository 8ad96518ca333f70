"""What each queue says of the conversations in it, and whose word counts for those that stand in none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q

from agents.models import Queue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ByQueue(Generic[T]):
    """A value for each queue. A conversation without a queue, or whose queue is gone, goes by the default queue's."""

    values: dict[UUID, T]
    default: T

    def of(self, queue_id: UUID | None) -> T:
        return self.values.get(queue_id, self.default) if queue_id else self.default

    def shares(self) -> Iterator[tuple[Q, T]]:
        """Which conversations go by which value: as conditions of a query, each of all together once."""
        for queue_id, value in self.values.items():
            yield Q(queue_id=queue_id), value
        yield Q(queue_id__isnull=True) | ~Q(queue_id__in=self.values), self.default


def read_by_queue(value_of: Callable[[Queue], T], *, without: T) -> ByQueue[T]:
    """Read it of all queues of the current brand; `without` counts in a brand that has none."""
    values = {queue.pk: value_of(queue) for queue in Queue.objects.order_by("-is_default", "position")}
    return ByQueue(values, next(iter(values.values()), without))
