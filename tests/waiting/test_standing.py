from datetime import timedelta

from django.http import HttpRequest

from agents.admin.dashboard import _cards, _team
from agents.admin.team import AgentPage
from agents.models import Agent, Assignment, Queue
from agents.waiting import standing_in_queue
from agents.waiting.pace import read_pace
from agents.waiting.telling import tell_standings
from chat.front_desk import Standing
from chat.models import Conversation
from chat.standings import forget_standings, told_since
from tenants.admin.site import brand_admin
from tests.plans import most_read, plans_of, through_indexes


def places(*rows, now):
    standings = [standing_in_queue(row, now) for row in rows]
    return [standing and standing.place for standing in standings]


def test_who_is_urgent_comes_first_then_who_waits_longest(let_wait, now):
    ann, bea, cem = let_wait("Ann", 5), let_wait("Bea", 9), let_wait("Cem", 1, priority=4)
    assert places(ann, bea, cem, now=now) == [3, 2, 1]


def test_who_does_not_wait_for_somebody_now_has_no_place(let_wait, now, alice):
    ann, left = let_wait("Ann", 5), let_wait("Left", 9, left_message=True)
    asleep = let_wait("Asleep", 9, snoozed_until=now + timedelta(hours=1))
    mine = let_wait("Mine", 9, status="assigned", assignee_id=alice.pk)
    assert places(ann, left, asleep, mine, now=now) == [1, None, None, None]
    assert _cards(now)[0]["value"] == 1


def test_each_queue_for_itself(let_wait, now):
    other = Queue.objects.create(name="Returns")
    ann, bea = let_wait("Ann", 5), let_wait("Bea", 9, queue_id=other.pk)
    assert places(ann, bea, now=now) == [1, 1]


def test_the_estimate_comes_from_what_the_agents_did_lately(let_wait, went, now, queue):
    went(600, 600, 900, 600)
    ann, bea = let_wait("Ann", 5), let_wait("Bea", 4)
    assert standing_in_queue(bea, now).wait_seconds is None  # nobody is there
    Agent.objects.filter(display_name="Alice").update(is_present=True, capacity=1)
    let_wait("Hers", 20, status="assigned", assignee_id=Agent.objects.get(display_name="Alice").pk)
    assert read_pace(queue, now).slots == 1
    assert standing_in_queue(ann, now) == Standing(1, 600, False)


def test_too_long_a_queue_or_wait_offers_to_leave_a_message(let_wait, queue, now):
    Queue.objects.update(max_waiting_count=1, max_waiting_seconds=600)
    ann, bea, cem = let_wait("Ann", 5), let_wait("Bea", 4), let_wait("Cem", 11)
    assert [standing_in_queue(row, now).can_leave_message for row in (cem, ann, bea)] == [True, True, True]
    Queue.objects.update(max_waiting_count=None)
    assert [standing_in_queue(row, now).can_leave_message for row in (cem, ann, bea)] == [True, False, False]


def test_only_changes_are_told(let_wait, now):
    ann, bea = let_wait("Ann", 5), let_wait("Bea", 4)
    assert tell_standings(now) == 2
    assert tell_standings(now + timedelta(seconds=9)) == 0
    Conversation.objects.filter(pk=ann.pk).update(left_message=True)
    assert tell_standings(now) == 1
    [frame] = told_since(bea.visitor_id, 0)
    assert frame == {
        "type": "queue.position_changed",
        "conversation": str(bea.pk),
        "data": {"place": 1, "wait_seconds": None, "can_leave_message": False},
    }
    assert told_since(ann.visitor_id, 0) == []
    assert told_since(bea.visitor_id, now.timestamp() + 3600) == []
    forget_standings([bea.visitor_id])
    assert told_since(bea.visitor_id, 0) == []


def test_the_single_and_the_many_say_the_same(let_wait, went, now):
    went(600, 700, 800)
    Agent.objects.filter(display_name="Alice").update(is_present=True, capacity=2)
    rows = [let_wait(f"V{number}", number, priority=1 + number % 4) for number in range(8)]
    tell_standings(now)
    for row in rows:
        [frame] = told_since(row.visitor_id, 0)
        assert frame["data"] == standing_in_queue(row, now).view()


def test_the_front_is_told_and_the_rest_kept(let_wait, now):
    rows = [let_wait(f"V{number}", 9 - number) for number in range(5)]
    tell_standings(now)
    Conversation.objects.filter(pk=rows[0].pk).update(left_message=True)
    assert tell_standings(now, most=2) == 2
    assert told_since(rows[4].visitor_id, 0)[0]["data"]["place"] == 5
    assert tell_standings(now) == 2
    assert told_since(rows[4].visitor_id, 0)[0]["data"]["place"] == 4


def test_what_is_snoozed_takes_no_place(let_wait, went, now, queue, alice):
    went(600, 600, 600)
    Agent.objects.filter(pk=alice.pk).update(is_present=True, capacity=1)
    later = now + timedelta(hours=1)
    let_wait("Asleep", 9, status="assigned", assignee_id=alice.pk, snoozed_until=later)
    assert read_pace(queue, now).taken == 0
    let_wait("Awake", 9, status="assigned", assignee_id=alice.pk)
    assert read_pace(queue, now).taken == 1


def test_what_ended_long_ago_is_not_read(let_wait, now, queue, alice):
    Agent.objects.filter(pk=alice.pk).update(is_present=True)
    let_wait("Hers", 9, status="assigned", assignee_id=alice.pk)
    row, then = let_wait("Earlier"), now - timedelta(days=9)
    ended = {"conversation": row, "agent": alice, "queue_id": queue.pk, "ended_reason": "closed"}
    Assignment.objects.bulk_create(Assignment(**ended, started_at=then, ended_at=then) for _ in range(3000))
    page = AgentPage(Agent, brand_admin)
    with through_indexes():
        for look in (lambda: read_pace(queue, now), _team, lambda: list(page.get_queryset(HttpRequest()))):
            # Accounts are in it, too, and other tests leave some.
            assert max(most_read(plan) for plan in plans_of(look)) < 1000
