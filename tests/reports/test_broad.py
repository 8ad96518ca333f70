"""Broad sums: a page of them is the page of hours, in any zone, after corrections and while they are filled."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from history.models import BroadCount, BroadSpread, ReportPosition
from history.reports import broad
from history.reports.broad import fill_broad, week_of
from history.reports.parts import Parts, Place, Time, hour_of, moment_of
from history.reports.question import GROUPS, Question
from history.reports.summing import TOTAL, read_sums
from history.reports.sums import COUNTS, add_to_sums
from tenants.ids import new_id

# Clocks go back on 25 October 2026 in Berlin, on 1 November in New York; Kolkata's days begin inside an hour of UTC.
FIRST, DAYS = datetime(2026, 10, 12, 5, tzinfo=UTC), 28
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Shanghai"]
QUEUES, AGENTS, TAGS = ([str(new_id()) for _ in range(n)] for n in (3, 4, 2))


def generated(seed: int, size: int = 700) -> Parts:
    """What so many conversations put in, over four weeks."""
    rng, parts = random.Random(seed), Parts()
    for _ in range(size):
        hour = hour_of(FIRST + timedelta(hours=rng.randrange(DAYS * 24)))
        place = Place(hour, rng.choice([*QUEUES, ""]), rng.choice([*AGENTS, ""]))
        one = Parts()
        for name in rng.sample(COUNTS, 3):
            one.count(place, name)
        time = rng.choice([Time.BOTH, Time.CLOCK, Time.BUSINESS])
        one.measure(place, rng.randint(1, 3), time, rng.lognormvariate(5, 2))
        one.rate(place, rng.randint(1, 5))
        parts.add(one.with_tags(rng.sample(TAGS, rng.randint(0, 2))))
    return parts


def shown(question: Question, *, is_filled: bool) -> dict[str, Any]:
    found = read_sums(question, (TOTAL, *GROUPS), is_filled)
    return {group: {key: one.shown() for key, one in rows.items()} for group, rows in found.items()}


def questions(zone: str) -> list[Question]:
    """Within a week, over its ends, whole weeks, everything; on the clock and in business time."""
    ranges = [(13, 15), (17, 20), (19, 25), (24, 26), (12, 40), (5, 60)]
    start = date(2026, 10, 1)
    return [
        Question(start + timedelta(days=a - 1), start + timedelta(days=b - 1), zone, time=time)
        for a, b in ranges
        for time in ("clock", "business")
    ]


def kept() -> list[list[str]]:
    return [
        sorted(str({name: value for name, value in row.items() if name != "id"}) for row in model.objects.values())
        for model in (BroadCount, BroadSpread)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_page_is_the_same_from_broad_sums_and_from_hours(inside: None, zone: str) -> None:
    parts = generated(1)
    add_to_sums(parts)
    correction = Parts()
    correction.add(generated(2, 200), sign=1)
    add_to_sums(correction)
    for question in questions(zone):
        broadly = shown(question, is_filled=True)
        assert broadly == shown(question, is_filled=False)
        assert broadly[TOTAL], "a question about nothing proves nothing"


def test_a_correction_takes_out_what_was_put_in(inside: None) -> None:
    add_to_sums(generated(1))
    before = kept()
    late, out = generated(3, 50), Parts()
    add_to_sums(late)
    assert kept() != before
    out.add(late, sign=-1)
    add_to_sums(out)
    assert kept() == before


def test_an_upgrade_is_filled_by_sweeps_in_stretches(inside: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums by hour are there, broad ones are not; between the stretches corrections come in on both sides."""
    add_to_sums(generated(1))
    add_to_sums(generated(4, 100))
    add_to_sums(generated(5, 100))
    whole = kept()
    for model in (BroadCount, BroadSpread):
        model.objects.all().delete()
    out = Parts()
    for seed in (4, 5):
        out.add(generated(seed, 100), sign=-1)
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    add_to_sums(out, begin)
    assert kept() == [[], []]
    ReportPosition.objects.update_or_create(pk=1, defaults={"broad_until": begin})

    monkeypatch.setattr(broad, "FILL", timedelta(weeks=1))
    for seed in (4, 5):
        assert not fill_broad(1)
        add_to_sums(generated(seed, 100), ReportPosition.objects.get().broad_until)
    assert kept() != whole
    assert fill_broad()
    assert ReportPosition.objects.get().broad_until is None
    assert kept() == whole
    assert fill_broad() and kept() == whole


def test_weeks_begin_on_monday() -> None:
    for day in range(14):
        moment = FIRST + timedelta(days=day, hours=day)
        monday = moment_of(week_of(hour_of(moment)))
        assert (monday.weekday(), monday.hour) == (0, 0)
        assert timedelta() <= moment - monday < timedelta(days=7)
