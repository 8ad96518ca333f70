"""How soon the brand usually answers, said before anybody waits; registered with chat/front_desk."""

from datetime import datetime, timedelta
from uuid import UUID

from agents.waiting.estimates import usual_seconds
from chat.models import Conversation
from tenants.context import current_tenant

LATELY = timedelta(days=7)
# So many of the newest are read, answered or not: what it costs does not grow with the brand.
MAX_READ = 200
REMEMBERED = timedelta(seconds=10)

# By brand, in each process: when it was read, and the answer. Every panel that opens asks for it.
_known: dict[UUID, tuple[datetime, int | None]] = {}


def usual_answer(now: datetime) -> int | None:
    """Seconds until somebody of the current brand usually answers, a few seconds old; None: not known."""
    tenant_id = current_tenant().pk
    read_at, seconds = _known.get(tenant_id, (None, None))
    if read_at is None or not read_at <= now < read_at + REMEMBERED:
        seconds = read_usual_answer(now)
        _known[tenant_id] = now, seconds
    return seconds


def forget_usual_answers() -> None:
    _known.clear()


def read_usual_answer(now: datetime) -> int | None:
    """From the first answers of the last days. Left messages do not count: they are answered later by agreement."""
    lately = Conversation.objects.filter(created_at__gte=now - LATELY, left_message=False)
    rows = lately.order_by("-created_at", "-pk").values_list("created_at", "first_reply_at", "status")[:MAX_READ]
    answered, waiting = [], []
    for created_at, first_reply_at, status in rows:
        if first_reply_at is not None:
            answered.append((first_reply_at - created_at).total_seconds())
        elif status != Conversation.Status.CLOSED:
            waiting.append((now - created_at).total_seconds())
    return usual_seconds(answered, waiting)
