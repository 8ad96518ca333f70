"""Any sequence of what can happen to conversations and agents: what must hold then, holds."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agents.assignments import AlreadyTaken, release_conversation, take_conversation, transfer_conversation
from agents.authors import author_of
from agents.models import Agent, Assignment, Queue
from agents.routing.overflow import sweep_overflow
from agents.routing.route import route_waiting
from agents.routing.silent import sweep_silent
from agents.take_back import sweep_take_back
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation, reopen_conversation
from chat.errors import ConversationClosed, Forbidden
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import Conversation, Message, Visitor
from chat.placement import Place
from tenants.ids import new_id
from tests.routing.conftest import Team

REFUSALS = (AlreadyTaken, ConversationClosed, Forbidden)
small = st.integers(0, 2)


class Life(RuleBasedStateMachine):
    """Two queues, the first overflows into the second, three agents; time only goes on."""

    team: Team

    @initialize()
    def begin(self) -> None:
        self.now = self.team.now
        self.second = self.team.queue("Second", relax_after_seconds=600)
        self.first = self.team.queue(
            "First", overflow_queue=self.second, overflow_after_seconds=60, silent_seconds=90, sticky_seconds=20
        )
        self.agents = [self.team.agent(name, self.first, self.second, capacity=1) for name in ("Amy", "Bo", "Cy")]
        self.visitors = [Visitor.objects.create(name=f"V{number}") for number in range(4)]
        # Loads that routing itself has seen under each agent's capacity, by assignment.
        self.checked: set[Any] = set()

    def teardown(self) -> None:
        if not hasattr(self, "agents"):
            return
        ids = list(Conversation.objects.values_list("pk", flat=True))
        Assignment.objects.filter(conversation__in=ids).delete()
        Message.objects.filter(conversation__in=ids).delete()
        Conversation.objects.filter(pk__in=ids).delete()
        self.team.dissolve()
        self.team.made.clear()

    def conversations(self, **columns: Any) -> list[Conversation]:
        return list(Conversation.objects.filter(**columns).order_by("created_at", "pk"))

    def pick(self, number: int, **columns: Any) -> Conversation | None:
        rows = self.conversations(**columns)
        return rows[number % len(rows)] if rows else None

    # ---- what can happen ----

    @rule(visitor=st.integers(0, 3), second=st.booleans())
    def open(self, visitor: int, second: bool) -> None:
        queue = self.second if second else self.first
        open_conversation(self.visitors[visitor], place=Place(queue.pk, queue.name), now=self.now)

    @rule(number=small)
    def visitor_writes(self, number: int) -> None:
        if row := self.pick(number):
            draft = MessageDraft(new_id(), text="Hello?")
            visitor = Visitor.objects.get(pk=row.visitor_id)
            post_visitor_message(visitor, conversation_id=row.pk, widget=None, draft=draft, now=self.now)

    @rule(number=small)
    def agent_answers(self, number: int) -> None:
        if row := self.pick(number, status="assigned"):
            agent = Agent.objects.get(pk=row.assignee_id)
            post_message(row.pk, author=author_of(agent), draft=MessageDraft(new_id(), text="Here."), now=self.now)

    @rule()
    def route(self) -> None:
        route_waiting(self.now)

    @rule(number=small, agent=small)
    def take(self, number: int, agent: int) -> None:
        self.attempt(lambda row: take_conversation(row.pk, agent=self.agents[agent], now=self.now), number)

    @rule(number=small, agent=small)
    def release(self, number: int, agent: int) -> None:
        self.attempt(lambda row: release_conversation(row.pk, agent=self.agents[agent], now=self.now), number)

    @rule(number=small, agent=small, to_queue=st.booleans())
    def transfer(self, number: int, agent: int, to_queue: bool) -> None:
        target = {"queue": self.second} if to_queue else {"agent": self.agents[agent]}
        self.attempt(lambda row: transfer_conversation(row.pk, by=self.agents[0], now=self.now, **target), number)

    @rule(number=small)
    def close(self, number: int) -> None:
        self.attempt(lambda row: close_conversation(row.pk, by=SYSTEM, reason="agent", now=self.now), number)

    @rule(number=small)
    def reopen(self, number: int) -> None:
        self.attempt(lambda row: reopen_conversation(row.pk, by=SYSTEM, now=self.now), number)

    @rule(number=small, until=st.none() | st.integers(1, 100))
    def snooze(self, number: int, until: int | None) -> None:
        if (row := self.pick(number)) and row.is_open:
            later = self.now + timedelta(seconds=until) if until else None
            Conversation.objects.filter(pk=row.pk).update(snoozed_until=later)

    @rule(agent=small, present=st.booleans(), availability=st.sampled_from(["online", "away"]))
    def come_or_go(self, agent: int, present: bool, availability: str) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(
            is_present=present, absent_since=None if present else self.now, availability=availability
        )

    @rule(agent=small, capacity=small)
    def change_capacity(self, agent: int, capacity: int) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(capacity=capacity)

    @rule(capacity=st.none() | small, strategy=st.sampled_from(Queue.Strategy.values))
    def change_queue(self, capacity: int | None, strategy: str) -> None:
        Queue.objects.filter(pk=self.first.pk).update(capacity=capacity, strategy=strategy)

    @rule(seconds=st.sampled_from([1, 15, 60, 130, 700]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        sweep_overflow(self.now)
        sweep_silent(self.now)
        sweep_take_back(self.now)

    @precondition(lambda self: hasattr(self, "agents"))
    @rule()
    def sweeping_twice_changes_nothing(self) -> None:
        self.sweep()
        route_waiting(self.now)
        before = self.picture()
        assert sweep_silent(self.now) == sweep_take_back(self.now) == route_waiting(self.now) == 0
        assert self.picture() == before

    def attempt(self, act: Any, number: int) -> None:
        if row := self.pick(number):
            with suppress(*REFUSALS):
                act(row)

    def picture(self) -> list[Any]:
        return list(Conversation.objects.order_by("pk").values_list("pk", "status", "assignee_id", "last_seq"))

    # ---- what must hold ----

    @invariant()
    def one_open_assignment_where_assigned_and_none_elsewhere(self) -> None:
        if not hasattr(self, "agents"):
            return
        holders = Counter(Assignment.objects.filter(ended_at=None).values_list("conversation_id", "agent_id"))
        expected = Counter((row.pk, row.assignee_id) for row in self.conversations(status="assigned"))
        assert holders == expected
        for row in self.conversations(status="waiting"):
            assert (row.assignee_id, row.assignee_name) == (None, "")
            assert row.waiting_since is not None
            assert row.queued_at is not None
            assert row.waiting_since <= row.queued_at <= self.now

    @invariant()
    def routing_passed_no_capacity(self) -> None:
        if not hasattr(self, "agents"):
            return
        for one in Assignment.objects.filter(reasons__by="routing").exclude(pk__in=self.checked):
            chosen = one.reasons["agents"][0]
            assert (chosen["id"], chosen["verdict"]) == (str(one.agent_id), "chosen")
            assert chosen["availability"] == "online"
            assert chosen["load"] < chosen["capacity"]
            # Looked at right after the round: no rule but routing itself ran since.
            load = Conversation.objects.filter(assignee_id=one.agent_id, status="assigned", snoozed_until=None).count()
            assert load <= Agent.objects.get(pk=one.agent_id).capacity
            self.checked.add(one.pk)

    @invariant()
    def logs_have_no_holes_and_tell_the_row(self) -> None:
        if not hasattr(self, "agents"):
            return
        for row in self.conversations():
            entries = list(Message.objects.filter(conversation=row).order_by("seq"))
            assert [entry.seq for entry in entries] == list(range(1, row.last_seq + 1))
            assert told_by(entries) == (row.status, row.assignee_id and str(row.assignee_id) if row.is_open else None)
            queues = [
                entry.body["to"]["queue"]["id"]
                for entry in entries
                if entry.event == "conversation.transferred" and entry.body["to"].get("queue")
            ]
            if queues:
                assert str(row.queue_id) == queues[-1]


def told_by(entries: list[Message]) -> tuple[str, str | None]:
    """Status and agent as somebody knows them who has read nothing but the log."""
    status, agent = "waiting", None
    for entry in entries:
        name, body = entry.event.removeprefix("conversation."), entry.body
        if name in ("created", "reopened", "released"):
            status, agent = "waiting", None
        elif name == "assigned":
            status, agent = "assigned", body["agent"]["id"]
        elif name == "transferred":
            target = body["to"].get("agent")
            status, agent = ("assigned", target["id"]) if target else ("waiting", None)
        elif name == "closed":
            status, agent = "closed", None
    return status, agent


@pytest.mark.slow
def test_whatever_happens(team):
    Life.team = team
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
