"""Counting: right against a plain recount, the same after a rebuild, harmless when killed or run twice."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agents.authors import author_of
from agents.models import Agent, Calendar, Queue, SlaTarget
from chat.access import get_conversation
from chat.authors import SYSTEM
from chat.conversations import record, reopen_conversation
from chat.marks import set_priority, tag_conversation
from chat.message_log import lock_conversation
from chat.models import Tag
from history.archive import archive_conversation
from history.models import BroadCount, BroadSpread, HourlyCount, HourlyLoad, HourlySpread, ReportPosition
from history.reports import sweep
from history.reports.parts import Time
from history.reports.spread import quantile
from history.reports.sums import COUNTS
from history.reports.sweep import rebuild_reports, sweep_reports
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.conftest import empty
from tests.reports.generated import START, STEPS, Play, Recount, nearest
from tests.threads import run_together

NOW = START + timedelta(days=1)
MEASURES = {"waited": 1, "first_response": 2, "resolution": 3, "rating": 4}


def sums() -> dict[str, Any]:
    """All rows of the reports' tables, as one comparable thing."""
    models = (HourlyCount, HourlySpread, BroadCount, BroadSpread, HourlyLoad)
    return {
        model.__name__: sorted(
            str({name: value for name, value in row.items() if name != "id"}) for row in model.objects.values()
        )
        for model in models
    }


def counted_as(recount: Recount) -> None:
    """The sums say what the recount knows, no more and no less."""
    found = {
        (name, row["hour"], str(row["queue_id"] or ""), str(row["agent_id"] or "")): row[name]
        for row in HourlyCount.objects.filter(tag_id=None).values()
        for name in COUNTS
        if row[name]
    }
    assert found == dict(recount.counts)
    spreads: dict[Any, dict[int, int]] = defaultdict(dict)
    totals: dict[Any, int] = defaultdict(int)
    for row in HourlySpread.objects.filter(tag_id=None).values():
        name = next(name for name, measure in MEASURES.items() if measure == row["measure"])
        key = (name, row["hour"], str(row["queue_id"] or ""), str(row["agent_id"] or ""))
        spreads[key][row["bucket"]] = row["count"]
        totals[key] += row["total"]
    assert spreads.keys() == recount.values.keys()
    for key, values in recount.values.items():
        assert totals[key] == round(sum(values))
        assert sum(spreads[key].values()) == len(values)
        if key[0] == "rating":
            assert spreads[key] == {int(value): values.count(value) for value in values}
        else:
            exact = nearest(values, 0.5)
            assert abs((quantile(spreads[key], 0.5) or 0) - exact) <= 0.0251 * exact


