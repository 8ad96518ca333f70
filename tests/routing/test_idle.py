"""Since when an agent has had nothing to do."""

from datetime import timedelta

from agents.assignments import release_conversation, take_conversation
from agents.models import Agent
from agents.routing.idle import note_idle
from agents.routing.route import route_waiting
from agents.take_back import sweep_take_back
from chat.models import Conversation


def idle_since(agent):
    return Agent.objects.values_list("idle_since", flat=True).get(pk=agent.pk)


def test_it_begins_when_the_last_one_is_gone_and_ends_with_the_next(team, now):
    queue = team.queue()
    amy = team.agent("Amy", queue)
    note_idle(now)
    assert idle_since(amy) == now
    note_idle(now + timedelta(minutes=1))
    assert idle_since(amy) == now
    conversation = team.waits(queue)
    take_conversation(conversation.pk, agent=amy, now=now)
    assert idle_since(amy) is None
    release_conversation(conversation.pk, agent=amy, now=now)
    note_idle(now + timedelta(minutes=2))
    assert idle_since(amy) == now + timedelta(minutes=2)


def test_who_is_not_there_is_not_idle(team, now):
    queue = team.queue()
    away = team.agent("Amy", queue, availability="away")
    gone = team.agent("Bo", queue, present=False)
    Agent.objects.filter(pk__in=[away.pk, gone.pk]).update(idle_since=now)
    note_idle(now)
    assert (idle_since(away), idle_since(gone)) == (None, None)


def test_who_waited_longest_for_work_gets_it(team, now):
    queue = team.queue(strategy="longest_idle")
    amy, bo = team.agent("Amy", queue), team.agent("Bo", queue)
    Agent.objects.filter(pk=bo.pk).update(idle_since=now - timedelta(minutes=9))
    Agent.objects.filter(pk=amy.pk).update(idle_since=now - timedelta(minutes=3))
    team.waits(queue)
    route_waiting(now)
    assert team.loads() == {"Amy": 0, "Bo": 1}


def test_what_is_put_aside_stays_overnight_with_an_agent_who_went_home(team, now):
    queue = team.queue()
    amy = team.agent("Amy", queue, present=False)
    take_conversation(team.waits(queue).pk, agent=amy, now=now)
    Conversation.objects.update(snoozed_until=now + timedelta(hours=12))
    assert sweep_take_back(now + timedelta(hours=2)) == 0
    Conversation.objects.update(snoozed_until=None)
    assert sweep_take_back(now + timedelta(hours=12)) == 1
