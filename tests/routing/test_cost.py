"""What a decision costs: pages of the database, which no busy machine changes."""

from datetime import timedelta

from agents.models import Agent, Assignment
from agents.routing.read import read_desk, read_waiting
from agents.routing.route import _choose_in_order
from chat.models import Conversation, Visitor
from tests.plans import pages, plans_of

CLOSED = 6000


def test_it_does_not_grow_with_what_is_closed(team, now):
    queue = team.queue(sticky_seconds=60, fair_share_count=3, fair_share_minutes=10)
    amy = team.agent("Amy", queue, capacity=5)
    for _ in range(3):
        team.waits(queue)
    before = pages_of_a_decision(now)
    add_closed(amy, queue, now)
    after = pages_of_a_decision(now)
    # An index over more rows is a level or two deeper; a table that is read through would be hundreds of pages.
    assert after <= before + 40, (before, after)


def add_closed(agent: Agent, queue, now) -> None:
    at = now - timedelta(days=2)
    visitors = Visitor.objects.bulk_create([Visitor(name="Past") for _ in range(CLOSED)])
    rows = Conversation.objects.bulk_create(
        Conversation(
            visitor=visitor, status="closed", queue_id=queue.pk, assignee_id=agent.pk,
            created_at=at, active_at=at, closed_at=at,
        )
        for visitor in visitors
    )  # fmt: skip
    Assignment.objects.bulk_create(
        Assignment(conversation=row, agent=agent, queue_id=queue.pk, started_at=at, ended_at=at, ended_reason="closed")
        for row in rows
    )


def pages_of_a_decision(now) -> int:
    def decide() -> None:
        desk = read_desk(now)
        assert _choose_in_order(read_waiting(desk), desk, now, 10, with_verdicts=False)

    return sum(pages(plan) for plan in plans_of(decide))