# Shrinking would play hundreds of conversations for minutes.
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(1, 3))
def test_generated_conversations_are_counted_as_by_hand(
    acme: Tenant, globex: Tenant, agents: list[Agent], queues: list[Queue], stories: list[Any], cut: int
) -> None:
    empty([acme])
    recount = Recount()
    with in_tenant(acme):
        plays = [Play(agents, queues, recount, START + timedelta(minutes=7 * n)) for n in range(len(stories))]
        half = [len(steps) * cut // 4 for steps in stories]
        for play, steps, at in zip(plays, stories, half, strict=True):
            play.play(steps[:at])
        middle = max(play.now for play in plays)
        sweep_reports(middle)
        for play, steps, at in zip(plays, stories, half, strict=True):
            play.now = middle  # time goes on for all of them
            play.play(steps[at:])
            play.settle()
        sweep_reports(NOW + timedelta(hours=1))
        counted_as(recount)
        incremental = sums()
        rebuild_reports(NOW + timedelta(hours=1))
        assert sums() == incremental
        counted_as(recount)


def one(agents: list[Agent], queues: list[Queue], steps: list[Any], start: datetime = START) -> Play:
    play = Play(agents, queues, Recount(), start)
    play.play(steps)
    return play


DAY = [("ask", 0, 0), ("take", 0, 60), ("answer", 0, 30), ("ask", 0, 600), ("answer", 0, 60), ("close", 0, 900)]


def test_twice_is_once(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    one(agents, queues, DAY)
    assert sweep_reports(NOW) == 1
    before = sums()
    assert sweep_reports(NOW) == 0
    assert sums() == before
    assert HourlyCount.objects.filter(opened=1).count() == 1


def test_archived_conversations_count_the_same(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    play = one(agents, queues, DAY)
    sweep_reports(NOW)
    before = sums()
    assert archive_conversation(play.id, closed_before=NOW, now=NOW)
    rebuild_reports(NOW)
    assert sums() == before


def test_killed_in_the_middle_nothing_is_counted_twice_or_lost(
    inside: None, agents: list[Agent], queues: list[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends after any one write: the transaction is taken back, and the next sweep does it whole."""
    for n in range(5):
        one(agents, queues, DAY, START + timedelta(minutes=n))
    monkeypatch.setattr(sweep, "BATCH", 2)
    rebuild_reports(NOW)
    whole = sums()

    class Killed(BaseException):
        pass

    for after in range(1, 40):
        rebuild_is_killed = False
        writes = 0

        def kill(execute: Any, sql: str, params: Any, many: bool, context: Any, after: int = after) -> Any:
            nonlocal writes
            answer = execute(sql, params, many, context)
            writes += sql.startswith(("INSERT", "UPDATE", "DELETE"))
            if writes > after:
                raise Killed
            return answer

        try:
            with connection.execute_wrapper(kill):
                rebuild_reports(NOW)
        except Killed:
            rebuild_is_killed = True
        sweep_reports(NOW)
        assert sums() == whole, f"killed after {after} writes"
        if not rebuild_is_killed:
            return
    raise AssertionError("it was never left alone to the end")


def test_two_sweeps_and_a_rebuild_at_once(acme: Tenant, agents: list[Agent], queues: list[Queue]) -> None:
    with in_tenant(acme):
        for n in range(6):
            one(agents, queues, DAY, START + timedelta(minutes=n))

    verbs = [sweep_reports, rebuild_reports, sweep_reports, sweep_reports]

    def count(number: int) -> None:
        with in_tenant(acme):
            verbs[number](NOW)

    run_together(len(verbs), count)
    with in_tenant(acme):
        sweep_reports(NOW)
        after = sums()
        rebuild_reports(NOW)
        assert sums() == after
        assert sum(HourlyCount.objects.filter(tag_id=None).values_list("opened", flat=True)) == 6


def test_a_tag_put_on_later_counts_all_of_its_conversation(
    inside: None, agents: list[Agent], queues: list[Queue]
) -> None:
    play = one(agents, queues, DAY)
    sweep_reports(NOW)
    tag = new_id()
    change_tags(play, [tag], NOW)
    sweep_reports(NOW + timedelta(minutes=1))
    tagged = HourlyCount.objects.filter(tag_id=tag)
    assert sum(row.closed for row in tagged) == 1
    assert sum(row.messages_in for row in tagged) == 2
    assert HourlySpread.objects.filter(tag_id=tag).exists()

    change_tags(play, [], NOW + timedelta(minutes=2))
    sweep_reports(NOW + timedelta(minutes=3))
    assert not HourlyCount.objects.filter(tag_id=tag).exists()
    assert not HourlySpread.objects.filter(tag_id=tag).exists()
    assert not BroadCount.objects.filter(owner_id=tag).exists()
    assert not BroadSpread.objects.filter(owner_id=tag).exists()


def test_a_tag_put_on_after_the_day_was_counted_reaches_its_reports(
    acme: Tenant, globex: Tenant, agents: list[Agent], queues: list[Queue]
) -> None:
    """By the real verb, which is no activity: nothing else in the log moves, and the position is long past it."""
    with in_tenant(acme):
        play = one(agents, queues, DAY)
        one(agents, queues, DAY, START + timedelta(days=5))
        later = START + timedelta(days=6)
        assert sweep_reports(later) == 2
        active_at = play.fresh().active_at
        tag = Tag.objects.create(name="late")
        try:
            tag_conversation(play.id, add=[tag.pk], by=author_of(agents[0]), now=later)
            assert play.fresh().active_at == active_at
            assert sweep_reports(later + timedelta(minutes=1)) == 1
            assert sweep_reports(later + timedelta(minutes=2)) == 0
            tagged = HourlyCount.objects.filter(tag_id=tag.pk)
            assert {row.hour.date() for row in tagged} == {START.date()}
            assert sum(row.closed for row in tagged) == 1
            before = sums()
            rebuild_reports(later + timedelta(minutes=2))
            assert sums() == before
        finally:
            tag.delete()
    with in_tenant(globex):
        assert sweep_reports(later + timedelta(minutes=1)) == 0
        assert not HourlyCount.objects.exists()


def test_batches_of_the_walk_miss_nothing_whichever_way_a_conversation_changed(
    inside: None, agents: list[Agent], queues: list[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    plays = [one(agents, queues, DAY, START + timedelta(minutes=n % 3)) for n in range(9)]
    assert sweep_reports(NOW) == 9
    for n, play in enumerate(plays):
        if n % 2:
            set_priority(play.id, 4, by=SYSTEM, now=NOW + timedelta(seconds=n // 4))
        else:
            reopen_conversation(play.id, by=SYSTEM, now=NOW + timedelta(seconds=n // 4))
            set_priority(play.id, 4, by=SYSTEM, now=NOW + timedelta(seconds=n // 4 + 1))
    assert sweep_reports(NOW + timedelta(minutes=1)) == 9
    assert sweep_reports(NOW + timedelta(hours=1)) == 0


def change_tags(play: Play, tags: list[Any], now: datetime) -> None:
    with transaction.atomic():
        conversation = lock_conversation(play.id)
        conversation.tag_ids = tags
        conversation.save(update_fields=["tag_ids"])
        record(conversation, "conversation.tagged", SYSTEM, {"tags": [str(tag) for tag in tags], "by": None}, now)


def test_promises_are_counted_when_they_are_settled(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    play = one(agents, queues, DAY)
    queue = get_conversation(play.id).queue_id
    first = SlaTarget.objects.create(
        conversation_id=play.id, kind="first", queue_id=queue, started_at=START, due_at=START + timedelta(minutes=5)
    )
    sweep_reports(NOW)
    assert not HourlyCount.objects.exclude(first_kept=0).exists()
    # Both are written with times that lie behind what was counted already.
    SlaTarget.objects.filter(pk=first.pk).update(met_at=START + timedelta(minutes=4), agent_id=agents[0].pk)
    sweep_reports(NOW + timedelta(minutes=1))
    assert HourlyCount.objects.filter(tag_id=None, first_kept=1, agent_id=agents[0].pk).exists()
    late = START + timedelta(hours=1)
    SlaTarget.objects.create(
        conversation_id=play.id, kind="resolution", queue_id=queue, started_at=START, due_at=late, breached_at=late
    )
    sweep_reports(NOW + timedelta(minutes=2))
    rows = HourlyCount.objects.filter(tag_id=None)
    assert sum(row.resolution_broken for row in rows) == 1
    assert [(row.agent_id, row.first_kept) for row in rows if row.first_kept] == [(agents[0].pk, 1)]
    before = sums()
    rebuild_reports(NOW + timedelta(minutes=1))
    assert sums() == before


def test_a_limit_is_gone_on_from(
    inside: None, agents: list[Agent], queues: list[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    for n in range(5):
        one(agents, queues, DAY, START + timedelta(minutes=n))
    counted = [sweep_reports(NOW, limit=2) for _ in range(4)]
    assert (counted[0], sum(counted), counted[-1]) == (2, 5, 0)
    assert ReportPosition.objects.get().complete_at == NOW


def test_progress_is_told(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    told: list[int] = []
    one(agents, queues, DAY)
    assert rebuild_reports(NOW, told.append) == 1
    assert told[-1] == 1


def test_load_is_whole_hours_of_assignments(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    """From 22:30: two at once for ten minutes, one held over the hour's end, an open one until now."""
    one(agents, queues, [("take", 0, 0), ("close", 0, 1200)])
    one(agents, queues, [("take", 0, 600), ("close", 0, 3000)])
    one(agents, queues, [("take", 1, 3600)])
    now = START + timedelta(hours=2)
    sweep_reports(now)
    rows = {
        (row.hour.hour, row.agent_id): (row.busy_seconds, row.held_seconds, row.most)
        for row in HourlyLoad.objects.all()
    }
    alice, bob = agents[0].pk, agents[1].pk
    assert rows == {
        (22, alice): (1800, 2400, 2),
        (23, alice): (1800, 1800, 1),
        (23, bob): (1800, 1800, 1),
        (0, bob): (1800, 1800, 1),
    }
    sweep_reports(now + timedelta(minutes=30))
    assert HourlyLoad.objects.get(hour__hour=0, agent_id=bob).busy_seconds == 3600


def test_each_brand_has_sums_of_its_own(acme: Tenant, globex: Tenant, agents: list[Agent], queues: list[Queue]) -> None:
    with in_tenant(acme):
        one(agents, queues, DAY)
        sweep_reports(NOW)
    with in_tenant(globex):
        assert sweep_reports(NOW) == 0
        assert not HourlyCount.objects.exists()


def test_business_time_is_that_of_the_queue(inside: None, agents: list[Agent], queues: list[Queue]) -> None:
    """Friday 22:30, closed until Monday 9:00: who was answered at 9:02 has waited two minutes of business time."""
    spans = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    calendar = Calendar.objects.create(name="Office", time_zone="UTC", spans=spans)
    Queue.objects.filter(pk=queues[0].pk).update(calendar=calendar)
    try:
        monday = START.replace(day=23, hour=9, minute=2)
        play = one(agents, queues, [("move", 0, 0)])
        play.now = monday
        play.play([("take", 0, 0), ("answer", 0, 0)])
        sweep_reports(monday + timedelta(days=1))
        found = {(row.measure, row.time): (row.count, row.total) for row in HourlySpread.objects.filter(tag_id=None)}
        clock = int((monday - START).total_seconds())
        assert found == {
            (1, Time.CLOCK): (1, clock),
            (1, Time.BUSINESS): (1, 120),
            (2, Time.CLOCK): (1, clock),
            (2, Time.BUSINESS): (1, 120),
        }
    finally:
        Queue.objects.filter(pk=queues[0].pk).update(calendar=None)
        calendar.delete()
