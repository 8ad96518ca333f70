"""Hears that a queue moved or that a visitor wrote (kefu_project/asgi.py registers it); sweeps find what was missed."""

from uuid import UUID

from django.utils import timezone

from agents.gathering import Gatherer
from agents.waiting.returning import came_back, make_live
from agents.waiting.telling import FRONT, tell_standings
from chat.models import Conversation
from chat.nudges import Grown, nudge_with
from chat.standings import forget_standings

# One look per brand and second, however many come and go meanwhile.
GATHER_SECONDS = 1.0
WROTE, MOVED = "wrote", "moved"
MOVING = frozenset(
    f"conversation.{verb}"
    for verb in (
        "created", "reopened", "assigned", "released", "transferred", "closed", "snoozed", "woken", "prioritised",
        "left_message",
    )
)  # fmt: skip


def tell_standings_with_nudges() -> None:
    nudge_with(hear)


def hear(grown: Grown) -> None:
    if grown.event in MOVING:
        _gatherer.add(grown.tenant, grown.conversation_id, MOVED)
    elif grown.event == "message.created" and grown.author_kind == "visitor" and grown.left_message:
        _gatherer.add(grown.tenant, grown.conversation_id, WROTE)


def look(heard: dict[UUID, set[str]]) -> None:
    """Make live what was left by those who came back, then tell the front of the queues where they stand."""
    now = timezone.now()
    returned = [pk for pk, kinds in heard.items() if WROTE in kinds]
    lives = [make_live(pk, now) for pk in came_back().filter(pk__in=returned).values_list("pk", flat=True)]
    moved = [pk for pk, kinds in heard.items() if MOVED in kinds]
    if moved or any(lives):
        served = Conversation.objects.filter(pk__in=moved).exclude(status=Conversation.Status.WAITING)
        forget_standings(served.values_list("visitor_id", flat=True))
        tell_standings(now, most=FRONT)


_gatherer = Gatherer(look, GATHER_SECONDS)
