"""Any sequence of what can happen to conversations and agents: what must hold then, holds.

The rules, each a real verb on real tables, are in tests/routing/life/.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from agents.models import Agent, Assignment
from chat.events import milliseconds
from chat.message_log.append import preview_of
from chat.models import Conversation, Message
from tests.routing.life.desk import Desk
from tests.routing.life.keep import Keep, frames_of
from tests.routing.life.stage import entries_of
from tests.routing.life.talk import Talk
from tests.routing.life.told import Told, told_by

AS_TOLD = ("status", "close_reason", "closed_at", "priority", "awaiting_reply_since", "first_reply_at")
AS_TOLD += ("left_message", "rating", "active_at")


class Life(Desk, Talk, Keep):
    @invariant()
    def what_must_hold(self) -> None:
        if not hasattr(self, "archived"):
            return
        rows = self.conversations()
        assignments_agree(rows)
        self.routing_passed_no_capacity()
        for row in rows:
            entries = entries_of(row)
            assert [entry.seq for entry in entries] == list(range(1, row.last_seq + 1))
            row_agrees(row, told_by(entries, self.undone))
            last_message_agrees(row, entries)
            marks_agree(row)
        self.what_was_recalled_is_nowhere(rows)
        for row in rows:
            assert (row.archived_at is not None) == (row.pk in self.archived)
            if row.archived_at is not None:
                assert row.status == "closed"
                assert frames_of(row) == self.archived[row.pk]

    def routing_passed_no_capacity(self) -> None:
        for one in Assignment.objects.filter(reasons__by="routing").exclude(pk__in=self.checked):
            chosen = one.reasons["agents"][0]
            assert (chosen["id"], chosen["verdict"]) == (str(one.agent_id), "chosen")
            assert chosen["availability"] == "online"
            assert chosen["load"] < chosen["capacity"]
            # Looked at right after the round: no rule but routing itself ran since.
            load = Conversation.objects.filter(assignee_id=one.agent_id, status="assigned", snoozed_until=None).count()
            assert load <= Agent.objects.get(pk=one.agent_id).capacity
            self.checked.add(one.pk)

    def what_was_recalled_is_nowhere(self, rows: list[Conversation]) -> None:
        recalled = [said for said in self.said if said.is_recalled]
        for row in rows if recalled else ():
            mine = [said for said in recalled if said.message.conversation_id == row.pk]
            everything = str([entry.body for entry in entries_of(row)]) + row.last_message_preview if mine else ""
            for said in mine:
                assert not any(text in everything for text in said.texts)


def assignments_agree(rows: list[Conversation]) -> None:
    """One open assignment where somebody has it, and none elsewhere."""
    holders = Counter(Assignment.objects.filter(ended_at=None).values_list("conversation_id", "agent_id"))
    assert holders == Counter((row.pk, row.assignee_id) for row in rows if row.status == "assigned")
    assert max(Counter(row.visitor_id for row in rows if row.is_open).values(), default=1) == 1
    assert all(row.visitor.merged_into_id is None for row in rows)


def row_agrees(row: Conversation, told: Told) -> None:
    """The columns say what somebody knows who has read nothing but the log."""
    assert {name: getattr(row, name) for name in AS_TOLD} == {name: getattr(told, name) for name in AS_TOLD}
    assert milliseconds(row.snoozed_until) == told.snoozed_until
    assert [str(pk) for pk in row.tag_ids] == told.tag_ids
    assert told.queue_id in (None, str(row.queue_id))
    if row.is_open:
        assert (row.assignee_id and str(row.assignee_id)) == told.assignee_id
    if row.status == "waiting":
        assert row.assignee_name == ""
        assert row.waiting_since is not None
        assert row.queued_at is not None
        assert row.waiting_since <= row.queued_at
    else:
        assert (row.waiting_since, row.queued_at) == (None, None)


def last_message_agrees(row: Conversation, entries: list[Message]) -> None:
    """Lists show the last message that was not taken back."""
    said: list[Any] = [one for one in entries if one.event == "message.created" and "recalled" not in one.body]
    last = said[-1] if said else None
    expected = (preview_of(last.body), last.author_kind, last.author_name) if last else ("", "", "")
    assert (row.last_message_preview, row.last_author_kind, row.last_author_name) == expected
    assert row.last_message_at == (last.created_at if last else None)


def marks_agree(row: Conversation) -> None:
    assert 0 <= row.visitor_read_seq <= row.last_seq
    assert 0 <= row.agent_read_seq <= row.last_seq
    assert row.is_open or row.unread_count == 0


@pytest.mark.slow
def test_whatever_happens(team):
    Life.team = team
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
