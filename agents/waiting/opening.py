"""Whether a visitor would be answered now; registered with chat/front_desk when the app is loaded."""

from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from agents.calendars import Hours, hours_of, is_open, next_opening
from agents.models import Queue
from chat.front_desk import Opening
from chat.marks import AWAKE
from chat.models import Conversation

ALWAYS = Hours.always()


def visitors_opening(conversation: Conversation | None, now: datetime) -> Opening:
    """Of the queue of the visitor's open conversation, otherwise of the queue where a new one would wait."""
    queue = queue_of(conversation)
    hours = queue_hours(queue, now)
    if queue is None or is_open(hours, now):
        is_waiting = conversation is None or conversation.status == Conversation.Status.WAITING
        return Opening(can_leave_message=is_waiting and queue is not None and is_too_long(queue, now))
    return Opening(is_open=False, opens_at=next_opening(hours, now), can_leave_message=True)


def queue_of(conversation: Conversation | None) -> Queue | None:
    queues = Queue.objects.select_related("calendar").order_by("-is_default", "position")
    if conversation is not None and conversation.queue_id is not None:
        queues = queues.filter(pk=conversation.queue_id)
    return queues.first()


def queue_hours(queue: Queue | None, now: datetime) -> Hours:
    """The hours of the queue from about now on: what was long ago is not read."""
    if queue is None or queue.calendar is None:
        return ALWAYS
    return hours_of(queue.calendar, since=now.date() - timedelta(days=3))


def is_too_long(queue: Queue, now: datetime) -> bool:
    """As many wait as the queue takes, or somebody waits for longer than it promises."""
    most = queue.max_waiting_count
    # No further than the limit: a queue may be long.
    if most is not None and live_waiting(queue)[:most].count() >= most:
        return True
    if queue.max_waiting_seconds is not None:
        since = live_waiting(queue).aggregate(since=Min("waiting_since"))["since"]
        return since is not None and now - since >= timedelta(seconds=queue.max_waiting_seconds)
    return False


def live_waiting(queue: Queue | None = None) -> QuerySet[Conversation]:
    """Those of the queue (None: of all) who wait now: messages that were left and what is snoozed stand aside."""
    waiting = Conversation.objects.filter(status=Conversation.Status.WAITING)
    if queue is not None:
        waiting = waiting.filter(queue_id=queue.pk)
    return waiting.filter(AWAKE, left_message=False)
