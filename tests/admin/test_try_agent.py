"""“Try before saving” on an agent's page: a past day with the agent as the form says, nothing written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agents.assignments import take_conversation
from agents.models import Agent, Membership, Queue, Skill
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant


@pytest.fixture
def yesterday(acme, alice, bob):
    """The default queue routes, Alice and Bob serve it. Bob had three conversations yesterday noon, a minute apart, ten
    minutes each."""
    noon = timezone.now().replace(hour=12, minute=0) - timedelta(days=1)
    with in_tenant(acme):
        queue = Queue.objects.get(is_default=True)
        rules = {"strategy": "least_loaded", "matches_language": True, "relax_after_seconds": 120}
        was = {name: getattr(queue, name) for name in rules}
        Queue.objects.filter(pk=queue.pk).update(**rules)
        serving = [Membership.objects.get_or_create(agent=agent, queue=queue) for agent in (alice, bob)]
        for number in range(3):
            at = noon + timedelta(minutes=number)
            row = open_conversation(Visitor.objects.create(name=f"V{number}", locale="de"), now=at)
            Conversation.objects.filter(pk=row.pk).update(created_at=at, language="de")
            take_conversation(row.pk, agent=bob, now=at)
            close_conversation(row.pk, by=SYSTEM, reason="agent", now=at + timedelta(minutes=10))
    yield queue, noon.date()
    with in_tenant(acme):
        Queue.objects.filter(pk=queue.pk).update(**was)
        Agent.objects.filter(pk__in=[alice.pk, bob.pk]).update(capacity=5, languages=[], is_active=True)
        Membership.objects.filter(pk__in=[row.pk for row, is_new in serving if is_new]).delete()
        Skill.objects.all().delete()


@pytest.fixture
def try_bob(alice_admin, acme, bob, yesterday):
    """Post Bob's page with the button pressed; answers the last column: what it would be like."""
    queue, day = yesterday
    with in_tenant(acme):
        membership = Membership.objects.get(agent=bob, queue=queue)

    def post(*, row=None, **values):
        data = {"display_name": "Bob", "role": "agent", "scope": "brand", "capacity": 5, "is_active": "on"}
        data |= {"languages": "", "membership_set-TOTAL_FORMS": 1, "membership_set-INITIAL_FORMS": 1}
        rows = {"id": membership.pk, "agent": bob.pk, "queue": queue.pk, "capacity": ""} | (row or {})
        data |= {f"membership_set-0-{name}": value for name, value in rows.items()} | values
        data = {name: value for name, value in data.items() if value is not None}
        answer = alice_admin.post(page_of(bob), data | {"_try": "1", "_try_day": day.isoformat()})
        assert answer.status_code == 200
        with in_tenant(acme):
            after = Agent.objects.get(pk=bob.pk)
            assert (after.capacity, after.languages, after.is_active) == (5, [], True), "it was saved"
            assert list(Membership.objects.filter(agent=bob).values_list("queue", "capacity")) == [(queue.pk, None)]
        return {str(label): cells[-1] for label, cells in answer.context["rows"]} | {"agents": answer.context["agents"]}

    return post


def page_of(agent):
    return f"/admin/agents/agent/{agent.pk}/change/"


def test_the_page_offers_it_where_somebody_is_and_not_where_one_is_added(alice_admin, bob):
    assert 'name="_try"' in alice_admin.get(page_of(bob)).content.decode()
    assert 'name="_try"' not in alice_admin.get("/admin/agents/agent/add/").content.decode()


def test_as_it_is(try_bob):
    assert try_bob()["Longest wait"] == "0 s"


def test_capacity(try_bob):
    """One at a time, ten minutes each: the second waits nine, the third would after the end of Bob's day."""
    tried = try_bob(capacity=1)
    assert (tried["Served"], tried["Longest wait"]) == (2, "9 min")
    assert tried["agents"] == [("Bob", ["3 (3)", "3 (3)", "2 (1)"])]


def test_queues(try_bob):
    assert try_bob(row={"capacity": 2})["agents"][0][1][-1] == "3 (2)"
    # Then only Alice serves it, who was not there.
    assert try_bob(row={"DELETE": "on"})["Not served"] == 3


def test_languages_and_skills(try_bob, acme, alice, yesterday):
    queue, _ = yesterday
    with in_tenant(acme):
        skill = Skill.objects.create(name="Refunds")
        queue.skills.add(skill)
    # Two minutes must pass until somebody without the skill may answer.
    assert try_bob()["Longest wait"] == "2 min"
    assert try_bob(skills=[skill.pk])["Longest wait"] == "0 s"
    with in_tenant(acme):
        queue.skills.clear()
        Agent.objects.filter(pk=alice.pk).update(languages=["de"])
    # Alice speaks German and is not there: for one who speaks only English the rules must be relaxed first.
    assert try_bob(languages="en")["Longest wait"] == "2 min"


def test_who_is_switched_off_had_nothing(try_bob):
    tried = try_bob(is_active=None)
    assert (tried["Served"], tried["Not served"]) == (0, 3)
    assert tried["agents"] == [("Bob", ["3 (3)", "3 (3)", "–"])]


def test_what_contradicts_is_shown_on_the_form(alice_admin, bob, yesterday):
    sent = {"display_name": "Bob", "role": "agent", "scope": "queues", "capacity": 5, "is_active": "on", "_try": "1"}
    answer = alice_admin.post(page_of(bob), sent | {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0})
    assert "they would see nothing" in answer.content.decode()
    assert "trial" not in answer.context


def test_mallory_gets_what_a_missing_thing_gets(mallory_admin, bob, yesterday):
    answer = mallory_admin.post(page_of(bob), {"_try": "1"})
    assert answer.status_code == 302
    assert "trial" not in (answer.context or {})
