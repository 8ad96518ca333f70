"""routing: 1 000 waiting conversations and 200 agents, decided and written; and again over a long past."""

import time
from datetime import timedelta
from statistics import median
from typing import Any

from benchmarks.cost import cpu_of
from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant

WAITING, AGENTS, ROUNDS = 1_000, 200, 5
SLUG = "bench-routing"


def routing(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """Figures of one process; what is published goes to a Redis that nobody listens to."""
    from django.utils import timezone

    from tenants.context import in_tenant
    from tenants.provisioning import create_brand

    brand = create_brand(slug=SLUG, name="Routing", domains=[f"{SLUG}.localhost"], now=timezone.now())
    with in_tenant(brand):
        step("routing: agents and conversations")
        _furnish()
        fresh = [_round(step, number) for number in range(ROUNDS)]
        past = plan.messages // 20
        step(f"routing: a past of {past:,} closed conversations")
        _add_past(past)
        old = [_round(step, number) for number in range(ROUNDS)]
    return {
        "decide_ms": round(median(one["decide"] for one in fresh)),
        "route_ms": round(median(one["route"] for one in fresh)),
        "cpu_ms": round(median(one["cpu"] for one in fresh)),
        "database_cpu_ms": round(median(one["database"] for one in fresh)),
        "routed": fresh[0]["routed"],
        "past": past,
        "decide_old_ms": round(median(one["decide"] for one in old)),
        "route_old_ms": round(median(one["route"] for one in old)),
        "cpu_old_ms": round(median(one["cpu"] for one in old)),
        "database_cpu_old_ms": round(median(one["database"] for one in old)),
    }


def _furnish() -> None:
    from django.utils import timezone

    from agents.models import Agent, Membership, Queue
    from chat.models import Visitor
    from tenants.context import in_public
    from tenants.models import User

    now = timezone.now()
    Queue.objects.update(strategy="least_loaded")
    queues = [Queue.objects.get()] + [Queue.objects.create(name=f"Q{n}", strategy="least_loaded") for n in range(3)]
    users = [User(email=f"r{n}@routing.example", name=f"R{n}", password="!", created_at=now) for n in range(AGENTS)]
    with in_public():
        User.objects.bulk_create(users)
    languages = (["en"], ["zh-hans"], ["en", "zh-hans"], [])
    agents = Agent.objects.bulk_create(
        Agent(user=user, display_name=user.name, capacity=8, is_present=True, languages=languages[number % 4])
        for number, user in enumerate(users)
    )
    Membership.objects.bulk_create(
        Membership(agent=agent, queue=queues[(number + step) % 4])
        for number, agent in enumerate(agents)
        for step in (0, 1)
    )
    Visitor.objects.bulk_create(Visitor(name=f"W{n}", locale=("en", "zh-hans")[n % 2]) for n in range(WAITING))


def _round(step: Step, number: int) -> dict[str, float]:
    """All visitors wait; they are given out; everything is closed again. Milliseconds."""
    from django.utils import timezone

    from agents.models import Assignment, Queue
    from agents.routing.read import read_desk, read_waiting
    from agents.routing.route import _choose_in_order, route_waiting
    from chat.models import Conversation, Visitor

    step(f"routing: round {number + 1} of {ROUNDS}")
    now, queues = timezone.now(), list(Queue.objects.order_by("name"))
    Conversation.objects.bulk_create(
        Conversation(
            visitor=visitor,
            queue_id=queues[at % len(queues)].pk,
            queue_name=queues[at % len(queues)].name,
            language=visitor.locale,
            waiting_since=now,
            queued_at=now,
        )
        for at, visitor in enumerate(Visitor.objects.filter(name__startswith="W"))
    )
    began = time.perf_counter()
    desk = read_desk(now)
    _choose_in_order(read_waiting(desk), desk, now, WAITING)
    decided, cpu, database = time.perf_counter(), time.process_time(), _database_cpu()
    routed = route_waiting(now, limit=WAITING)
    written, cpu, database = time.perf_counter(), time.process_time() - cpu, _database_cpu() - database
    Assignment.objects.filter(ended_at=None).update(ended_at=now, ended_reason="closed")
    Conversation.objects.exclude(status="closed").update(status="closed", assignee_id=None, closed_at=now)
    return {
        "decide": (decided - began) * 1000,
        "route": (written - decided) * 1000,
        "cpu": cpu * 1000,
        "database": database * 1000,
        "routed": routed,
    }


def _database_cpu() -> float:
    """Seconds of CPU that the process behind our connection has used. It runs on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return cpu_of(pid)


def _add_past(count: int) -> None:
    """Closed conversations of the last month, each of which somebody had."""
    from django.db import connection
    from django.utils import timezone

    from agents.models import Agent, Assignment
    from chat.models import Conversation, Visitor

    now = timezone.now()
    visitors = list(Visitor.objects.filter(name__startswith="W").values_list("pk", flat=True))
    agents = list(Agent.objects.values_list("pk", flat=True))
    for start in range(0, count, 5_000):
        moments = [now - timedelta(seconds=3600 + 40 * n) for n in range(start, min(start + 5_000, count))]
        rows = Conversation.objects.bulk_create(
            Conversation(
                visitor_id=visitors[n % len(visitors)], status="closed", created_at=at, active_at=at, closed_at=at
            )
            for n, at in enumerate(moments)
        )
        Assignment.objects.bulk_create(
            Assignment(conversation=row, agent_id=agents[n % len(agents)], started_at=at, ended_at=at)
            for n, (row, at) in enumerate(zip(rows, moments, strict=True))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
