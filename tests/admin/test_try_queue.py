"""“Try before saving”: a past day against the form's rules, nothing written."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from agents.assignments import take_conversation
from agents.models import AuditEntry, Membership, Queue
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


def inline(rows, initial=0):
    data = {f"membership_set-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return data | {"membership_set-TOTAL_FORMS": len(rows), "membership_set-INITIAL_FORMS": initial}


def counts(acme):
    """What saving a queue would leave behind."""
    with in_tenant(acme):
        return Queue.objects.count(), Membership.objects.count(), LogEntry.objects.count(), AuditEntry.objects.count()


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
    assert rows["Longest wait"] == ["4 min", "4 min", "4 min"]
    assert rows["Wait on average"] == ["4 min", "4 min", "3 min 30 s"]
    assert answer.context["agents"] == [("Bob", ["2 (2)", "2 (2)", "2 (2)"])]
    with in_tenant(acme):
        assert Queue.objects.get(pk=queue.pk).strategy == "manual"


@pytest.fixture
def bob_alone(acme, bob, yesterday):
    """Nobody else serves the queue while the test runs."""
    queue, _day = yesterday
    with in_tenant(acme):
        others = list(Membership.objects.filter(queue=queue).exclude(agent=bob))
        Membership.objects.filter(pk__in=[one.pk for one in others]).delete()
    yield
    with in_tenant(acme):
        Membership.objects.bulk_create(others)


def test_members_changed_on_the_same_page_count(alice_admin, acme, alice, bob, bob_alone, yesterday):
    """Bob leaves the queue, Alice comes with room for one: she was not there that day, and nobody is served."""
    queue, day = yesterday
    with in_tenant(acme):
        mine = Membership.objects.get(queue=queue, agent=bob)
    rows = [
        {"id": mine.pk, "queue": queue.pk, "agent": bob.pk, "capacity": "", "DELETE": "on"},
        {"id": "", "queue": queue.pk, "agent": alice.pk, "capacity": 1},
    ]
    sent = form_of(queue, strategy="least_loaded", _try="1", _try_day=day.isoformat()) | inline(rows, initial=1)
    answer = alice_admin.post(page_of(queue), sent)
    shown = {str(label): cells for label, cells in answer.context["rows"]}
    assert (shown["Served"], shown["Not served"]) == ([2, 2, 0], [0, 0, 2])

    # Bob stays, with room for one here: the second visitor waits until the first has gone.
    rows = [{"id": mine.pk, "queue": queue.pk, "agent": bob.pk, "capacity": 1}]
    sent = form_of(queue, strategy="least_loaded", _try="1", _try_day=day.isoformat()) | inline(rows, initial=1)
    answer = alice_admin.post(page_of(queue), sent)
    assert answer.context["agents"] == [("Bob", ["2 (2)", "2 (2)", "2 (1)"])]
    with in_tenant(acme):
        assert list(Membership.objects.filter(queue=queue).values_list("agent", "capacity")) == [(bob.pk, None)]


def test_a_queue_that_does_not_exist_yet_is_tried_and_not_saved(alice_admin, acme, bob, yesterday):
    queue, day = yesterday
    page = reverse("admin:agents_queue_add", urlconf="kefu_project.urls")
    assert "As if it had stood in place of" in alice_admin.get(page).content.decode()
    before = counts(acme)
    sent = form_of(queue, name="Night", strategy="least_loaded", _try="1", _try_day=day.isoformat())
    sent |= inline([{"id": "", "queue": "", "agent": bob.pk, "capacity": ""}])
    answer = alice_admin.post(page, sent | {"_try_queue": str(queue.pk)})
    assert answer.status_code == 200
    shown = {str(label): cells for label, cells in answer.context["rows"]}
    assert shown["Wait on average"] == ["4 min", "4 min", "3 min 30 s"]
    # Nothing came to it by itself: with rules of its own it changes nothing.
    nothing = alice_admin.post(page, sent | {"_try_queue": "x"})
    shown = {str(label): cells for label, cells in nothing.context["rows"]}
    assert shown["Wait on average"] == ["4 min"] * 3
    assert counts(acme) == before
    # What is not valid is shown on the form, and not saved either.
    wrong = alice_admin.post(page, sent | {"name": ""})
    assert wrong.context["adminform"].form.errors["name"]
    assert counts(acme) == before


def test_who_would_find_the_queue_too_long(alice_admin, yesterday):
    queue, day = yesterday
    sent = form_of(queue, strategy="least_loaded", max_waiting_count=1, _try="1", _try_day=day.isoformat())
    answer = alice_admin.post(page_of(queue), sent)
    shown = {str(label): cells for label, cells in answer.context["rows"]}
    # Bob is there from minute 4 on: the second one, of minute 1, found the first one waiting.
    assert shown["Found the queue too long"] == ["–", 0, 1]


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
