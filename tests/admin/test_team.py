from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.assignments import take_conversation
from agents.models import Agent, Assignment, Queue
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant, User
from tests.admin.pages import remove_accounts, shown_password
from tests.conftest import PASSWORD

ADD = "/admin/agents/agent/add/"
QUEUE = {"strategy": "manual", "priority": 10, "answer_seconds": 300, "take_back_seconds": 120, "position": 0}


@pytest.fixture(autouse=True)
def put_back(acme: Tenant) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        Assignment.objects.all().delete()
        Agent.objects.exclude(display_name__in=["Alice", "Bob"]).delete()
        Agent.objects.filter(display_name="Bob").update(role="agent", is_active=True)
        Queue.objects.exclude(is_default=True).delete()
    remove_accounts("carol@")


def change_form(agent: Agent, **values: Any) -> dict[str, Any]:
    form = {"display_name": agent.display_name, "role": agent.role, "capacity": 5, "is_active": "on", "scope": "brand"}
    form |= {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0} | values
    return {name: value for name, value in form.items() if value is not None}


def test_a_new_account_gets_a_password_that_is_shown_once(alice_admin: Client, acme: Tenant) -> None:
    answer = alice_admin.post(ADD, {"name": "Carol", "email": "Carol@acme.test", "role": "agent"})
    page = answer.content.decode()
    with in_tenant(acme):
        agent = Agent.objects.select_related("user").get(display_name="Carol")
    password = shown_password(page)
    assert agent.user.check_password(password)
    assert answer["Cache-Control"].startswith("no-store")
    assert password not in alice_admin.get(f"/admin/agents/agent/{agent.pk}/change/").content.decode()


def test_a_known_account_keeps_its_password(alice_admin: Client, acme: Tenant, mallory: Agent) -> None:
    form = {"name": "M", "email": "mallory@globex.test", "role": "agent"}
    assert alice_admin.post(ADD, form).status_code == 302
    assert User.objects.get(pk=mallory.user_id).check_password(PASSWORD)


def test_refusals_stand_beside_their_field(alice_admin: Client) -> None:
    answer = alice_admin.post(ADD, {"name": "Bob", "email": "bob@acme.test", "role": "agent"})
    assert answer.status_code == 200
    assert "already an agent of this brand" in answer.content.decode()


def test_only_the_shown_fields_can_be_set(alice_admin: Client, acme: Tenant, bob: Agent, mallory: Agent) -> None:
    extra = {"user": mallory.user_id, "is_present": "on", "email": "x@evil.example", "created_at": "2001-01-01"}
    answer = alice_admin.post(f"/admin/agents/agent/{bob.pk}/change/", change_form(bob, capacity=7, **extra))
    assert answer.status_code == 302
    with in_tenant(acme):
        after = Agent.objects.select_related("user").get(pk=bob.pk)
    assert (after.capacity, after.user_id, after.is_present) == (7, bob.user_id, False)
    assert (after.user.email, after.created_at) == ("bob@acme.test", bob.created_at)


def test_who_leaves_lets_conversations_wait_again(
    alice_admin: Client, acme: Tenant, bob: Agent, vera: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now)
        take_conversation(conversation.pk, agent=bob, now=now)
    alice_admin.post(f"/admin/agents/agent/{bob.pk}/change/", change_form(bob, is_active=None))
    with in_tenant(acme):
        assert not Agent.objects.get(pk=bob.pk).is_active
        assert Conversation.objects.get(pk=conversation.pk).status == "waiting"


def test_the_last_admin_cannot_leave(alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    for values in ({"role": "agent"}, {"is_active": None}):
        answer = alice_admin.post(f"/admin/agents/agent/{alice.pk}/change/", change_form(alice, **values))
        assert "at least one active admin" in answer.content.decode()
    with in_tenant(acme):
        assert Agent.objects.get(pk=alice.pk).role == "admin"


def test_the_default_queue_moves_and_stays(alice_admin: Client, acme: Tenant, vera: Visitor, now: datetime) -> None:
    formset = QUEUE | {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0}
    alice_admin.post("/admin/agents/queue/add/", {"name": "Second", "position": 1} | formset)
    with in_tenant(acme):
        first, second = Queue.objects.get(is_default=True), Queue.objects.get(name="Second")
        conversation = open_conversation(vera, now=now)
    alice_admin.post(f"/admin/agents/queue/{second.pk}/set_default/")
    assert alice_admin.post(f"/admin/agents/queue/{second.pk}/delete/", {"post": "yes"}).status_code == 403
    alice_admin.post(f"/admin/agents/queue/{first.pk}/set_default/")
    assert conversation.queue_id == first.pk
    assert alice_admin.post(f"/admin/agents/queue/{second.pk}/delete/", {"post": "yes"}).status_code == 302
    with in_tenant(acme):
        assert list(Queue.objects.values_list("pk", "is_default")) == [(first.pk, True)]


def test_a_renamed_queue_is_renamed_in_its_conversations(
    alice_admin: Client, acme: Tenant, vera: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now)
        queue = Queue.objects.get(pk=conversation.queue_id)
    formset = QUEUE | {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0}
    for name in ("Renamed", queue.name):
        alice_admin.post(f"/admin/agents/queue/{queue.pk}/change/", {"name": name, "position": 0} | formset)
        with in_tenant(acme):
            assert Conversation.objects.get(pk=conversation.pk).queue_name == name
