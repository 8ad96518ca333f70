"""Where a waiting conversation stands, by the order in which routing goes through its queue."""

from datetime import datetime, timedelta

from django.db.models import Q

from agents.models import Queue
from agents.waiting.estimates import Pace, estimate_wait
from agents.waiting.opening import live_waiting
from agents.waiting.pace import read_pace
from chat.front_desk import Standing
from chat.models import Conversation

# What is more urgent comes first, then who waits for longer.
ORDER = ("-priority", "waiting_since", "pk")


def standing_in_queue(conversation: Conversation, now: datetime) -> Standing | None:
    """None: it does not wait, was left as a message, or is snoozed. Registered with chat/front_desk."""
    if conversation.status != Conversation.Status.WAITING or conversation.waiting_since is None:
        return None
    if conversation.left_message or conversation.snoozed_until is not None:
        return None
    queue = Queue.objects.filter(pk=conversation.queue_id).first() if conversation.queue_id else None
    if queue is None:
        return None
    same = Q(priority=conversation.priority)
    before = same & Q(waiting_since__lt=conversation.waiting_since)
    before |= same & Q(waiting_since=conversation.waiting_since, pk__lt=conversation.pk)
    ahead = live_waiting(queue).filter(Q(priority__gt=conversation.priority) | before).count()
    return make_standing(ahead + 1, waited=now - conversation.waiting_since, queue=queue, pace=read_pace(queue, now))


def make_standing(place: int, *, waited: timedelta, queue: Queue, pace: Pace) -> Standing:
    limits = queue.max_waiting_count, queue.max_waiting_seconds
    too_many = limits[0] is not None and place > limits[0]
    too_long = limits[1] is not None and waited >= timedelta(seconds=limits[1])
    return Standing(place, estimate_wait(place, pace), too_many or too_long)
