"""What the audit log says of privileged acts: who, from where, what was before; and what it never says."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from agents.assignments import release_conversation, take_conversation, transfer_conversation
from agents.audit import Actor, note_audit, note_refused
from agents.models import Agent, AuditEntry, Queue
from chat.conversations import open_conversation
from chat.models import Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.account.conftest import SignedIn


def lines(tenant: Tenant) -> list[AuditEntry]:
    with in_tenant(tenant):
        return list(AuditEntry.objects.order_by("at"))


def test_says_who_did_what_to_what(acme: Tenant, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        queue = Queue.objects.first()
        note_audit("queue.changed", by=alice, on=queue, changes={"name": ["A", "B"]}, now=now)
    (line,) = lines(acme)
    assert (line.actor_id, line.actor_name, line.action) == (alice.user_id, "Alice", "queue.changed")
    assert (line.object_type, line.object_id, line.object_name) == ("queue", str(queue.pk), queue.name)
    assert (line.changes, line.is_refused) == ({"name": ["A", "B"]}, False)


@pytest.mark.parametrize("name", ["password", "identity_secret", "hash", "access_token", "public_key"])
def test_never_holds_secrets(name: str, acme: Tenant, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        note_audit("agent.changed", by=alice, changes={name: ["before", "after"]}, now=now)
    assert lines(acme)[0].changes == {name: ["…", "…"]}


def test_values_are_short(acme: Tenant, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        note_audit("x.changed", by=alice, changes={"text": [None, "y" * 5000], "many": list(range(99))}, now=now)
    changes = lines(acme)[0].changes
    assert len(changes["text"][1]) <= 120
    assert len(changes["many"]) <= 20


def test_admin_changes_say_what_was_before(alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    form = {"name": "Acme", "accent": "#2563eb", "locale": "en", "idle_close_minutes": 61, "reopen_hours": 24}
    form |= {"edit_minutes": 15, "archive_after_days": 30}
    before = acme.idle_close_minutes
    alice_admin.post(f"/admin/tenants/tenant/{acme.pk}/change/", form, REMOTE_ADDR="203.0.113.7")
    (line,) = lines(acme)
    assert (line.action, line.actor_id, line.address) == ("tenant.changed", alice.user_id, "203.0.113.7")
    assert line.changes["idle_close_minutes"] == [before, 61]
    acme.save()


def test_keys_are_named_never_shown(alice_admin: Client, acme: Tenant) -> None:
    page = alice_admin.post("/admin/tenants/apikey/add/", {"name": "Shop system", "visitors:read": "on"})
    text = next(w for w in page.content.decode().replace("<", " ").replace(">", " ").split() if w.startswith("kf_sk_"))
    (line,) = lines(acme)
    assert (line.action, line.object_type) == ("apikey.added", "apikey")
    assert text not in str(line.__dict__)


def test_actions_of_a_page_are_noted(alice_admin: Client, acme: Tenant, acme_widget: Widget) -> None:
    alice_admin.post(f"/admin/chat/widget/{acme_widget.pk}/show_identity_secret/")
    (line,) = lines(acme)
    assert (line.action, line.object_id) == ("widget.changed", str(acme_widget.pk))
    assert acme_widget.identity_secret not in str(line.__dict__)


def test_who_is_no_admin_and_knocks_is_noted_once_a_minute(
    signed_in: SignedIn, bob: Agent, acme: Tenant, now: datetime
) -> None:
    client = signed_in(bob, acme)
    assert [client.get("/admin/agents/agent/").status_code for _ in range(3)] == [404] * 3
    assert client.post("/admin/agents/agent/").status_code == 404
    found = lines(acme)
    assert [(line.action, line.is_refused, line.actor_name) for line in found] == [("admin.refused", True, "Bob")] * 2
    with in_tenant(acme):
        note_refused("admin.refused", by=bob, changes={"path": [None, "/x"]}, now=now)
        note_refused("admin.refused", by=bob, changes={"path": [None, "/x"]}, now=now + timedelta(minutes=2))
        assert AuditEntry.objects.count() == 4


def test_no_path_keeps_a_refusal_out_of_the_log(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    assert signed_in(bob, acme).get("/admin/agents/agent/%00/change/").status_code == 404
    (line,) = lines(acme)
    assert line.changes["path"] == [None, "/admin/agents/agent/\ufffd/change/"]


def test_who_is_no_supervisor_and_asks_for_the_board_is_noted(
    signed_in: SignedIn, bob: Agent, acme: Tenant, alice: Agent
) -> None:
    assert [signed_in(bob, acme).get("/api/v1/agent/board").status_code for _ in range(2)] == [404, 404]
    assert signed_in(alice, acme).get("/api/v1/agent/board?zone=UTC").status_code in (200, 400)
    (line,) = lines(acme)
    assert (line.action, line.is_refused, line.actor_name) == ("api.refused", True, "Bob")
    assert line.changes["path"] == [None, "/api/v1/agent/board"]


@pytest.mark.parametrize(
    ("address", "noted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("x", None),
        ("", None),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
)
def test_an_address_that_is_none_is_left_out(
    address: str, noted: str | None, signed_in: SignedIn, bob: Agent, acme: Tenant
) -> None:
    client = signed_in(bob, acme, REMOTE_ADDR=address)
    assert client.get("/admin/agents/agent/").status_code == 404
    assert client.get("/api/v1/agent/board").status_code == 404
    assert [(line.action, line.address) for line in lines(acme)] == [("admin.refused", noted), ("api.refused", noted)]


def test_what_an_admin_may_not_is_noted(alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    assert alice_admin.post(f"/admin/agents/agent/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    (line,) = lines(acme)
    assert (line.is_refused, line.changes["path"][1]) == (True, f"/admin/agents/agent/{alice.pk}/delete/")


def test_take_over_and_reassign_are_noted(acme: Tenant, alice: Agent, bob: Agent, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now)
        take_conversation(conversation.pk, agent=bob, now=now)
        transfer_conversation(conversation.pk, by=alice, agent=alice, now=now)
        transfer_conversation(conversation.pk, by=alice, agent=bob, now=now)  # one's own: nobody is overruled
        release_conversation(conversation.pk, agent=alice, now=now)
    found = lines(acme)
    assert [line.action for line in found] == ["conversation.taken_over", "conversation.reassigned"]
    assert [line.changes["agent"] for line in found] == [["Bob", "Alice"], ["Bob", None]]
    assert {line.object_name for line in found} == {""}, "a visitor's name has no place there"


def test_brands_have_logs_of_their_own(alice_admin: Client, acme: Tenant, globex: Tenant, acme_widget: Widget) -> None:
    alice_admin.post(f"/admin/chat/widget/{acme_widget.pk}/show_identity_secret/")
    assert (len(lines(acme)), lines(globex)) == (1, [])


def test_who_has_no_account_has_a_name(acme: Tenant, now: datetime) -> None:
    with in_tenant(acme):
        note_audit("agents.imported", by=Actor(None, "importer"), changes={"rows": [None, 3]}, now=now)
    assert lines(acme)[0].actor_name == "importer"
