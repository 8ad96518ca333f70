"""What agents, routing and time do to conversations."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from agents.assignments import release_conversation, take_conversation, transfer_conversation
from agents.authors import author_of
from agents.inbox.bulk import Step, do_steps, read_steps
from agents.models import Agent, Queue
from agents.routing.overflow import sweep_overflow
from agents.routing.route import route_waiting
from agents.routing.silent import sweep_silent
from agents.take_back import sweep_take_back
from agents.waiting.returning import sweep_returned
from chat.authors import SYSTEM
from chat.conversations import close_conversation, reopen_conversation
from chat.marks import set_priority, snooze_conversation, sweep_snoozed, tag_conversation, wake_conversation
from chat.models import Conversation, Message
from tests.routing.life.stage import Stage, small, which

# What is the same again when a closing was undone.
UNDONE = ("status", "assignee_id", "queue_id", "tag_ids", "priority", "awaiting_reply_since", "waiting_since")
UNDONE += ("queued_at", "left_message", "rating", "unread_count")


class Desk(Stage):
    @rule()
    def route(self) -> None:
        route_waiting(self.now)

    @rule(number=which, agent=small)
    def take(self, number: int, agent: int) -> None:
        self.act_on(number, lambda row: take_conversation(row.pk, agent=self.agents[agent], now=self.now))

    @rule(number=which, agent=small)
    def release(self, number: int, agent: int) -> None:
        self.act_on(number, lambda row: release_conversation(row.pk, agent=self.agents[agent], now=self.now))

    @rule(number=which, agent=small, to_queue=st.booleans(), note=st.sampled_from(["", "Yours."]))
    def transfer(self, number: int, agent: int, to_queue: bool, note: str) -> None:
        target: dict[str, Any] = {"queue": self.second} if to_queue else {"agent": self.agents[agent]}
        self.act_on(
            number,
            lambda row: transfer_conversation(row.pk, by=self.agents[0], note=note, now=self.now, **target),
        )

    @rule(number=which)
    def close(self, number: int) -> None:
        self.act_on(number, lambda row: close_conversation(row.pk, by=SYSTEM, reason="agent", now=self.now))

    @rule(number=which)
    def reopen(self, number: int) -> None:
        self.act_on(number, lambda row: reopen_conversation(row.pk, by=SYSTEM, now=self.now))

    @rule(number=which)
    def close_and_undo(self, number: int) -> None:
        row = self.pick(number)
        if row is None or not row.is_open:
            return
        (closed,) = self.do(Step(conversation=row.pk, action="close"))
        again = self.do(*read_steps({"steps": closed["undo"]}))
        reopened = Message.objects.filter(conversation=row, event="conversation.reopened").latest("seq")
        self.undone.add(reopened.pk)
        fresh = Conversation.objects.get(pk=row.pk)
        assert not [one for one in again if "code" in one]
        if row.assignee_id in {None, *Agent.objects.filter(is_active=True).values_list("pk", flat=True)}:
            assert [getattr(fresh, name) for name in UNDONE] == [getattr(row, name) for name in UNDONE]
        else:
            assert fresh.status == "waiting"
        sleeps_on = row.snoozed_until is not None and row.snoozed_until > self.now
        assert fresh.snoozed_until == (row.snoozed_until if sleeps_on else None)

    def do(self, *steps: Step) -> list[dict[str, Any]]:
        return do_steps(steps, agent=self.agents[0], now=self.now)

    @rule(number=which, seconds=st.integers(-1, 100))
    def snooze(self, number: int, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        self.act_on(number, lambda row: snooze_conversation(row.pk, until, by=author_of(self.agents[0]), now=self.now))

    @rule(number=which)
    def wake(self, number: int) -> None:
        by = author_of(self.agents[0])
        self.act_on(number, lambda row: wake_conversation(row.pk, by=by, reason="agent", now=self.now))

    @rule(number=which, add=st.sets(small), remove=st.sets(small))
    def tag(self, number: int, add: set[int], remove: set[int]) -> None:
        on, off = ([self.tags[one].pk for one in which] for which in (add, remove))
        by = author_of(self.agents[1])
        self.act_on(number, lambda row: tag_conversation(row.pk, add=on, remove=off, by=by, now=self.now))

    @rule(number=which, priority=st.integers(1, 4))
    def prioritise(self, number: int, priority: int) -> None:
        by = author_of(self.agents[1])
        self.act_on(number, lambda row: set_priority(row.pk, priority, by=by, now=self.now))

    @rule(agent=small, present=st.booleans(), availability=st.sampled_from(["online", "away"]))
    def come_or_go(self, agent: int, present: bool, availability: str) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(
            is_present=present, absent_since=None if present else self.now, availability=availability
        )

    @rule(agent=small, capacity=small, is_active=st.booleans())
    def change_agent(self, agent: int, capacity: int, is_active: bool) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(capacity=capacity, is_active=is_active)

    @rule(capacity=st.none() | small, strategy=st.sampled_from(Queue.Strategy.values))
    def change_queue(self, capacity: int | None, strategy: str) -> None:
        Queue.objects.filter(pk=self.first.pk).update(capacity=capacity, strategy=strategy)

    @rule(seconds=st.sampled_from([1, 5, 15, 60, 130, 700]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        self.sweep_all()

    @rule()
    def sweeping_twice_changes_nothing(self) -> None:
        self.sweep_all()
        route_waiting(self.now)
        before = self.picture()
        assert sweep_snoozed(self.now) == sweep_returned(self.now) == sweep_silent(self.now) == 0
        assert sweep_take_back(self.now) == route_waiting(self.now) == 0
        assert self.picture() == before

    def sweep_all(self) -> None:
        for sweep in (sweep_snoozed, sweep_returned, sweep_overflow, sweep_silent, sweep_take_back):
            sweep(self.now)
