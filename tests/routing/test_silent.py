"""Whoever leaves a visitor's message unanswered gives the conversation back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Assignment, Queue
from agents.routing.route import route_waiting
from agents.routing.silent import read_rules, sweep_silent, take_back_silent
from chat.events import AGENT
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import Conversation
from chat.reading import read_events
from tenants.context import in_tenant
from tests.threads import run_together


def says(conversation, now, text="Hello?"):
    visitor = Conversation.objects.get(pk=conversation.pk).visitor
    draft = MessageDraft(uuid4(), text=text)
    post_visitor_message(visitor, conversation_id=conversation.pk, widget=None, draft=draft, now=now)


def answers(conversation, agent, now):
    post_message(conversation.pk, author=author_of(agent), draft=MessageDraft(uuid4(), text="Here."), now=now)


@pytest.fixture
def queue(team):
    return team.queue(silent_seconds=60, relax_after_seconds=300)


@pytest.fixture
def amy(team, queue):
    return team.agent("Amy", queue)


@pytest.fixture
def unanswered(team, queue, amy, now):
    """Amy has it since the visitor's message."""
    conversation = team.waits(queue, at=now)
    says(conversation, now)
    take_conversation(conversation.pk, agent=amy, now=now)
    return conversation


def after(now, seconds):
    return now + timedelta(seconds=seconds)


def test_the_queue_says_when(unanswered, now):
    assert sweep_silent(after(now, 59)) == 0
    assert sweep_silent(after(now, 60)) == 1
    row = Conversation.objects.get()
    assert (row.status, row.assignee_id) == ("waiting", None)
    assert row.waiting_since == now, "the visitor has waited since the message"
    assert row.queued_at == after(now, 60)
    ended = Assignment.objects.get()
    assert (ended.ended_reason, ended.ended_at) == ("agent_silent", after(now, 60))
    last = read_events(row, audience=AGENT)[-1]
    assert (last["type"], last["data"]["reason"]) == ("conversation.released", "agent_silent")


def test_who_answered_keeps_it(unanswered, amy, now):
    answers(unanswered, amy, after(now, 30))
    assert sweep_silent(after(now, 600)) == 0
    says(unanswered, after(now, 700))
    assert sweep_silent(after(now, 759)) == 0
    assert sweep_silent(after(now, 760)) == 1


def test_silence_begins_with_the_assignment(team, queue, amy, now):
    conversation = team.waits(queue, at=now)
    says(conversation, now)
    take_conversation(conversation.pk, agent=amy, now=after(now, 50))
    assert sweep_silent(after(now, 109)) == 0
    assert sweep_silent(after(now, 110)) == 1


@pytest.mark.parametrize("columns", [{"snoozed_until": True}, {"left_message": True}])
def test_what_is_not_hurried(unanswered, now, columns):
    Conversation.objects.update(**{key: after(now, 999) if key == "snoozed_until" else True for key in columns})
    assert sweep_silent(after(now, 600)) == 0


def test_without_a_rule_never(unanswered, queue, now):
    Queue.objects.filter(pk=queue.pk).update(silent_seconds=None)
    assert sweep_silent(after(now, 10**6)) == 0


def test_unknown_queues_go_by_the_default_queue(unanswered, now):
    Conversation.objects.update(queue_id=uuid4())
    assert sweep_silent(after(now, 600)) == 0
    Queue.objects.filter(is_default=True).update(silent_seconds=60)
    try:
        assert sweep_silent(after(now, 600)) == 1
    finally:
        Queue.objects.filter(is_default=True).update(silent_seconds=None)


def test_the_next_one_gets_it_and_the_silent_one_only_when_nobody_else_can(team, queue, amy, unanswered, now):
    sweep_silent(after(now, 60))
    assert route_waiting(after(now, 61)) == 0, "Amy alone is there, and was silent"
    assert route_waiting(after(now, 361)) == 1, "relaxed: rather Amy than nobody"
    sweep_silent(after(now, 500))
    bo = team.agent("Bo", queue)
    assert route_waiting(after(now, 501)) == 1
    assert Conversation.objects.get().assignee_id == bo.pk
    verdicts = Assignment.objects.order_by("started_at").last().reasons["agents"]
    assert [(one["name"], one["verdict"]) for one in verdicts] == [("Bo", "chosen"), ("Amy", "silent")]


@pytest.mark.parametrize("attempt", range(5))
def test_against_the_answer(acme, unanswered, amy, now, attempt):
    """Either the answer came first, or the conversation was given back and the log says so."""
    rules = read_rules()

    def run(number):
        with in_tenant(acme):
            if number:
                return take_back_silent(unanswered.pk, rules=rules, now=after(now, 60))
            answers(unanswered, amy, after(now, 60))
            return None

    _, taken = run_together(2, run)
    row = Conversation.objects.get()
    assert (row.status == "waiting") is taken
    assert Assignment.objects.filter(ended_at=None).count() == (0 if taken else 1)
