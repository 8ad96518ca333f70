"""A queue's page: every setting is saved, and settings that contradict each other are refused beside their field."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.models import Queue, Skill, SlaPolicy
from tenants.context import in_tenant
from tenants.models import Tenant

ADD = "/admin/agents/queue/add/"
FORM = {
    "name": "Billing",
    "position": 1,
    "strategy": "least_loaded",
    "priority": 10,
    "answer_seconds": 300,
    "matches_language": "on",
    "membership_set-TOTAL_FORMS": 0,
    "membership_set-INITIAL_FORMS": 0,
}

OVERFLOW = {"overflow_queue": "general"}


@pytest.fixture(autouse=True)
def put_back(acme: Tenant) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        Queue.objects.exclude(is_default=True).delete()
        Skill.objects.all().delete()
        SlaPolicy.objects.all().delete()


def errors(client: Client, address: str = ADD, **values: Any) -> list[str]:
    answer = client.post(address, FORM | values)
    assert answer.status_code == 200, "it was saved"
    return [str(one) for group in answer.context["adminform"].form.errors.values() for one in group]


def test_every_setting_is_saved(alice_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        skill, general = Skill.objects.create(name="Refunds"), Queue.objects.get(is_default=True)
    values = {
        "capacity": 20,
        "skills": [skill.pk],
        "relax_after_seconds": 90,
        "sticky_seconds": 30,
        "fair_share_count": 3,
        "fair_share_minutes": 10,
        "max_waiting_count": 50,
        "max_waiting_seconds": 900,
        "overflow_queue": general.pk,
        "overflow_after_seconds": 300,
        "take_back_seconds": 60,
        "silent_seconds": 240,
    }
    assert alice_admin.post(ADD, FORM | values).status_code == 302
    with in_tenant(acme):
        saved = Queue.objects.get(name="Billing")
        assert [one.pk for one in saved.skills.all()] == [skill.pk]
        for name, value in values.items():
            if name not in ("skills", "overflow_queue"):
                assert getattr(saved, name) == value
        assert saved.overflow_queue_id == general.pk
    page = alice_admin.get(f"/admin/agents/queue/{saved.pk}/change/").content.decode()
    assert "Refunds" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"overflow_after_seconds": 60}, "to which queue it overflows"),
        (OVERFLOW, "after how many seconds"),
        (
            {"overflow_queue": "general", "overflow_after_seconds": 600, "max_waiting_seconds": 60},
            "before it overflows",
        ),
        ({"fair_share_count": 3}, "needs both"),
        ({"fair_share_minutes": 3}, "needs both"),
        ({"fair_share_count": 0, "fair_share_minutes": 5}, "At least 1"),
        ({"max_waiting_count": 0}, "every visitor would be sent away"),
        ({"max_waiting_seconds": 0}, "every visitor would be sent away"),
        ({"capacity": 0}, "nothing would be assigned"),
        ({"strategy": "manual", "sticky_seconds": 10}, "nobody would be waited for"),
        ({"strategy": "manual", "fair_share_count": 3, "fair_share_minutes": 5}, "would bind nobody"),
        ({"sticky_seconds": 90, "relax_after_seconds": 60}, "nobody waits longer"),
        ({"matches_language": "", "relax_after_seconds": 60}, "nothing to drop"),
        ({"silent_seconds": 5}, "greater than or equal to 30"),
        ({"silent_seconds": 30, "answer_seconds": 600}, "hand to hand. At least 150"),
    ],
)
def test_contradictions(values: dict[str, Any], sentence: str, alice_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        general = Queue.objects.get(is_default=True)
    values = {name: general.pk if value == "general" else value for name, value in values.items()}
    found = errors(alice_admin, **values)
    assert len(found) == 1
    assert sentence in found[0]
    with in_tenant(acme):
        assert not Queue.objects.filter(name="Billing").exists()


def test_the_time_for_an_answer_is_that_of_the_sla_where_there_is_one(alice_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        slow = SlaPolicy.objects.create(name="Slow", first_minutes=60, next_minutes=60)
        fast = SlaPolicy.objects.create(name="Fast", first_minutes=1)
    silent = {"silent_seconds": 120, "answer_seconds": 300}
    assert "have 3600 seconds" in errors(alice_admin, **silent, sla=slow.pk)[0]
    quick = {"silent_seconds": 30, "answer_seconds": 600, "sla": fast.pk}
    assert alice_admin.post(ADD, FORM | quick).status_code == 302
    assert alice_admin.post(ADD, FORM | silent | {"name": "Plain"}).status_code == 302


def test_overflow_goes_round_nowhere(alice_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        one = Queue.objects.create(name="One")
        two = Queue.objects.create(name="Two", overflow_queue=one, overflow_after_seconds=60)
        three = Queue.objects.create(name="Three", overflow_queue=two, overflow_after_seconds=60)
    address = f"/admin/agents/queue/{one.pk}/change/"
    over = {"name": "One", "overflow_after_seconds": 60}
    assert errors(alice_admin, address, overflow_queue=one.pk, **over) == ["A queue cannot overflow to itself."]
    assert errors(alice_admin, address, overflow_queue=three.pk, **over) == [
        "Conversations would go round: One → Three → Two → One."
    ]


def test_a_queue_that_nobody_serves_is_saved_with_a_warning(alice_admin: Client, acme: Tenant) -> None:
    page = alice_admin.post(ADD, FORM, follow=True).content.decode()
    assert "Nobody serves this queue yet: add agents to it." in page


def test_an_overflow_to_a_foreign_queue_is_no_choice(mallory_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        general = Queue.objects.get(is_default=True)
    assert "Select a valid choice" in errors(mallory_admin, overflow_queue=general.pk, overflow_after_seconds=60)[0]
