"""One trial: routers and people at the same conversations at the same moment, with real commits. Did one win each?"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from agents.assignments import AlreadyTaken, release_conversation, take_conversation, transfer_conversation
from agents.models import Agent, Assignment, Queue
from agents.routing.route import route_waiting
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.errors import ConversationClosed
from chat.models import Conversation, Message, Visitor
from chat.placement import Place
from tenants.context import in_tenant
from tenants.models import Tenant

THREADS = 10
# What somebody else was faster at.
REFUSALS = (AlreadyTaken, ConversationClosed)


@dataclass
class Figures:
    trials: int = 0
    routed: int = 0
    taken: int = 0
    refused: int = 0


class Racers:
    """Threads that stay, each with its own connection, and start together."""

    def __init__(self, tenant: Tenant, threads: int = THREADS) -> None:
        self.tenant, self.threads = tenant, threads
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="racer")

    def run(self, calls: list[Callable[[], Any]]) -> list[Any]:
        """Run all calls at once, at most as many as there are threads; a refusal comes back as its exception."""
        barrier = threading.Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            barrier.wait(30)
            with in_tenant(self.tenant):
                try:
                    return call()
                except REFUSALS as refusal:
                    return refusal

        return [future.result() for future in [self.pool.submit(one, call) for call in calls]]

    def close(self) -> None:
        list(self.pool.map(lambda _: connection.close(), range(self.threads * 4)))
        self.pool.shutdown()


def run_trial(racers: Racers, queue: Queue, agents: list[Agent], dice: random.Random, figures: Figures) -> None:
    """Set rules and capacities, open conversations, let everybody loose, check. `agents` have nothing before."""
    now = timezone.now()
    capacities = [dice.randint(0, 2) for _ in agents]
    with in_tenant(racers.tenant):
        queue.strategy = dice.choice(["least_loaded", "round_robin", "longest_idle"])
        queue.capacity = dice.choice([None, None, 1, 3])
        queue.save(update_fields=["strategy", "capacity"])
        for agent, capacity in zip(agents, capacities, strict=True):
            Agent.objects.filter(pk=agent.pk).update(capacity=capacity)
        visitors = Visitor.objects.bulk_create(Visitor(name=f"V{number}") for number in range(dice.randint(1, 5)))
        rows = [open_conversation(one, place=Place(queue.pk, queue.name), now=now) for one in visitors]
    people = dice.random() < 0.7
    calls: list[Callable[[], Any]] = [lambda: route_waiting(timezone.now()) for _ in range(dice.randint(2, 4))]
    if people:
        calls += [_persons_act(dice, rows, agents) for _ in range(racers.threads - len(calls))]
    results = racers.run(calls)
    figures.trials += 1
    figures.routed += sum(one for one in results if isinstance(one, int))
    figures.refused += sum(isinstance(one, REFUSALS) for one in results)
    figures.taken += sum(isinstance(one, Conversation) for one in results)
    with in_tenant(racers.tenant):
        check(rows, agents, capacities, queue, people)
        _clean(rows, now)


def _persons_act(dice: random.Random, rows: list[Conversation], agents: list[Agent]) -> Callable[[], Any]:
    row, agent, other = dice.choice(rows), dice.choice(agents), dice.choice(agents)
    act = dice.choice(["take", "take", "take", "release", "close", "transfer", "away"])
    if act == "take":
        return lambda: take_conversation(row.pk, agent=agent, now=timezone.now())
    if act == "release":
        return lambda: release_conversation(row.pk, agent=agent, now=timezone.now()) and None
    if act == "transfer":
        return lambda: transfer_conversation(row.pk, by=agent, agent=other, now=timezone.now()) and None
    if act == "away":
        return lambda: Agent.objects.filter(pk=agent.pk).update(availability="online") and None
    return lambda: close_conversation(row.pk, by=SYSTEM, reason="agent", now=timezone.now()) and None


def check(rows: list[Conversation], agents: list[Agent], capacities: list[int], queue: Queue, people: bool) -> None:
    ids = [row.pk for row in rows]
    open_ones = Assignment.objects.filter(conversation__in=ids, ended_at=None)
    ends = Counter(
        Assignment.objects.filter(conversation__in=ids, ended_at=None).values_list("conversation", flat=True)
    )
    for row in Conversation.objects.filter(pk__in=ids):
        assert ends[row.pk] == (1 if row.status == "assigned" else 0), (row.status, ends[row.pk])
        seqs = list(Message.objects.filter(conversation=row).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, row.last_seq + 1)), seqs
        if row.status == "assigned":
            holder = Assignment.objects.get(conversation=row, ended_at=None)
            assert holder.agent_id == row.assignee_id
    limits = dict(zip([agent.pk for agent in agents], capacities, strict=True))
    routed = [one for one in open_ones if one.reasons["by"] == "routing"]
    for one in Assignment.objects.filter(conversation__in=ids):
        if one.reasons["by"] == "routing":
            chosen = one.reasons["agents"][0]
            assert chosen["load"] < limits[one.agent_id], "routing passed a capacity"
    for agent_id, count in Counter(one.agent_id for one in routed).items():
        assert count <= limits[agent_id]
    if queue.capacity is not None:
        assert len(routed) <= queue.capacity
    if not people:
        everybody = sum(capacities) if queue.capacity is None else min(sum(capacities), queue.capacity)
        assert len(routed) == min(len(rows), everybody), "somebody waits though there is room"


def _clean(rows: list[Conversation], now: datetime) -> None:
    ids = [row.pk for row in rows]
    Assignment.objects.filter(conversation__in=ids).delete()
    Message.objects.filter(conversation__in=ids).delete()
    Conversation.objects.filter(pk__in=ids).delete()
    Visitor.objects.filter(pk__in=[row.visitor_id for row in rows]).delete()
