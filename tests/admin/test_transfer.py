"""Import and export of agents and canned replies: round trips, previews, why rows will not do, and no formulas."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.admin.transfer import guarded, plain
from agents.models import Agent, AuditEntry, CannedReply, Membership, Queue, Skill
from tenants.context import in_tenant
from tenants.models import Tenant, User
from tests.admin.pages import remove_accounts
from tests.admin.tables import AS_CSV, AS_JSON, confirm, export, upload

AGENTS, CANNED = "/admin/agents/agent/", "/admin/agents/cannedreply/"


@pytest.fixture(autouse=True)
def put_back(acme: Tenant, bob: Agent) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        CannedReply.objects.all().delete()
        Agent.objects.exclude(display_name__in=["Alice", "Bob"]).delete()
        Agent.objects.filter(pk=bob.pk).update(role="agent", scope="brand", capacity=5, languages=[], is_active=True)
        Membership.objects.get_or_create(agent=bob, queue=Queue.objects.get(is_default=True))
        Skill.objects.all().delete()
    remove_accounts("carol@")
    remove_accounts("dave@")


def reasons(preview: Any) -> str:
    assert "confirm_form" not in preview.context
    return " ".join(str(row.error) for row in preview.context["result"].invalid_rows)


def actions(tenant: Tenant) -> list[str]:
    with in_tenant(tenant):
        return list(AuditEntry.objects.order_by("at").values_list("action", flat=True))


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"]


@pytest.mark.parametrize("cell", [*FORMULAS, "'quoted", "plain", "", "a=b"])
def test_formulas_become_text_and_come_back(cell: str) -> None:
    assert not guarded(cell).startswith(tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20"))
    assert plain(guarded(cell)) == cell


def test_agents_are_exported_without_secrets(alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    rows = export(alice_admin, AGENTS)
    assert [row["email"] for row in rows] == ["alice@acme.test", "bob@acme.test"]
    assert rows[0] | {"queues": ""} == {
        "email": "alice@acme.test",
        "name": "Alice",
        "role": "admin",
        "scope": "brand",
        "capacity": "5",
        "languages": "",
        "skills": "",
        "queues": "",
        "active": "yes",
    }
    assert alice.user.password not in json.dumps(rows)
    assert actions(acme) == ["agent.exported"]


def test_what_was_exported_comes_in_unchanged(alice_admin: Client, acme: Tenant) -> None:
    for kind in (AS_CSV, AS_JSON):
        rows = export(alice_admin, AGENTS, kind)
        text = json.dumps(rows)
        if kind == AS_CSV:
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            text = out.getvalue()
        answer = confirm(alice_admin, AGENTS, upload(alice_admin, AGENTS, text, kind))
        assert answer.status_code == 302
        assert export(alice_admin, AGENTS, kind) == rows


def test_a_preview_writes_nothing(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    text = "email,name,capacity\nbob@acme.test,Xyz,9\ncarol@acme.test,Carol,3\n"
    preview = upload(alice_admin, AGENTS, text)
    assert "Xyz" in preview.content.decode()
    assert not User.objects.filter(email="carol@acme.test").exists()
    with in_tenant(acme):
        assert Agent.objects.get(pk=bob.pk).display_name == "Bob"
    assert actions(acme) == []


def test_new_accounts_get_passwords_that_are_shown_once(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        Skill.objects.create(name="Refunds")
        general = Queue.objects.get(is_default=True).name
    text = "email,name,role,capacity,languages,skills,queues\n"
    text += f"Carol@acme.test,Carol,supervisor,3,en; zh-hans,Refunds,{general}\n"
    text += "bob@acme.test,Bob,agent,7,,,\n"
    page = confirm(alice_admin, AGENTS, upload(alice_admin, AGENTS, text))
    assert page.status_code == 200
    with in_tenant(acme):
        carol = Agent.objects.select_related("user").get(display_name="Carol")
        assert (carol.role, carol.capacity, carol.languages) == ("supervisor", 3, ["en", "zh-hans"])
        assert [one.name for one in carol.skills.all()] == ["Refunds"]
        assert [one.name for one in carol.queues.all()] == [general]
        after = Agent.objects.get(pk=bob.pk)
        assert (after.capacity, after.queues.count()) == (7, 0), "an empty cell empties, a missing column does not"
        imported = AuditEntry.objects.get(action="agent.imported")
        assert imported.changes == {"new": [None, 1], "update": [None, 1]}
    found = re.search(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page.content.decode())
    assert found
    assert carol.user.check_password(found[1])
    assert page["Cache-Control"].startswith("no-store")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,X,agent,brand,5,,,,yes", "is not an e-mail address"),
        ("x@acme.test,,agent,brand,5,,,,yes", "1 to 80 characters"),
        ("x@acme.test,X,boss,brand,5,,,,yes", "is not a role"),
        ("x@acme.test,X,agent,galaxy,5,,,,yes", "Write brand or queues"),
        ("x@acme.test,X,agent,brand,many,,,,yes", "Give a number from 1 to 1000"),
        ("x@acme.test,X,agent,brand,0,,,,yes", "Give a number from 1 to 1000"),
        ("x@acme.test,X,agent,brand,0000000059999999999,,,,yes", "Give a number from 1 to 1000"),
        ("x@acme.test,X,agent,brand,5,klingon!,,,yes", "is no language"),
        ("x@acme.test,X,agent,brand,5,,Magic,,yes", "There is no skill “Magic”"),
        ("x@acme.test,X,agent,brand,5,,,Nowhere,yes", "There is no queue “Nowhere”"),
        ("x@acme.test,X,agent,queues,5,,,,yes", "no queue is theirs"),
        ("x@acme.test,X,agent,brand,5,,,,perhaps", "Write yes or no"),
        ("alice@acme.test,Alice,agent,brand,5,,,,yes", "at least one active admin"),
    ],
)
def test_rows_say_why_they_will_not_do(row: str, reason: str, alice_admin: Client, acme: Tenant) -> None:
    header = "email,name,role,scope,capacity,languages,skills,queues,active\n"
    preview = upload(alice_admin, AGENTS, header + row + "\n")
    assert reason in reasons(preview)
    assert reason in preview.content.decode().replace("&quot;", '"')
    assert not User.objects.filter(email="x@acme.test").exists()


def test_rows_that_do_no_more_when_they_are_confirmed(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        Skill.objects.create(name="Refunds")
    text = "email,name,skills,capacity\ncarol@acme.test,Carol,Refunds,3\nbob@acme.test,Bob,,7\n"
    preview = upload(alice_admin, AGENTS, text)
    with in_tenant(acme):
        Skill.objects.all().delete()
    confirm(alice_admin, AGENTS, preview)
    assert "Rows are missing" in alice_admin.get(AGENTS).content.decode()
    with in_tenant(acme):
        assert not Agent.objects.filter(display_name="Carol").exists()
        assert Agent.objects.get(pk=bob.pk).capacity == 7


def test_an_account_of_another_brand_keeps_its_password(
    alice_admin: Client, acme: Tenant, mallory: Agent, globex: Tenant
) -> None:
    text = "email,name\nmallory@globex.test,M\n"
    assert confirm(alice_admin, AGENTS, upload(alice_admin, AGENTS, text)).status_code == 302
    assert User.objects.get(pk=mallory.user_id).password == mallory.user.password
    with in_tenant(globex):
        assert Agent.objects.get(pk=mallory.pk).display_name == "Mallory"


def test_canned_replies_with_hostile_cells(alice_admin: Client, acme: Tenant) -> None:
    texts = {"en": '=HYPERLINK("http://evil.example")', "zh-hans": "您好，{{visitor.name}}", "fr": "Bonjour"}
    with in_tenant(acme):
        CannedReply.objects.create(shortcut="hi", title="@cmd", texts=texts)
        own = Agent.objects.get(display_name="Bob")
        CannedReply.objects.create(shortcut="mine", title="Mine", texts={"en": "private"}, owner=own)
    rows = export(alice_admin, CANNED)
    assert len(rows) == 1, "agents' own are theirs"
    assert (rows[0]["title"], rows[0]["text_en"]) == ("'@cmd", "'" + texts["en"])
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    with in_tenant(acme):
        CannedReply.objects.filter(owner__isnull=True).delete()
    assert confirm(alice_admin, CANNED, upload(alice_admin, CANNED, out.getvalue())).status_code == 302
    with in_tenant(acme):
        back = CannedReply.objects.get(owner__isnull=True)
    assert (back.title, back.texts) == ("@cmd", texts)
    assert actions(acme) == ["cannedreply.exported", "cannedreply.imported"]


def test_canned_replies_that_will_not_do(alice_admin: Client, acme: Tenant) -> None:
    bad = "shortcut,queue,text_en,text_klingon-dialect\ntwo words,Nowhere,,\n"
    found = reasons(upload(alice_admin, CANNED, bad))
    for reason in ("letters, digits", "There is no queue", "at least one language", "is no language"):
        assert reason in found


@pytest.mark.parametrize("text", ["", "\x00\x01", "[1, 2", "email\n"])
def test_files_that_are_no_table(text: str, alice_admin: Client) -> None:
    for kind in (AS_CSV, AS_JSON):
        assert upload(alice_admin, AGENTS, text, kind).status_code == 200


def test_files_that_are_too_large(alice_admin: Client) -> None:
    page = upload(alice_admin, AGENTS, "email\n" + "x" * 1_100_000).content.decode()
    assert "at most 1024 KB" in page


def test_a_foreign_preview_cannot_be_confirmed(
    alice_admin: Client, mallory_admin: Client, acme: Tenant, globex: Tenant
) -> None:
    preview = upload(alice_admin, CANNED, "shortcut,text_en\nacmes,secret\n")
    form = preview.context["confirm_form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    mallory_admin.raise_request_exception = False
    mallory_admin.post(f"{CANNED}process_import/", values)
    with in_tenant(globex):
        assert not CannedReply.objects.exists()


def test_only_admins(signed_in: Any, bob: Agent, acme: Tenant) -> None:
    client = signed_in(bob, acme)
    for address in (AGENTS, CANNED):
        for page in ("import/", "export/", "process_import/"):
            assert client.get(f"{address}{page}").status_code == 404
            assert client.post(f"{address}{page}").status_code == 404
