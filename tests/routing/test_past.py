"""Reading a past day, and trying rules on it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agents.assignments import take_conversation
from agents.models import Assignment
from agents.routing.changes import parse_settings
from agents.routing.past import read_day
from agents.routing.trial import try_change, written
from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.models import Conversation, Visitor

DAY = date(2026, 11, 24)
TODAY = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def at(minutes):
    return datetime(2026, 11, 24, 10, 0, tzinfo=UTC) + timedelta(minutes=minutes)


@pytest.fixture
def yesterday(team):
    """Four came within four minutes. Amy took one after the other, ten minutes each; Bo took one, late."""
    queue = team.queue(strategy="manual")
    amy, bo = team.agent("Amy", queue, capacity=1), team.agent("Bo", queue, capacity=1)
    takes = [(0, amy, 2, 12), (1, amy, 12, 22), (2, amy, 22, 32), (3, bo, 10, 20)]
    for came, agent, taken, closed in takes:
        conversation = team.waits(queue, at=at(came))
        Conversation.objects.filter(pk=conversation.pk).update(created_at=at(came))
        take_conversation(conversation.pk, agent=agent, now=at(taken))
        close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=at(closed))
    return queue, amy, bo


def test_what_the_day_was(yesterday, team):
    queue, amy, bo = yesterday
    past = read_day(DAY, TODAY)
    assert [one.handling_seconds for one in past.arrivals] == [600.0] * 4
    assert {one.waiting.queue_id for one in past.arrivals} == {queue.pk}
    assert sorted(past.as_it_was.waits) == [120.0, 420.0, 660.0, 1200.0]
    spans = {shift.agent_id: (shift.start, shift.end) for shift in past.shifts}
    assert spans == {
        amy.pk: (at(2).timestamp(), at(32).timestamp()),
        bo.pk: (at(10).timestamp(), at(20).timestamp()),
    }
    assert past.as_it_was.agents[amy.pk].most_at_once == 1
    assert read_day(DAY - timedelta(days=1), TODAY).arrivals == []


def test_other_rules_beside_it(yesterday):
    queue, *_ = yesterday
    before = list(Assignment.objects.values()), list(Conversation.objects.values())
    trial = try_change(DAY, written(parse_settings([f"{queue.name}.strategy=least_loaded"])), TODAY)
    assert trial.arrivals == 4
    # By hand it goes as it went.
    assert trial.columns["now"]["mean"] == trial.columns["as_it_was"]["mean"] == 600.0
    # Amy from minute 2, Bo from 10 to 20: 0 -> Amy at 2, 1 -> Bo at 10, 2 -> Amy at 12, 3 -> Amy at 22.
    changed = trial.columns["changed"]
    assert (changed["served"], changed["longest"]) == (4, 1140.0)
    assert changed["mean"] == (120 + 540 + 600 + 1140) / 4
    assert {one["name"]: one["conversations"] for one in changed["agents"] if one["conversations"]} == {
        "Amy": 3,
        "Bo": 1,
    }
    assert before == (list(Assignment.objects.values()), list(Conversation.objects.values())), "nothing is written"


def test_who_was_never_answered_takes_as_long_as_others(yesterday, team):
    queue, *_ = yesterday
    lost = team.waits(queue, visitor=Visitor.objects.create(name="Lost"), at=at(5))
    Conversation.objects.filter(pk=lost.pk).update(created_at=at(5))
    past = read_day(DAY, TODAY)
    assert past.as_it_was.unserved == 1
    assert {one.handling_seconds for one in past.arrivals} == {600.0}


def test_the_agent_of_last_time_is_the_one_before_that_moment(team, now):
    queue = team.queue(strategy="manual")
    amy, bo = team.agent("Amy", queue), team.agent("Bo", queue)
    vera = Visitor.objects.create(name="Vera")
    for minutes, agent in ((-3000, amy), (0, bo), (100, amy)):
        conversation = team.waits(queue, visitor=vera, at=at(minutes))
        Conversation.objects.filter(pk=conversation.pk).update(created_at=at(minutes))
        take_conversation(conversation.pk, agent=agent, now=at(minutes + 1))
        close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=at(minutes + 2))
    assert [one.waiting.last_agent_id for one in read_day(DAY, TODAY).arrivals] == [amy.pk, bo.pk]
