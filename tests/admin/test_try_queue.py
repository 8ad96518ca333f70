"""“Try before saving”: a past day against the form's rules, nothing written."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agents.assignments import take_conversation
from agents.models import Queue
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant


@pytest.fixture
def yesterday(acme, bob):
    """Two conversations of yesterday noon: Bob took each after four minutes."""
    noon = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)
    with in_tenant(acme):
        for number in range(2):
            row = open_conversation(Visitor.objects.create(name=f"V{number}"), now=noon + timedelta(minutes=number))
            Conversation.objects.filter(pk=row.pk).update(created_at=noon + timedelta(minutes=number))
            take_conversation(row.pk, agent=bob, now=noon + timedelta(minutes=number + 4))
            close_conversation(row.pk, by=SYSTEM, reason="agent", now=noon + timedelta(minutes=number + 9))
        return Queue.objects.get(is_default=True), noon.date()


def form_of(queue, **changes):
    return {
        "name": queue.name, "position": 0, "strategy": queue.strategy, "priority": 10, "capacity": "",
        "matches_language": "on",
        "relax_after_seconds": 120, "sticky_seconds": "", "fair_share_count": "", "fair_share_minutes": "",
        "max_waiting_count": "", "max_waiting_seconds": "", "overflow_queue": "", "overflow_after_seconds": "",
        "take_back_seconds": 120, "silent_seconds": "", "answer_seconds": 300, "calendar": "", "sla": "",
        "membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0,
        **changes,
    }  # fmt: skip


def page_of(queue):
    return reverse("admin:agents_queue_change", args=[queue.pk], urlconf="kefu_project.urls")


def test_the_page_offers_it(alice_admin, yesterday):
    queue, _ = yesterday
    shown = alice_admin.get(page_of(queue)).content.decode()
    assert 'name="_try"' in shown
    assert 'name="_try_day"' in shown


def test_side_by_side_and_nothing_saved(alice_admin, acme, yesterday):
    queue, day = yesterday
    sent = form_of(queue, strategy="least_loaded", _try="1", _try_day=day.isoformat())
    answer = alice_admin.post(page_of(queue), sent)
    assert answer.status_code == 200
    rows = {str(label): cells for label, cells in answer.context["rows"]}
    assert rows["Served"] == [2, 2, 2]
    # By hand four minutes each; by routing as soon as Bob is there: at minute 4, for the second one 3 minutes.
    assert rows["Longest wait"] == ["4 min 0 s", "4 min 0 s", "4 min 0 s"]
    assert rows["Wait on average"] == ["4 min 0 s", "4 min 0 s", "3 min 30 s"]
    assert answer.context["agents"] == [("Bob", ["2 (2)", "2 (2)", "2 (2)"])]
    with in_tenant(acme):
        assert Queue.objects.get(pk=queue.pk).strategy == "manual"


def test_a_day_without_anybody_says_so(alice_admin, yesterday):
    queue, _ = yesterday
    answer = alice_admin.post(page_of(queue), form_of(queue, _try="1", _try_day="2020-02-30"))
    assert answer.status_code == 200
    empty = alice_admin.post(page_of(queue), form_of(queue, _try="1", _try_day="2020-02-29"))
    assert "Nobody wrote on that day" in empty.content.decode()


def test_rules_that_contradict_are_shown_on_the_form(alice_admin, acme, yesterday):
    queue, _ = yesterday
    answer = alice_admin.post(page_of(queue), form_of(queue, priority="x", _try="1"))
    assert answer.status_code == 200
    assert "trial" not in (answer.context or {})
    with in_tenant(acme):
        assert Queue.objects.get(pk=queue.pk).priority == 10


def test_mallory_gets_what_a_missing_thing_gets(mallory_admin, yesterday):
    queue, day = yesterday
    sent = form_of(queue, _try="1", _try_day=day.isoformat())
    answer = mallory_admin.post(page_of(queue), sent)
    assert answer.status_code == 302
    assert "trial" not in (answer.context or {})
