"""The whole way of an upgrade: a brand as the last version before the desk left it, migrated to today's."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.module_loading import import_string

from agents.models import Agent, Queue
from chat.models import Conversation
from history.models import ArchivedMessage, Broad, BroadCount, HourlyCount, ReportPosition
from history.reports.sweep import sweep_reports
from kefu_project.celery import app
from tenants.context import in_tenant
from tenants.models import Tenant
from tenants.provisioning import create_brand, delete_brand
from tests.tenancy.catalogue import catalogue
from tests.tenancy.old_brand import Past, make_old_brand, migrate_to_leaves

# By visitor: what happened, who has it, and the number of the message that waits for an answer (None: none does).
TALKS: dict[str, tuple[str, str, int | None]] = {
    "Thrice": ("vvv", "", 1),
    "Again": ("vavnv", "Otto", 3),
    "Answered": ("vva", "Otto", None),
    "Silent": ("", "", None),
    "Bot": ("vb", "", 1),
    "Greeted": ("b", "", None),
    "Reopened": ("vcovv", "", 4),
    "Closed": ("vac", "Olga", None),
    "Unanswered": ("vc", "", None),
}
TABLES = ["chat.Visitor", "chat.Widget", "chat.Conversation", "chat.Message", "history.Transcript"]
TABLES += ["agents.Agent", "agents.Queue", "agents.Membership", "agents.Assignment", "history.ArchivedMessage"]
# By table and key: the row, with the columns of that time.
Rows = dict[str, dict[Any, dict[str, Any]]]


class Upgraded(NamedTuple):
    tenant: Tenant
    past: Past
    before: Rows
    after: Rows


@pytest.fixture(scope="module")
def old(brands: object) -> Iterator[Upgraded]:
    """A brand with everything in it that brands had then, after the upgrade."""
    now = timezone.now()
    tenant = make_old_brand("old", now)
    with in_tenant(tenant):
        past = Past(now)
        for name, (log, agent, _asked) in TALKS.items():
            past.talk(name, log, agent=agent)
        past.talk("Archived", "vavac", agent="Olga", archived=True, days=60)
        before = rows_of(past.apps)
        migrate_to_leaves()
        after = rows_of(apps)
    yield Upgraded(tenant, past, before, after)
    delete_brand(tenant)


def rows_of(registry: Any) -> Rows:
    found: Rows = {}
    for label in TABLES:
        model = registry.get_model(label)
        names = [field.attname for field in model._meta.concrete_fields]
        found[label] = {row["pk"]: row for row in model.objects.values("pk", *names)}
    return found


def test_everything_is_there(old: Upgraded) -> None:
    for label, rows in old.before.items():
        assert rows, label
        assert old.after[label].keys() == rows.keys(), label
        for pk, row in rows.items():
            assert {name: old.after[label][pk][name] for name in row} == row, label


def test_new_columns_say_what_is_so(old: Upgraded) -> None:
    names = {row["pk"]: row["name"] for row in old.after["chat.Visitor"].values()}
    conversations = {names[row["visitor_id"]]: row for row in old.after["chat.Conversation"].values()}
    for name, (log, _agent, asked) in TALKS.items():
        one = conversations[name]
        begin = old.past.now - timedelta(minutes=len(log) + 1)
        assert one["awaiting_reply_since"] == (None if asked is None else begin + timedelta(minutes=asked)), name
        assert one["queued_at"] == one["waiting_since"], name
        assert (one["status"] == "waiting") == (one["queued_at"] is not None), name
        assert (one["priority"], one["language"], one["left_message"]) == (2, "", False), name
        assert one["tag_ids"] == one["skill_ids"] == [], name
        assert one["reply_due_at"] is one["snoozed_until"] is one["rating"] is None, name
    # Nobody's work is given out by itself because of an upgrade.
    assert {row["strategy"] for row in old.after["agents.Queue"].values()} == {Queue.Strategy.MANUAL}
    assert {row["scope"] for row in old.after["agents.Agent"].values()} == {Agent.Scope.BRAND}


@pytest.mark.usefixtures("remove_new")
def test_its_schema_is_a_new_brands(old: Upgraded) -> None:
    new = create_brand(slug="new", name="New", domains=["new.localhost"], now=timezone.now())
    upgraded = catalogue(old.tenant)
    for what, found in catalogue(new).items():
        assert upgraded[what] == found, what


@pytest.fixture
def remove_new() -> Iterator[None]:
    yield
    delete_brand(Tenant.objects.get(slug="new"))


def test_all_sweeps_run_over_it(old: Upgraded, caplog: pytest.LogCaptureFixture) -> None:
    with in_tenant(old.tenant):
        Queue.objects.update(strategy=Queue.Strategy.LEAST_LOADED)
        Agent.objects.update(is_present=True)
    sweeps = {entry["args"][0] for entry in app.conf.beat_schedule.values() if "args" in entry}
    # Presence last: nobody is connected, and who is not there is given nothing.
    last = "agents.tasks.sweep_presence"
    with caplog.at_level(logging.ERROR):
        for name in [*sorted(sweeps - {last}), last]:
            import_string(name)(str(old.tenant.pk))
    assert not caplog.records
    with in_tenant(old.tenant):
        waited = Conversation.objects.get(visitor__name="Thrice")
        assert waited.status == "assigned" and waited.reply_due_at is not None
        assert ReportPosition.objects.get().complete_at is not None
        assert sum(HourlyCount.objects.filter(tag_id=None).values_list("opened", flat=True)) == len(TALKS) + 1
        assert ArchivedMessage.objects.count() == len("+vavac")


def test_older_workers_cannot_leave_half_of_the_sums(old: Upgraded) -> None:
    """Those before history 0005 kept no broad sums: what they did before is made good, and later they are refused."""
    with in_tenant(old.tenant):
        sweep_reports(timezone.now())
        migrate(("history", "0004_broad_sums"))
        change = HourlyCount.objects.order_by("hour", "pk").filter(tag_id=None)[:1].get()
        HourlyCount.objects.filter(pk=change.pk).update(messages_in=F("messages_in") + 5)
        count_as_before()
        migrate(("history", "0005_only_whole_sums"))
        with pytest.raises(IntegrityError, match="form"), transaction.atomic():
            count_as_before()
        sweep_reports(timezone.now())
        assert ReportPosition.objects.get().broad_until is None
        hourly = HourlyCount.objects.filter(tag_id=None).aggregate(opened=Sum("opened"), said=Sum("messages_in"))
        for kind in (Broad.Kind.HOUR, Broad.Kind.QUEUE, Broad.Kind.AGENT):
            broad = BroadCount.objects.filter(kind=kind)
            assert broad.aggregate(opened=Sum("opened"), said=Sum("messages_in")) == hourly


def count_as_before() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_countedconversation (conversation_id, seq, settled, parts)"
            " SELECT conversation_id, seq, settled, parts FROM history_countedconversation LIMIT 1"
            " ON CONFLICT (conversation_id) DO UPDATE SET seq = excluded.seq"
        )


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))
