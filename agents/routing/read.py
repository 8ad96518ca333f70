"""Facts from rows: a handful of grouped queries per round, however many conversations there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When

from agents.loads import taken
from agents.models import Agent, Assignment, Queue, Skill
from agents.routing.facts import MANUAL, ONLINE, AgentFacts, Desk, QueueRules, Waiting
from chat.marks import AWAKE
from chat.models import Conversation
from tenants.context import current_tenant
from tenants.models import Tenant

# A longer backlog is looked at from its front: nobody behind so many gets an agent in this round anyway.
MAX_WAITING_READ = 5000


def read_desk(now: datetime, *, only: Collection[UUID] | None = None) -> Desk:
    """Rules, agents and loads as they are committed now. To assign by it, lock agents first and give their ids as
    `only`: who came online since then is not there yet."""
    queues = list(Queue.objects.prefetch_related("skills").order_by("-is_default", "position", "name"))
    rules = {queue.pk: rules_of(queue) for queue in queues}
    agents = _read_agents()
    for agent in agents.values():
        if only is not None and agent.id not in only and agent.availability == ONLINE:
            agent.availability = Agent.Availability.OFFLINE.value
    loads = _read_loads()
    for agent_id, queue_id, count in loads:
        if agent_id in agents:
            agents[agent_id].load += count
            agents[agent_id].load_by_queue[queue_id] += count
    for agent in agents.values():
        if not agent.load and not agent.idle_since:
            agent.idle_since = now.timestamp()
    for agent_id, queue_id, count in _read_recent(rules.values(), now):
        if agent_id in agents:
            agents[agent_id].recent_by_queue[queue_id] = count
    load_by_queue: dict[UUID, int] = defaultdict(int)
    for _agent, queue_id, count in loads:
        load_by_queue[queue_id] += count
    return Desk(
        rules,
        agents,
        default_queue_id=queues[0].pk if queues else None,
        # A connection's own copy of the brand may be hours old.
        total_capacity=Tenant.objects.values_list("total_capacity", flat=True).get(pk=current_tenant().pk),
        total_load=sum(load_by_queue.values()),
        load_by_queue=load_by_queue,
    )


def rules_of(queue: Queue, skills: Iterable[Skill] | None = None) -> QueueRules:
    """`skills`: instead of those that the queue has, for one that is not saved."""
    return QueueRules(
        queue.pk,
        queue.strategy,
        queue.priority,
        queue.capacity,
        frozenset(skill.pk for skill in (queue.skills.all() if skills is None else skills)),
        queue.matches_language,
        queue.relax_after_seconds,
        queue.sticky_seconds,
        queue.fair_share_count,
        queue.fair_share_minutes,
        queue.overflow_queue_id,
        queue.overflow_after_seconds,
        queue.max_waiting_count,
        queue.max_waiting_seconds,
    )


def read_waiting(desk: Desk, ids: Collection[UUID] | None = None, *, besides: Collection[UUID] = ()) -> list[Waiting]:
    """The conversations that routing may give out (of `ids`, or all but some), roughly in order, the front first."""
    rows = routable(desk).exclude(pk__in=besides)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    columns = (
        "pk", "queue_id", "waiting_since", "queued_at", "language", "skill_ids", "priority", "left_message",
        "visitor__last_agent_id", "assigned_at",
    )  # fmt: skip
    found = list(_by_rank(rows, desk).values_list(*columns)[:MAX_WAITING_READ])
    # Most were never anybody's yet.
    gave_back = _read_gave_back([row[0] for row in found if row[-1] is not None])
    known = set(Skill.objects.values_list("pk", flat=True)) if any(row[5] for row in found) else set()
    default = desk.default_queue_id
    return [
        Waiting(
            pk,
            queue_id if queue_id in desk.rules else cast("UUID", default),
            since.timestamp(),
            (queued_at or since).timestamp(),
            language,
            # A skill that was deleted is asked for by nobody: it would be waited for in vain.
            frozenset(known.intersection(skills)),
            priority,
            left,
            last_agent,
            gave_back.get(pk, {}),
        )
        for pk, queue_id, since, queued_at, language, skills, priority, left, last_agent, _assigned_at in found
    ]


def routable(desk: Desk) -> QuerySet[Conversation]:
    """Waiting, not snoozed, and not in a queue whose agents take themselves. Unknown queues count as the default."""
    waiting = Conversation.objects.filter(AWAKE, status=Conversation.Status.WAITING, waiting_since__isnull=False)
    manual = [rules.id for rules in desk.rules.values() if rules.strategy == MANUAL]
    if desk.default_queue_id is None or desk.default_queue_id in manual:
        return waiting.filter(queue_id__in=[pk for pk in desk.rules if pk not in manual])
    return waiting.exclude(queue_id__in=manual)


def _by_rank(rows: QuerySet[Conversation], desk: Desk) -> QuerySet[Conversation]:
    whens = [When(queue_id=rules.id, then=Value(rules.priority)) for rules in desk.rules.values()]
    default = desk.rules[desk.default_queue_id].priority if desk.default_queue_id else 0
    rank = Case(*whens, default=Value(default), output_field=IntegerField())
    return rows.alias(rank=rank).order_by("left_message", "-rank", "-priority", "waiting_since", "pk")


def _read_agents() -> dict[UUID, AgentFacts]:
    there = Agent.objects.filter(is_active=True, user__is_active=True).order_by("display_name", "pk")
    rows = there.values_list(
        "pk", "display_name", "capacity", "availability", "is_present", "languages", "last_assigned_at", "idle_since"
    )
    capacities: dict[UUID, dict[UUID, int | None]] = defaultdict(dict)
    for agent_id, queue_id, capacity in Agent.queues.through.objects.values_list("agent_id", "queue_id", "capacity"):
        capacities[agent_id][queue_id] = capacity
    skills: dict[UUID, set[UUID]] = defaultdict(set)
    for agent_id, skill_id in Agent.skills.through.objects.values_list("agent_id", "skill_id"):
        skills[agent_id].add(skill_id)
    return {
        pk: AgentFacts(
            pk,
            name,
            capacity,
            Agent.seen_as(availability, is_there=is_present),
            tuple(languages),
            frozenset(skills[pk]),
            capacities[pk],
            last_assigned_at=_unix(assigned_at),
            idle_since=_unix(idle_since),
            order=order,
        )
        for order, (pk, name, capacity, availability, is_present, languages, assigned_at, idle_since) in enumerate(rows)
    }


def _read_loads() -> list[tuple[UUID, UUID, int]]:
    """Conversations by agent and queue."""
    return list(taken().values_list("assignee_id", "queue_id").annotate(count=Count("pk")))


def _read_recent(rules: Iterable[QueueRules], now: datetime) -> list[tuple[UUID, UUID, int]]:
    """New conversations by agent and queue within each queue's fair-share window: one query per length of window."""
    by_window: dict[int, list[UUID]] = defaultdict(list)
    for one in rules:
        if one.fair_share_seconds:
            by_window[one.fair_share_seconds].append(one.id)
    found: list[tuple[UUID, UUID, int]] = []
    for seconds, queue_ids in by_window.items():
        new = Assignment.objects.filter(started_at__gt=now - timedelta(seconds=seconds), queue_id__in=queue_ids)
        found += new.order_by().values_list("agent_id", "queue_id").annotate(count=Count("pk"))
    return found


def _read_gave_back(ids: list[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Who had these conversations since they wait and did not answer, or gave them away."""
    reason = Assignment.EndedReason
    words = {reason.AGENT_SILENT: "silent", reason.RELEASED: "released", reason.TRANSFERRED: "released"}
    rows = Assignment.objects.filter(
        conversation_id__in=ids, ended_reason__in=words, ended_at__gte=F("conversation__waiting_since")
    )
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    columns = "conversation_id", "agent_id", "ended_reason"
    for conversation_id, agent_id, ended_reason in rows.order_by("ended_at").values_list(*columns) if ids else ():
        found[conversation_id][agent_id] = words[reason(ended_reason)]
    return found


def _unix(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
