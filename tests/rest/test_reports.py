"""GET agent/reports and its CSV: right numbers for the asked days, for supervisors only, and never another brand's."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, Membership, Queue
from chat.authors import SYSTEM
from chat.marks import tag_conversation
from chat.models import Conversation, Tag
from history.reports.hours import hours_of_sums
from history.reports.question import Question
from history.reports.sweep import sweep_reports
from tenants.context import in_tenant
from tenants.models import Tenant
from tenants.spreadsheets import neutral
from tests.reports.generated import Play, Recount
from tests.rest.conftest import Api, problem, same_refusal

REPORTS, FILE = "/api/v1/agent/reports", "/api/v1/agent/reports.csv"
# A Friday evening in UTC, already Saturday in Shanghai.
EVENING = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
DAYS = {"from": "2026-11-20", "to": "2026-11-22", "tz": "UTC"}
TALK = [("ask", 0, 0), ("take", 1, 60), ("answer", 1, 40), ("close", 0, 900), ("rate", 1, 60)]


@pytest.fixture
def sales(acme: Tenant) -> Iterator[Queue]:
    with in_tenant(acme):
        queue = Queue.objects.create(name="=Sales")
    yield queue
    with in_tenant(acme):
        Queue.objects.filter(pk=queue.pk).delete()


@pytest.fixture
def counted(acme: Tenant, alice: Agent, bob: Agent, sales: Queue) -> None:
    """One talk of Bob's in the default queue, one that moved to Sales and waits there; both on Friday evening."""
    with in_tenant(acme):
        Play([alice, bob], [sales, sales], Recount(), EVENING).play(TALK)
        Play([alice, bob], [sales, sales], Recount(), EVENING).play([("ask", 0, 0), ("move", 0, 7200)])
        sweep_reports(EVENING + timedelta(days=1))


@pytest.fixture
def tagged(acme: Tenant, counted: None) -> Iterator[Tag]:
    """Bob's talk has it."""
    with in_tenant(acme):
        tag = Tag.objects.create(name="=Refund")
        talk = Conversation.objects.get(status="closed")
        tag_conversation(talk.pk, add=[tag.pk], by=SYSTEM, now=EVENING + timedelta(hours=36))
        sweep_reports(EVENING + timedelta(days=2))
    yield tag
    with in_tenant(acme):
        tag.delete()


def test_totals(counted: None, agent_api: Api) -> None:
    body = agent_api.get(REPORTS, DAYS).json()
    totals = body["totals"]
    assert (totals["opened"], totals["closed"], totals["assigned"], totals["unanswered"]) == (2, 1, 1, 0)
    assert (totals["messages_in"], totals["messages_out"]) == (2, 1)
    assert totals["waited"] == {
        "count": 1,
        "mean": 60.0,
        "p50": pytest.approx(60, rel=0.025),
        "p90": pytest.approx(60, rel=0.025),
    }
    assert totals["first_response"]["p50"] == pytest.approx(100, rel=0.025)
    assert totals["resolution"]["mean"] == 1000.0
    assert totals["csat"] == {"count": 1, "mean": 5.0, "good": 1.0, "scores": [0, 0, 0, 0, 1]}
    assert totals["load"] == {"busy_seconds": 940, "held_seconds": 940, "most": 1}
    assert body["error"] == 0.025 and body["complete_ts"]


def test_groups(counted: None, agent_api: Api, bob: Agent, sales: Queue) -> None:
    groups = agent_api.get(REPORTS, {**DAYS, "group": "day,week,hour,weekday_hour,queue,agent,tag"}).json()["groups"]
    assert [(row["key"], row["opened"], row["closed"]) for row in groups["day"]] == [("2026-11-20", 2, 1)]
    assert [(row["key"], row["opened"]) for row in groups["week"]] == [("2026-11-16", 2)]
    assert [(row["key"], row["opened"]) for row in groups["hour"]] == [("22", 2)]
    assert [(row["key"], row["opened"]) for row in groups["weekday_hour"]] == [("5-22", 2)]
    assert {row["name"]: row["opened"] for row in groups["queue"]} == {"General": 2}
    rows = {row["name"]: row for row in groups["agent"]}
    assert (rows["Bob"]["closed"], rows["Bob"]["messages_out"], rows["Bob"]["load"]["most"]) == (1, 1, 1)
    assert groups["tag"] == []


