"""What `kefu` commands change stands in the brand's audit log, by the command line, and without a secret."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from agents.accounts import create_agent
from agents.audit import command_line, note_audit
from agents.models import Agent, AuditEntry
from kefu_project.cli import kefu
from kefu_project.cli.noting import login_name
from kefu_project.management.commands import changepassword
from tenants.context import in_tenant
from tenants.models import ApiKey, Tenant
from tenants.provisioning import delete_brand
from tests.admin.pages import remove_accounts
from tests.conftest import PASSWORD

# Every command is in one of the two: a new one that changes a brand says so in the brand's log.
NOTED = {
    "brand create",
    "brand restored",
    "agent create",
    "agent reset-password",
    "key create",
    "key revoke",
    "reports rebuild",
    "demo replay",  # the keys that it makes and revokes
    "up",  # the brands of the demo, on the first start
}
CHANGES_NO_BRAND = {
    "admin create",  # an account of the installation
    "brand delete",  # the log goes with the brand
    "brand list",
    "agent list",
    "key list",
    "automation list",
    "automation dry-run",
    "routing simulate",
    "reports catch-up",  # what the sweeps do every minute
    "doctor",
    "web",
    "worker",
    "beat",
    "migrate",
}


def run(*arguments: str) -> Any:
    command = [sys.executable, "-m", "kefu_project.cli", *arguments, "--json"]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def lines(tenant: Tenant) -> list[AuditEntry]:
    with in_tenant(tenant):
        return list(AuditEntry.objects.order_by("at", "pk"))


@pytest.fixture
def put_back(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    for tenant in brands.values():
        with in_tenant(tenant):
            Agent.objects.filter(user__email__startswith="carla@").delete()
        ApiKey.objects.filter(tenant=tenant, name="Shop system").delete()
    remove_accounts("carla@")


@pytest.mark.usefixtures("put_back")
def test_an_agent_and_a_key_are_noted_without_their_secrets(acme: Tenant, globex: Tenant) -> None:
    agent = run("agent", "create", "acme", "carla@acme.test", "--name", "Carla", "--role", "supervisor")
    key = run("key", "create", "acme", "--name", "Shop system", "--scope", "visitors:read")
    run("key", "revoke", "acme", key["key"][:12])
    made, keyed, revoked = lines(acme)
    assert {(line.actor_id, line.actor_name) for line in (made, keyed, revoked)} == {
        (None, f"command line ({login_name()})")
    }
    assert (made.action, made.object_id, made.object_name) == ("agent.added", agent["id"], "Carla")
    assert made.changes["role"] == [None, "supervisor"]
    assert made.changes["email"] == [None, "carla@acme.test"]
    assert (keyed.action, keyed.object_id) == ("apikey.added", key["id"])
    assert keyed.changes == {"name": [None, "Shop system"], "scopes": [None, "visitors:read"]}
    assert (revoked.action, revoked.object_id, revoked.changes) == (
        "apikey.changed",
        key["id"],
        {"note": [None, "Revoked."]},
    )
    said = str([line.__dict__ for line in lines(acme)])
    assert agent["password"] not in said
    assert key["key"] not in said
    assert lines(globex) == []


@pytest.mark.usefixtures("put_back")
def test_a_new_password_is_noted_in_each_brand_of_the_account(
    acme: Tenant, globex: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tenant in (acme, globex):
        with in_tenant(tenant):
            create_agent(email="carla@both.test", name="Carla", now=now)
    password = run("agent", "reset-password", "carla@both.test")["password"]
    for tenant in (acme, globex):
        (line,) = lines(tenant)
        assert (line.action, line.object_name) == ("agent.changed", "Carla")
        assert line.changes == {"password": ["…", "…"]}
        assert password not in str(line.__dict__)
    run("agent", "reset-password", "carla@both.test")
    assert len(lines(acme)) == 2
    monkeypatch.setattr(changepassword, "getpass", lambda _prompt: PASSWORD)
    call_command("changepassword", "carla@both.test")
    assert [len(lines(tenant)) for tenant in (acme, globex)] == [3, 3]
    assert PASSWORD not in str([line.__dict__ for line in lines(acme)])


def test_a_new_brands_log_begins_with_its_making() -> None:
    run("brand", "create", "initech", "--name", "Initech", "--domain", "chat.initech.test")
    tenant = Tenant.objects.get(slug="initech")
    try:
        (line,) = lines(tenant)
        assert (line.action, line.object_name) == ("tenant.added", "Initech")
        assert line.changes["domains"] == [None, "chat.initech.test"]
    finally:
        delete_brand(tenant)


def test_a_restore_is_noted_where_it_was(acme: Tenant, globex: Tenant) -> None:
    before = [tenant.epoch for tenant in (acme, globex)]
    assert [row["slug"] for row in run("brand", "restored", "acme")] == ["acme"]
    for tenant in (acme, globex):
        tenant.refresh_from_db()
    assert [tenant.epoch == one for tenant, one in zip((acme, globex), before, strict=True)] == [False, True]
    assert [(line.action, line.object_name) for line in lines(acme)] == [("tenant.restored", "Acme")]
    assert lines(globex) == []


def test_a_brand_that_cannot_be_entered_keeps_no_other_on_its_old_history(acme: Tenant, globex: Tenant) -> None:
    before = globex.epoch
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {acme.schema_name}.agents_auditentry RENAME TO half_restored")
    try:
        command = [sys.executable, "-m", "kefu_project.cli", "brand", "restored", "--all", "--json"]
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {acme.schema_name}.half_restored RENAME TO agents_auditentry")
    assert (done.returncode, "1 of 2 brands" in done.stderr, "kefu brand restored acme" in done.stderr) == (
        1,
        True,
        True,
    )
    globex.refresh_from_db()
    assert globex.epoch != before
    assert [line.action for line in lines(globex)] == ["tenant.restored"]


def test_sums_counted_anew_are_noted(acme: Tenant, globex: Tenant) -> None:
    run("reports", "rebuild", "--brand", "acme")
    assert [line.action for line in lines(acme)] == ["reports.rebuilt"]
    assert lines(globex) == []


def test_what_was_refused_left_no_line(acme: Tenant, alice: Agent) -> None:
    command = [sys.executable, "-m", "kefu_project.cli", "agent", "create", "acme", "alice@acme.test", "--name", "Al"]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert lines(acme) == []


def test_every_command_says_whether_it_is_noted() -> None:
    assert set(_leaves(kefu, ())) == NOTED | CHANGES_NO_BRAND
    assert not NOTED & CHANGES_NO_BRAND


def _leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _leaves(found, (*path, name))


@pytest.mark.parametrize(("language", "shown"), [("en", "command line (carla)"), ("zh-hans", "命令行 (carla)")])
def test_the_page_says_command_line(
    language: str, shown: str, alice_admin: Client, alice: Agent, acme: Tenant, now: datetime
) -> None:
    with in_tenant(acme):
        line = note_audit("apikey.added", by=command_line("carla"), changes={"name": [None, "Shop"]}, now=now)
    headers = {"accept-language": language}
    for page in ("/admin/agents/auditentry/", f"/admin/agents/auditentry/{line.pk}/change/"):
        assert shown in alice_admin.get(page, headers=headers).content.decode(), page
    found = alice_admin.get("/admin/agents/auditentry/", {"q": "command line"}, headers=headers)
    assert shown in found.content.decode()


def test_behind_sudo_it_is_who_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "carla")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert login_name() == "carla"
    monkeypatch.delenv("SUDO_USER")
    assert login_name() == "root"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert login_name() == "4000000"
    assert command_line("").name == "command line"


@pytest.mark.usefixtures("put_back")
def test_added_by_the_page_says_what_was_filled_in(alice_admin: Client, acme: Tenant) -> None:
    form = {"name": "Shop system", "visitors:read": "on"}
    alice_admin.post("/admin/tenants/apikey/add/", form)
    (line,) = lines(acme)
    assert line.changes == {"name": [None, "Shop system"], "scopes": [None, "visitors:read"]}
