"""What is news for an agent who works in another brand just now: its own conversations there, and who waits."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from agents.access import agent_conversations
from agents.inbox.filters import OPEN
from agents.inbox.views import WAITING
from agents.models import Agent
from chat.marks import AWAKE
from chat.models import Conversation

# In one answer. Who has more news than this in one brand hears enough.
MAX_ROWS = 20


class Calling(NamedTuple):
    """Messages that the agent has not read in its own conversations, and how many visitors wait."""

    unread: int
    waiting: int


def count_calling(agent: Agent) -> Calling:
    mine = Q(assignee_id=agent.pk)
    found = _calling(agent).aggregate(
        unread=Sum("unread_count", filter=mine, default=0), waiting=Count("pk", filter=WAITING)
    )
    return Calling(found["unread"], found["waiting"])


def rows_with_news(agent: Agent, since: datetime) -> list[Conversation]:
    """Return those in which something happened since, with their visitors, the newest first, at most MAX_ROWS."""
    rows = _calling(agent).filter(active_at__gte=since).select_related("visitor")
    return list(rows.order_by("-active_at")[:MAX_ROWS])


def _calling(agent: Agent) -> QuerySet[Conversation]:
    return agent_conversations(agent).filter(OPEN, AWAKE, Q(assignee_id=agent.pk) | WAITING).order_by()
