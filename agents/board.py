"""What a supervisor sees at a glance: who waits, who works, how today goes. One snapshot (docs/reports.md).

Consoles ask for it when frames of the desk say that something changed, at most every few seconds; so it is a handful of
queries over open conversations and today's, each with an index, whatever lies behind.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Avg, Count, DurationField, F, Min, Q, QuerySet

from agents.access import agent_conversations
from agents.calendars import Hours, hours_of, is_open, next_opening
from agents.loads import loads
from agents.models import Agent, Membership, Queue, SlaTarget
from chat.events import milliseconds
from chat.marks import AWAKE
from chat.models import Conversation, Rating

MAX_LISTED = 200
WAITING = Q(status=Conversation.Status.WAITING, left_message=False) & AWAKE


def read_board(agent: Agent, zone: str, now: datetime) -> dict[str, Any]:
    """The board as `agent` may see it; today is the day in `zone`."""
    open_ones = agent_conversations(agent).exclude(status=Conversation.Status.CLOSED).order_by()
    own = own_queue_ids(agent)
    waiting = open_ones.filter(WAITING).aggregate(count=Count("pk"), since=Min("waiting_since"))
    return {
        "at_ts": milliseconds(now),
        "waiting": waiting["count"],
        "longest_since_ts": milliseconds(waiting["since"]),
        "left_messages": open_ones.filter(status=Conversation.Status.WAITING, left_message=True).count(),
        "assigned": open_ones.filter(status=Conversation.Status.ASSIGNED).count(),
        "queues": _queues(open_ones, own, now),
        "agents": _agents(agent, own),
        "today": _today(agent, own, _midnight(zone, now)),
        **_conversations(open_ones),
    }


def own_queue_ids(agent: Agent) -> frozenset[UUID] | None:
    """The queues that this agent's sight ends at; None: it does not."""
    if agent.scope == Agent.Scope.BRAND:
        return None
    return frozenset(Membership.objects.filter(agent=agent).values_list("queue_id", flat=True))


def _midnight(zone: str, now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))


def _queues(open_ones: QuerySet[Conversation], own: frozenset[UUID] | None, now: datetime) -> list[dict[str, Any]]:
    standing = {
        row["queue_id"]: row
        for row in open_ones.values("queue_id").annotate(
            waiting=Count("pk", filter=WAITING),
            since=Min("waiting_since", filter=WAITING),
            assigned=Count("pk", filter=Q(status=Conversation.Status.ASSIGNED)),
        )
    }
    queues = Queue.objects.select_related("calendar")
    queues = queues if own is None else queues.filter(pk__in=own)
    # A span that began some days ago may still be open.
    since = now.date() - timedelta(days=3)
    calendars = {queue.calendar_id: queue.calendar for queue in queues if queue.calendar}
    hours = {pk: hours_of(calendar, since=since) for pk, calendar in calendars.items()}
    nothing: dict[str, Any] = {"waiting": 0, "since": None, "assigned": 0}
    return [
        {
            "id": str(queue.pk),
            "name": queue.name,
            "waiting": (row := standing.get(queue.pk, nothing))["waiting"],
            "longest_since_ts": milliseconds(row["since"]),
            "assigned": row["assigned"],
            "answer_seconds": queue.answer_seconds,
            "hours": _hours(hours.get(queue.calendar_id), now),
        }
        for queue in queues
    ]


def _hours(hours: Hours | None, now: datetime) -> dict[str, Any] | None:
    """Whether the queue is open, and when it opens otherwise; None: it always is."""
    if hours is None:
        return None
    open_now = is_open(hours, now)
    return {"is_open": open_now, "opens_ts": None if open_now else milliseconds(next_opening(hours, now))}


def _agents(asks: Agent, own: frozenset[UUID] | None) -> list[dict[str, Any]]:
    team = Agent.objects.filter(is_active=True)
    if own is not None:
        team = team.filter(Q(pk=asks.pk) | Q(membership__queue_id__in=own)).distinct()
    load = loads()
    return [
        {
            "id": str(agent.pk),
            "name": agent.display_name,
            "role": agent.role,
            "availability": agent.effective_availability,
            "since_ts": milliseconds(agent.availability_since or agent.absent_since),
            "load": load.get(agent.pk, 0),
            "capacity": agent.capacity,
        }
        for agent in team
    ]


class Median(Aggregate):
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _today(agent: Agent, own: frozenset[UUID] | None, start: datetime) -> dict[str, Any]:
    mine = agent_conversations(agent).order_by()
    opened = mine.filter(created_at__gte=start).aggregate(
        count=Count("pk"), first_response=Median(F("first_reply_at") - F("created_at"))
    )
    # Closing is activity: the index of closed ones by activity finds them, those that are archived already too.
    closed = mine.filter(status=Conversation.Status.CLOSED, active_at__gte=start, closed_at__gte=start)
    ratings = Rating.objects.filter(created_at__gte=start)
    missed = SlaTarget.objects.filter(breached_at__gte=start)
    if own is not None:
        ratings, missed = ratings.filter(queue_id__in=own), missed.filter(queue_id__in=own)
    rated = ratings.order_by().aggregate(mean=Avg("score"), count=Count("pk"))
    first: timedelta | None = opened["first_response"]
    return {
        "opened": opened["count"],
        "closed": closed.count(),
        "first_response_seconds": None if first is None else round(first.total_seconds(), 1),
        "csat": {"mean": None if rated["mean"] is None else round(rated["mean"], 2), "count": rated["count"]},
        "missed_deadlines": missed.count(),
    }


def _conversations(open_ones: QuerySet[Conversation]) -> dict[str, Any]:
    """Those that wait, longest first, then those whose visitor waits for a reply; who sleeps comes last. The list ends
    at MAX_LISTED."""
    asleep = F("snoozed_until").asc(nulls_first=True)
    order = (
        asleep,
        F("waiting_since").asc(nulls_last=True),
        F("awaiting_reply_since").asc(nulls_last=True),
        "-active_at",
    )
    rows = list(open_ones.select_related("visitor").order_by(*order)[: MAX_LISTED + 1])
    return {"conversations": [_line(row) for row in rows[:MAX_LISTED]], "more": len(rows) > MAX_LISTED}


def _line(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.pk),
        "status": conversation.status,
        "visitor": {"id": str(conversation.visitor_id), "name": conversation.visitor.name},
        "queue": _reference(conversation.queue_id, conversation.queue_name),
        "agent": _reference(conversation.assignee_id, conversation.assignee_name),
        "priority": conversation.priority,
        "left_message": conversation.left_message,
        "text": conversation.last_message_preview,
        "waiting_since_ts": milliseconds(conversation.waiting_since),
        "awaiting_since_ts": milliseconds(conversation.awaiting_reply_since),
        "reply_due_ts": milliseconds(conversation.reply_due_at),
        "snoozed_until_ts": milliseconds(conversation.snoozed_until),
    }


def _reference(pk: UUID | None, name: str) -> dict[str, str] | None:
    return {"id": str(pk), "name": name} if pk else None
