"""How soon the brand usually answers: told with the session, of this brand only, and only while it is open."""

from datetime import timedelta

import pytest

from agents.models import Calendar, Queue
from agents.waiting import usual_answer
from agents.waiting.answering import MAX_READ, REMEMBERED, forget_usual_answers
from agents.waiting.estimates import LONGEST_USUAL, usual_seconds
from chat.models import Conversation, Visitor, Widget
from tenants.context import in_tenant
from tests.rest.conftest import HOST, Api

SESSIONS = "/api/v1/visitor/sessions"


@pytest.mark.parametrize(
    ("answered", "waiting", "seconds"),
    [
        ([60, 120, 600], [], 120),
        ([60, 120, 600], [5, 30], 120),  # who has just come says nothing
        ([60, 120, 600], [900, 1000], 600),  # who was not lucky does
        ([0, 0, 0], [], 1),
        ([60, 120], [], None),
        ([], [900] * 9, None),
        ([LONGEST_USUAL] * 3, [], LONGEST_USUAL),
        ([LONGEST_USUAL + 1] * 3, [], None),
    ],
)
def test_known_answers(answered, waiting, seconds):
    assert usual_seconds(answered, waiting) == seconds


@pytest.fixture(autouse=True)
def unknown():
    forget_usual_answers()
    yield
    forget_usual_answers()


@pytest.fixture
def answered(queue, now):
    """`answered(60, 120)`: conversations of an hour ago that were first answered after so many seconds."""

    def _answered(*seconds, **columns):
        start = columns.pop("created_at", now - timedelta(hours=1))
        for took in seconds:
            visitor = Visitor.objects.create(name="Earlier")
            row = Conversation.objects.create(visitor=visitor, status="closed", created_at=start, **columns)
            Conversation.objects.filter(pk=row.pk).update(first_reply_at=start + timedelta(seconds=took))

    return _answered


def test_left_messages_and_what_was_long_ago_do_not_count(answered, now):
    answered(9000, 9000, 9000, left_message=True)
    answered(9000, 9000, 9000, created_at=now - timedelta(days=8))
    answered(60, 60)
    assert usual_answer(now) is None
    answered(90)
    assert usual_answer(now + REMEMBERED) == 60


def test_it_is_remembered_for_a_moment_and_costs_one_query(answered, now, django_assert_num_queries):
    answered(60, 120, 180)
    with django_assert_num_queries(1):
        assert usual_answer(now) == 120
    with django_assert_num_queries(0):
        assert usual_answer(now + REMEMBERED / 2) == 120


def test_no_more_than_the_newest_are_read(answered, now):
    answered(*[600] * 10, created_at=now - timedelta(days=1))
    answered(*[60] * MAX_READ)
    assert usual_answer(now) == 60


@pytest.fixture
def session_of(acme_widget: Widget):
    return lambda: (
        Api(headers={"origin": f"http://{HOST}"})
        .post(SESSIONS, {"key": acme_widget.public_key})
        .json()["answer_seconds"]
    )


def test_the_session_tells_it(session_of, answered):
    assert session_of() is None
    forget_usual_answers()
    answered(60, 120, 180)
    assert session_of() == 120


def test_nothing_is_told_while_nobody_would_answer(session_of, answered, queue, now):
    answered(60, 120, 180)
    spans = [{"day": (now.weekday() + 3) % 7, "start": "09:00", "end": "09:30"}]
    rarely = Calendar.objects.create(name="Rarely", time_zone="UTC", spans=spans)
    Queue.objects.filter(pk=queue.pk).update(calendar_id=rarely.pk)
    assert session_of() is None
    Queue.objects.filter(pk=queue.pk).update(calendar_id=None, max_waiting_count=0)
    assert session_of() is None
    Queue.objects.filter(pk=queue.pk).update(max_waiting_count=None)
    assert session_of() == 120


def test_what_one_brand_does_is_not_known_at_another(answered, globex, now):
    answered(60, 120, 180)
    assert usual_answer(now) == 120
    with in_tenant(globex):
        assert usual_answer(now) is None
    assert usual_answer(now) == 120