def test_days_are_those_of_the_time_zone_that_is_named(counted: None, agent_api: Api) -> None:
    in_shanghai = {**DAYS, "tz": "Asia/Shanghai", "group": "day,weekday_hour"}
    groups = agent_api.get(REPORTS, in_shanghai).json()["groups"]
    assert [row["key"] for row in groups["day"]] == ["2026-11-21"]
    assert [row["key"] for row in groups["weekday_hour"]] == ["6-6"]
    only_friday = agent_api.get(REPORTS, {**in_shanghai, "to": "2026-11-20"}).json()
    assert only_friday["totals"]["opened"] == 0 and only_friday["groups"]["day"] == []
    # Kolkata's midnight is at 18:30 UTC: the hour from 18:00 goes to the day of its second half.
    assert agent_api.get(REPORTS, {**DAYS, "tz": "Asia/Kolkata"}).json()["totals"]["opened"] == 2


def test_the_period_before(counted: None, agent_api: Api) -> None:
    after = {"from": "2026-11-21", "to": "2026-11-21", "tz": "UTC", "compare": "true"}
    body = agent_api.get(REPORTS, after).json()
    assert (body["totals"]["opened"], body["previous"]["opened"]) == (0, 2)


def test_filters(counted: None, agent_api: Api, alice: Agent, bob: Agent, sales: Queue) -> None:
    def totals(**query: Any) -> dict[str, Any]:
        found: dict[str, Any] = agent_api.get(REPORTS, {**DAYS, **query}).json()["totals"]
        return found

    assert totals(queue=sales.pk)["opened"] == 0
    assert totals(queue=sales.pk)["load"] is None
    assert totals(agent=bob.pk)["messages_out"] == 1
    assert totals(agent=alice.pk)["messages_out"] == 0


BAD = [
    {"from": "yesterday"},
    {"from": "2026-11-23", "to": "2026-11-20"},
    {"from": "2020-01-01"},
    {"tz": ""},
    {"tz": "../etc/passwd"},
    {"tz": "Mars/Olympus"},
    {"group": "colour"},
    {"time": "sidereal"},
    {"queue": "1"},
    {"compare": "maybe"},
]


@pytest.mark.parametrize("query", BAD, ids=str)
def test_bad_questions_are_400(agent_api: Api, query: dict[str, str]) -> None:
    problem(agent_api.get(REPORTS, {**DAYS, **query}), 400, "invalid")


