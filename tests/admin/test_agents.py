"""An agent's page: rights, languages, skills, queues; what cannot be true at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.models import Agent, Membership, Queue, Skill
from tenants.context import in_tenant
from tenants.models import Tenant


@pytest.fixture(autouse=True)
def put_back(acme: Tenant, bob: Agent) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        Agent.objects.filter(pk=bob.pk).update(role="agent", scope="brand", capacity=5, languages=[])
        Membership.objects.filter(agent=bob).delete()
        Membership.objects.create(agent=bob, queue=Queue.objects.get(is_default=True))
        Skill.objects.all().delete()


def form(bob: Agent, queues: list[tuple[object, Any]] = (), **values: Any) -> dict[str, Any]:  # type: ignore[assignment]
    data: dict[str, Any] = {"display_name": "Bob", "role": "agent", "scope": "brand", "capacity": 5, "is_active": "on"}
    data |= {"languages": "", "membership_set-TOTAL_FORMS": len(queues), "membership_set-INITIAL_FORMS": 0}
    for number, (queue, capacity) in enumerate(queues):
        row = {"id": "", "agent": bob.pk, "queue": queue, "capacity": capacity}
        data |= {f"membership_set-{number}-{name}": value for name, value in row.items()}
    return data | values


def sentences(client: Client, bob: Agent, *args: Any, **values: Any) -> str:
    answer = client.post(f"/admin/agents/agent/{bob.pk}/change/", form(bob, *args, **values))
    assert answer.status_code == 200, "it was saved"
    inline = answer.context["inline_admin_formsets"][0].formset
    own = [one for group in answer.context["adminform"].form.errors.values() for one in group]
    return " ".join(map(str, [*own, *inline.non_form_errors()]))


def test_languages_skills_and_queues(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        skill, queue = Skill.objects.create(name="Refunds"), Queue.objects.create(name="Billing")
    data = form(bob, [(queue.pk, 2)], languages="EN, zh_Hans ,en", skills=[skill.pk], scope="queues")
    assert alice_admin.post(f"/admin/agents/agent/{bob.pk}/change/", data).status_code == 302
    with in_tenant(acme):
        after = Agent.objects.get(pk=bob.pk)
        assert (after.languages, after.scope) == (["en", "zh-hans"], "queues")
        assert [one.name for one in after.skills.all()] == ["Refunds"]
        assert Membership.objects.get(agent=bob, queue=queue).capacity == 2
        queue.delete()
    page = alice_admin.get("/admin/agents/agent/").content.decode()
    assert "en, zh-hans, Refunds" in page


def test_what_cannot_be_true_at_once(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        Membership.objects.filter(agent=bob).delete()
        queue = Queue.objects.get(is_default=True)
    assert "no queue is theirs" in sentences(alice_admin, bob, scope="queues")
    assert "sees it" in sentences(alice_admin, bob, [(queue.pk, "")], scope="queues", role="admin")
    assert "only 3 in all" in sentences(alice_admin, bob, [(queue.pk, 4)], capacity=3)
    assert "not have a single conversation" in sentences(alice_admin, bob, capacity=0)
    assert "is no language" in sentences(alice_admin, bob, languages="english!")
    with in_tenant(acme):
        assert Agent.objects.get(pk=bob.pk).scope == "brand"


def test_a_membership_has_no_more_room_than_its_agent(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        queue = Queue.objects.create(name="Billing")
    data = {"agent": bob.pk, "queue": queue.pk, "capacity": 9}
    page = alice_admin.post("/admin/agents/membership/add/", data).content.decode()
    assert "Bob has room for 5 in all" in page
    assert alice_admin.post("/admin/agents/membership/add/", data | {"capacity": 5}).status_code == 302
    with in_tenant(acme):
        queue.delete()


def test_filters_of_the_list(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    for query in ("scope__exact=brand", "role__exact=agent", "q=bob"):
        page = alice_admin.get(f"/admin/agents/agent/?{query}").content.decode()
        assert "bob@acme.test" in page, query
