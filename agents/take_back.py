"""Take-back: conversations of agents that are gone wait again, by the rule of their queue (docs/routing.md)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from agents.assignments import give_back_locked
from agents.by_queue import ByQueue, read_by_queue
from agents.models import Agent
from chat.message_log import lock_conversation
from chat.models import Conversation
from chat.walk import work_through

NEW_QUEUES_SECONDS = 120
GONE = Q(absent_since__isnull=False) | Q(is_active=False) | Q(user__is_active=False)


# Seconds of absence after which a queue takes back, None for never.
Rules = ByQueue[int | None]


def has_left(agent: Agent) -> bool:
    return not agent.is_active or not agent.user.is_active


def is_due(agent: Agent, seconds: int | None, now: datetime) -> bool:
    """Whether a queue that waits so long takes back what this agent has."""
    if has_left(agent):
        return True  # does not come back, whatever the queue waits for
    return (
        seconds is not None
        and agent.absent_since is not None
        and now - agent.absent_since >= timedelta(seconds=seconds)
    )


def sweep_take_back(now: datetime, limit: int = 1000) -> int:
    """Let conversations of the current brand wait again whose agent is absent for longer than their queue allows, or
    deactivated; returns how many. Each is looked at again under its locks: who is back by then keeps what it has.
    """
    rules = read_rules()

    def take_one_back(conversation_id: UUID) -> bool:
        return take_back(conversation_id, rules=rules, now=now)

    return work_through(due_for_take_back(rules, now), by="active_at", work=take_one_back, limit=limit)


def take_back(conversation_id: UUID, *, rules: Rules, now: datetime) -> bool:
    """Take the conversation from its agent if that is due; tells whether it was.

    Locks the conversation, then the agent: returning waits for the one or is seen by the other.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if conversation.status != Conversation.Status.ASSIGNED:
            return False
        locked = Agent.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
        agent = locked.filter(pk__in=[conversation.assignee_id]).first()
        if agent is None or not is_due(agent, rules.of(conversation.queue_id), now):
            return False
        if conversation.snoozed_until is not None and not has_left(agent):
            return False  # put aside until tomorrow: it stays with its agent overnight
        give_back_locked(conversation, now)
        return True


def read_rules() -> Rules:
    """A brand without a queue waits as long as a new queue would."""
    return read_by_queue(lambda queue: queue.take_back_seconds, without=NEW_QUEUES_SECONDS)


def due_for_take_back(rules: Rules, now: datetime) -> QuerySet[Conversation]:
    """Few agents are gone and few rules differ: their ids go into the query, which then reads the index of open
    conversations by agent."""
    gone = list(Agent.objects.select_related("user").filter(GONE))
    due = Q(pk__in=[])
    for there, seconds in rules.shares():
        agents = [agent.pk for agent in gone if is_due(agent, seconds, now)]
        if agents:
            due |= there & Q(assignee_id__in=agents)
    left = [agent.pk for agent in gone if has_left(agent)]
    awake = Q(snoozed_until__isnull=True) | Q(assignee_id__in=left)
    mine = Conversation.objects.filter(status=Conversation.Status.ASSIGNED)
    return mine.filter(due, awake, assignee_id__in=[agent.pk for agent in gone])