def test_file(counted: None, agent_api: Api) -> None:
    answer = agent_api.get(FILE, {**DAYS, "group": "queue"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="acme-queue-2026-11-20-2026-11-22.csv"'
    rows = read_file(answer)
    assert [(row["name"], row["opened"], row["csat_mean"]) for row in rows] == [("General", "2", "5.0")]
    assert rows[0]["waited_mean"] == "60.0"


def test_file_of_hours(counted: None, agent_api: Api) -> None:
    rows = read_file(agent_api.get(FILE, {**DAYS, "group": "hours"}))
    assert sum(int(row["opened"]) for row in rows) == 2
    assert {(row["hour"], row["agent"]) for row in rows if row["messages_out"] == "1"} == {
        ("2026-11-20T22:00:00+00:00", "Bob")
    }
    (answered,) = [row for row in rows if row["first_response_count"] == "1"]
    assert (answered["queue"], answered["agent"], answered["tag"]) == ("General", "Bob", "")
    assert (answered["waited_mean"], answered["first_response_mean"], answered["resolution_mean"]) == (
        "60.0",
        "100.0",
        "1000.0",
    )
    assert float(answered["first_response_p50"]) == pytest.approx(100, rel=0.025)
    assert (answered["csat_count"], answered["csat_mean"]) == ("1", "5.0")
    problem(agent_api.get(FILE, {**DAYS, "group": "colour"}), 400, "invalid")


def test_files_of_hours_by_tag(tagged: Tag, agent_api: Api) -> None:
    rows = read_file(agent_api.get(FILE, {**DAYS, "group": "tag_hours"}))
    assert {row["tag"] for row in rows} == {"'=Refund"}
    assert (sum(int(row["opened"]) for row in rows), sum(int(row["csat_count"]) for row in rows)) == (1, 1)
    whole = read_file(agent_api.get(FILE, {**DAYS, "group": "hours"}))
    assert sum(int(row["opened"]) for row in whole) == 2, "those with a tag are not counted twice"
    assert {row["tag"] for row in whole} == {""}
    of_tag = read_file(agent_api.get(FILE, {**DAYS, "group": "hours", "tag": str(tagged.pk)}))
    assert of_tag == rows
    assert list(of_tag[0]) == list(whole[0])


def test_file_of_load(counted: None, agent_api: Api, alice: Agent, sales: Queue) -> None:
    rows = read_file(agent_api.get(FILE, {**DAYS, "group": "load_hours"}))
    assert rows == [
        {
            "hour": "2026-11-20T22:00:00+00:00",
            "agent": "Bob",
            "busy_seconds": "940",
            "held_seconds": "940",
            "most_at_once": "1",
        }
    ]
    # Nobody's time is one queue's.
    assert read_file(agent_api.get(FILE, {**DAYS, "group": "load_hours", "queue": str(sales.pk)})) == []
    assert read_file(agent_api.get(FILE, {**DAYS, "group": "load_hours", "agent": str(alice.pk)})) == []


def test_a_file_costs_as_many_queries_however_much_is_in_it(counted: None, acme: Tenant) -> None:
    start = EVENING.replace(hour=0, minute=0)
    question = Question(first=start.date(), last=start.date(), zone="UTC")
    with in_tenant(acme), CaptureQueriesContext(connection) as queries:
        assert len(list(hours_of_sums(question, start, start + timedelta(days=1), by_tag=False))) > 1
    assert len([one for one in queries if "history_hourly" in one["sql"]]) == 2


def test_one_tag(tagged: Tag, agent_api: Api) -> None:
    body = agent_api.get(REPORTS, {**DAYS, "tag": str(tagged.pk), "group": "hour,queue"}).json()
    assert (body["totals"]["opened"], body["totals"]["closed"], body["totals"]["csat"]["count"]) == (1, 1, 1)
    (hour,) = body["groups"]["hour"]
    assert (hour["key"], hour["waited"]["mean"], hour["resolution"]["mean"], hour["load"]) == ("22", 60, 1000, None)


def test_by_hour_has_all_measures(counted: None, agent_api: Api) -> None:
    (hour,) = agent_api.get(REPORTS, {**DAYS, "group": "hour"}).json()["groups"]["hour"]
    assert (hour["opened"], hour["assigned"], hour["messages_in"], hour["messages_out"]) == (2, 1, 2, 1)
    assert (hour["first_response"]["mean"], hour["csat"]["mean"], hour["load"]["busy_seconds"]) == (100, 5, 940)


def test_no_cell_is_a_formula(
    counted: None, acme: Tenant, agent_api: Api, alice: Agent, bob: Agent, sales: Queue
) -> None:
    with in_tenant(acme):
        later = EVENING + timedelta(hours=20)
        Play([alice, bob], [sales, sales], Recount(), later).play([("move", 0, 0), ("take", 0, 5), ("close", 0, 5)])
        sweep_reports(later + timedelta(days=1))
    names = [row["name"] for row in read_file(agent_api.get(FILE, {**DAYS, "group": "queue"}))]
    assert names == ["'=Sales", "General"]
    assert [neutral(cell) for cell in ("=1", "+1", "-1", "@x", "\tx", "x", -1)] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "x", -1
    ]  # fmt: skip


def read_file(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = b"".join(answer).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


@pytest.mark.parametrize("path", [REPORTS, FILE])
def test_agents_get_what_a_missing_thing_gets(bob_as: Callable[..., Api], counted: None, path: str) -> None:
    bob = bob_as()
    refused = problem(bob.get(path, DAYS), 404, "not_found")
    assert refused == bob.get("/api/v1/agent/nothing").json()
    assert bob_as(role="supervisor").get(path, DAYS).status_code == 200


@pytest.mark.parametrize("path", [REPORTS, FILE])
def test_signed_out_is_a_401(path: str) -> None:
    problem(Api().get(path, DAYS), 401, "unauthenticated")


def test_a_supervisor_of_own_queues_sees_these_and_no_others(
    counted: None, acme: Tenant, bob: Agent, bob_as: Callable[..., Api], sales: Queue
) -> None:
    with in_tenant(acme):
        default = Queue.objects.get(is_default=True)
        Membership.objects.filter(agent=bob).update(queue=sales)
    try:
        api = bob_as(role="supervisor", scope="queues")
        assert api.get(REPORTS, {**DAYS, "group": "queue"}).json()["groups"]["queue"] == []
        foreign, missing = ({**DAYS, "queue": pk} for pk in (default.pk, uuid4()))
        same_refusal(api.get(REPORTS, foreign), api.get(REPORTS, missing))
        assert read_file(api.get(FILE, {**DAYS, "group": "hours"})) == []
    finally:
        with in_tenant(acme):
            Membership.objects.filter(agent=bob).update(queue=default)


def test_mallory_sees_nothing_of_it(counted: None, acme: Tenant, mallory_api: Api, bob: Agent, sales: Queue) -> None:
    assert mallory_api.get(REPORTS, DAYS).json()["totals"]["opened"] == 0
    assert read_file(mallory_api.get(FILE, {**DAYS, "group": "hours"})) == []
    with in_tenant(acme):
        tag = Tag.objects.create(name="vip")
    for name, row in (("queue", sales), ("agent", bob), ("tag", tag)):
        foreign, missing = ({**DAYS, name: pk} for pk in (row.pk, uuid4()))
        same_refusal(mallory_api.get(REPORTS, foreign), mallory_api.get(REPORTS, missing))
    with in_tenant(acme):
        tag.delete()
