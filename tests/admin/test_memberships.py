"""Who serves which queue: whoever sees own queues only keeps at least one, on whatever page it is taken away."""

from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.models import Agent, Membership, Queue
from tenants.context import in_tenant
from tenants.models import Tenant

LIST = "/admin/agents/membership/"
SENTENCE = "Bob sees own queues only, and this is the last: give them another one first."


@pytest.fixture
def last(acme: Tenant, bob: Agent) -> Iterator[Membership]:
    """Bob sees Billing only."""
    with in_tenant(acme):
        Membership.objects.filter(agent=bob).delete()
        mine = Membership.objects.create(agent=bob, queue=Queue.objects.create(name="Billing"))
        Agent.objects.filter(pk=bob.pk).update(scope="queues")
    yield mine
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        Agent.objects.filter(pk=bob.pk).update(scope="brand", is_active=True)
        Queue.objects.exclude(is_default=True).delete()
        Membership.objects.filter(agent=bob).delete()
        Membership.objects.create(agent=bob, queue=Queue.objects.get(is_default=True))


def is_there(acme: Tenant, membership: Membership) -> bool:
    with in_tenant(acme):
        return Membership.objects.filter(pk=membership.pk, agent=membership.agent_id).exists()


def test_its_own_page(alice_admin: Client, acme: Tenant, alice: Agent, last: Membership) -> None:
    for call in (alice_admin.get, alice_admin.post):
        answer = call(f"{LIST}{last.pk}/delete/", {"post": "yes"}, follow=True)
        assert SENTENCE in answer.content.decode()
    given_away = {"agent": alice.pk, "queue": last.queue_id, "capacity": ""}
    assert SENTENCE in alice_admin.post(f"{LIST}{last.pk}/change/", given_away).content.decode()
    assert is_there(acme, last)


@pytest.mark.parametrize("across", ["0", "1"])
def test_many_at_once(across: str, alice_admin: Client, acme: Tenant, last: Membership) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [last.pk], "select_across": across}
    for step in ({"index": "0"}, {"post": "yes"}):
        assert SENTENCE in alice_admin.post(LIST, chosen | step, follow=True).content.decode()
    assert is_there(acme, last)


def test_the_queues_page(alice_admin: Client, acme: Tenant, alice: Agent, last: Membership) -> None:
    form = {"name": "Billing", "position": 1, "strategy": "least_loaded", "priority": 10, "answer_seconds": 300}
    form |= {"matches_language": "on", "membership_set-TOTAL_FORMS": 1, "membership_set-INITIAL_FORMS": 1}
    row = {"id": last.pk, "queue": last.queue_id, "agent": last.agent_id, "capacity": ""}
    address = f"/admin/agents/queue/{last.queue_id}/change/"
    for change in ({"DELETE": "on"}, {"agent": alice.pk}):
        sent = form | {f"membership_set-0-{name}": value for name, value in (row | change).items()}
        assert SENTENCE in alice_admin.post(address, sent).content.decode()
    assert is_there(acme, last)


def test_deleting_the_queue(alice_admin: Client, acme: Tenant, last: Membership) -> None:
    answer = alice_admin.post(f"/admin/agents/queue/{last.queue_id}/delete/", {"post": "yes"}, follow=True)
    assert SENTENCE in answer.content.decode()
    assert is_there(acme, last)


def test_one_of_two_goes(alice_admin: Client, acme: Tenant, bob: Agent, last: Membership) -> None:
    with in_tenant(acme):
        Membership.objects.create(agent=bob, queue=Queue.objects.get(is_default=True))
    alice_admin.post(f"{LIST}{last.pk}/delete/", {"post": "yes"})
    assert not is_there(acme, last)


def test_who_has_left_or_sees_the_brand_keeps_none(alice_admin: Client, acme: Tenant, last: Membership) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=last.agent_id).update(is_active=False)
    chosen = {"action": "delete_selected", "_selected_action": [last.pk], "select_across": "0", "post": "yes"}
    alice_admin.post(LIST, chosen)
    assert not is_there(acme, last)


def test_mallory_gets_what_a_missing_thing_gets(mallory_admin: Client, acme: Tenant, last: Membership) -> None:
    own = mallory_admin.post(f"{LIST}{10**9}/delete/", {"post": "yes"})
    foreign = mallory_admin.post(f"/admin/agents/queue/{last.queue_id}/delete/", {"post": "yes"})
    assert [(one.status_code, one["Location"]) for one in (own, foreign)] == [(302, "/admin/")] * 2
    assert is_there(acme, last)
