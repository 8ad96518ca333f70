"""A past day as the simulator needs it: who began to wait when, how long they were talked to, who was there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import cast
from uuid import UUID

from django.utils import timezone

from agents.models import Assignment, Queue, Skill
from agents.routing.facts import Desk, Waiting
from agents.routing.read import read_desk
from agents.routing.simulate import AgentDay, Arrival, Outcome, Shift
from chat.models import Conversation

# A longer day is cut: what it says about rules it says with so many as well.
MAX_ARRIVALS = 20_000
STICKY_DAYS = 90
DEFAULT_HANDLING_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Past:
    """One day. `as_it_was` is what really happened, in the simulator's terms."""

    arrivals: Sequence[Arrival]
    shifts: Sequence[Shift]
    desk: Desk
    until: float
    as_it_was: Outcome
    queue_names: Mapping[UUID, str]
    skill_names: Mapping[UUID, str]
    cut: bool = False


@dataclass(slots=True)
class Had:
    agent_id: UUID
    start: float
    end: float
    queue_id: UUID | None


def read_day(day: date, now: datetime) -> Past:
    """Read the conversations that were opened on this day (of the installation's time zone) in the current brand."""
    start = timezone.make_aware(datetime.combine(day, time()))
    end = min(start + timedelta(days=1), now)
    desk = read_desk(now)
    opened = Conversation.objects.filter(created_at__gte=start, created_at__lt=end).order_by("created_at", "pk")
    rows = list(opened[: MAX_ARRIVALS + 1])
    held = _read_held([row.pk for row in rows], now)
    former = _read_former({row.visitor_id for row in rows}, start, end)
    usual = _usual_handling(held)
    arrivals = [_arrival(row, held.get(row.pk, []), former, desk, usual) for row in rows[:MAX_ARRIVALS]]
    return Past(
        arrivals,
        _shifts(held, end.timestamp()),
        desk,
        end.timestamp(),
        _as_it_was(arrivals, held, desk),
        dict(Queue.objects.values_list("pk", "name")),
        dict(Skill.objects.values_list("pk", "name")),
        cut=len(rows) > MAX_ARRIVALS,
    )


def _arrival(
    row: Conversation, had: list[Had], former: Mapping[UUID, list[tuple[float, UUID]]], desk: Desk, usual: float
) -> Arrival:
    at = row.created_at.timestamp()
    # Transfers changed the queue afterwards: the first assignment knows where it came in.
    queue_id = next((one.queue_id for one in had if one.queue_id), row.queue_id)
    before = [agent for moment, agent in former.get(row.visitor_id, []) if moment < at]
    waiting = Waiting(
        row.pk,
        queue_id if queue_id and queue_id in desk.rules else cast("UUID", desk.default_queue_id),
        at,
        at,
        row.language,
        frozenset(row.skill_ids),
        row.priority,
        row.left_message,
        before[-1] if before else None,
    )
    handling = sum(one.end - one.start for one in had) or usual
    if not had:
        return Arrival(waiting, handling)
    return Arrival(waiting, handling, taken_by=had[0].agent_id, taken_after=had[0].start - at)


def _read_held(ids: list[UUID], now: datetime) -> dict[UUID, list[Had]]:
    found: dict[UUID, list[Had]] = defaultdict(list)
    rows = Assignment.objects.filter(conversation_id__in=ids).order_by("started_at")
    columns = ("conversation_id", "agent_id", "started_at", "ended_at", "queue_id")
    for conversation_id, agent_id, start, end, queue_id in rows.values_list(*columns):
        found[conversation_id].append(Had(agent_id, start.timestamp(), (end or now).timestamp(), queue_id))
    return found


def _read_former(visitors: set[UUID], start: datetime, end: datetime) -> dict[UUID, list[tuple[float, UUID]]]:
    """Whom the visitors of the day had had, and when."""
    found: dict[UUID, list[tuple[float, UUID]]] = defaultdict(list)
    rows = Assignment.objects.filter(
        conversation__visitor_id__in=visitors, started_at__gte=start - timedelta(days=STICKY_DAYS), started_at__lt=end
    ).order_by("started_at")
    for visitor_id, moment, agent_id in rows.values_list("conversation__visitor_id", "started_at", "agent_id"):
        found[visitor_id].append((moment.timestamp(), agent_id))
    return found


def _usual_handling(held: Mapping[UUID, list[Had]]) -> float:
    """What a conversation that nobody had would have taken: as long as half of the others."""
    totals = [sum(one.end - one.start for one in had) for had in held.values()]
    return median(totals) if totals else DEFAULT_HANDLING_SECONDS


def _shifts(held: Mapping[UUID, list[Had]], until: float) -> list[Shift]:
    """Presence of the past is not kept: who had conversations was there from the first one to the end of the last."""
    spans: dict[UUID, tuple[float, float]] = {}
    for had in held.values():
        for one in had:
            start, end = spans.get(one.agent_id, (one.start, one.end))
            spans[one.agent_id] = min(start, one.start), max(end, one.end)
    return [Shift(pk, start, min(end, until)) for pk, (start, end) in spans.items()]


def _as_it_was(arrivals: Sequence[Arrival], held: Mapping[UUID, list[Had]], desk: Desk) -> Outcome:
    outcome = Outcome(agents={agent.id: AgentDay(agent.name) for agent in desk.agents.values()}, offered=None)
    changes: dict[UUID, list[tuple[float, int]]] = defaultdict(list)
    for arrival in arrivals:
        if arrival.taken_by is None:
            outcome.unserved += 1
            continue
        outcome.waits.append(arrival.taken_after)
        outcome.waits_by_queue[arrival.waiting.queue_id].append(arrival.taken_after)
        for one in held.get(arrival.waiting.id, []):
            if one.agent_id in outcome.agents:
                of_agent = outcome.agents[one.agent_id]
                of_agent.conversations += 1
                of_agent.busy_seconds += one.end - one.start
                changes[one.agent_id] += [(one.start, 1), (one.end, -1)]
    for agent_id, moments in changes.items():
        load = 0
        for _moment, step in sorted(moments):
            load += step
            outcome.agents[agent_id].most_at_once = max(outcome.agents[agent_id].most_at_once, load)
    return outcome
