"""Business time: several spans a day, over midnight, special days, and the clocks' jumps in both directions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.calendars.hours import Hours, add_business_time, business_seconds, first_moment_of, is_open, next_opening

NINE_TO_FIVE = (9 * 60, 17 * 60)
CLOSED: tuple = ()
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")


def week(*spans):
    """The same spans every day."""
    return (tuple(spans),) * 7


def workdays(*spans):
    return (tuple(spans),) * 5 + (CLOSED,) * 2


def at(zone, *parts, fold=0):
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold)


def test_several_spans_a_day():
    hours = Hours(ZoneInfo("Asia/Shanghai"), workdays((9 * 60, 12 * 60), (13 * 60, 18 * 60)))
    monday = "Asia/Shanghai", 2026, 11, 23
    assert is_open(hours, at(*monday, 9)) and is_open(hours, at(*monday, 11, 59))
    assert not is_open(hours, at(*monday, 12)) and not is_open(hours, at(*monday, 8, 59))
    assert next_opening(hours, at(*monday, 12, 30)) == at(*monday, 13)
    assert next_opening(hours, at("Asia/Shanghai", 2026, 11, 27, 18)) == at("Asia/Shanghai", 2026, 11, 30, 9)
    assert business_seconds(hours, at(*monday, 0), at("Asia/Shanghai", 2026, 11, 30, 0)) == 5 * 8 * 3600


def test_over_midnight():
    hours = Hours(ZoneInfo("UTC"), (((22 * 60, 30 * 60),),) + (CLOSED,) * 6)
    assert is_open(hours, at("UTC", 2026, 11, 24, 5, 59))  # Tuesday, by Monday's span
    assert not is_open(hours, at("UTC", 2026, 11, 24, 6)) and not is_open(hours, at("UTC", 2026, 11, 23, 5))
    assert add_business_time(hours, at("UTC", 2026, 11, 23, 0), 3 * 3600) == at("UTC", 2026, 11, 24, 1)


def test_sundays_night_reaches_into_monday():
    hours = Hours(ZoneInfo("UTC"), (CLOSED,) * 6 + (((22 * 60, 26 * 60),),))
    assert is_open(hours, at("UTC", 2026, 11, 23, 1))


def test_a_special_day_replaces_its_week_day():
    christmas, eve = date(2026, 12, 25), date(2026, 12, 24)
    hours = Hours(ZoneInfo("UTC"), workdays(NINE_TO_FIVE), {christmas: (), eve: ((9 * 60, 12 * 60),)})
    assert next_opening(hours, at("UTC", 2026, 12, 24, 12)) == at("UTC", 2026, 12, 28, 9)
    assert business_seconds(hours, at("UTC", 2026, 12, 24), at("UTC", 2026, 12, 28)) == 3 * 3600


def test_a_special_day_does_not_cut_the_night_before_nor_count_it_twice():
    hours = Hours(ZoneInfo("UTC"), week((22 * 60, 30 * 60)), {date(2026, 12, 25): ((5 * 60, 8 * 60),)})
    assert business_seconds(hours, at("UTC", 2026, 12, 24, 22), at("UTC", 2026, 12, 25, 12)) == 10 * 3600


def test_an_hour_that_does_not_come():
    """New York, 8 March 2026: at 2:00 the clocks show 3:00."""
    hours = Hours(ZoneInfo("America/New_York"), week((90, 150)))  # 1:30 to 2:30
    night = "America/New_York", 2026, 3, 8
    assert business_seconds(hours, at(*night, 0), at(*night, 12)) == 30 * 60
    assert business_seconds(Hours(hours.zone, week((120, 180))), at(*night, 0), at(*night, 12)) == 0
    assert next_opening(Hours(hours.zone, week((150, 240))), at(*night, 0)) == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_an_hour_that_comes_twice():
    """New York, 1 November 2026: at 2:00 the clocks show 1:00 again; the first of the two counts."""
    night = "America/New_York", 2026, 11, 1
    until, since = Hours(ZoneInfo(night[0]), week((0, 90))), Hours(ZoneInfo(night[0]), week((90, 180)))
    assert business_seconds(until, at(*night, 0), at(*night, 12)) == 90 * 60
    assert business_seconds(since, at(*night, 0), at(*night, 12)) == 150 * 60
    assert is_open(since, at(*night, 1, 15, fold=1)) and not is_open(until, at(*night, 1, 15, fold=1))


@pytest.mark.parametrize(("month", "day", "length"), [(3, 29, 23), (10, 25, 25), (6, 1, 24)])
def test_day_and_night_is_as_long_as_the_day_is(month, day, length):
    hours = Hours(ZoneInfo("Europe/Berlin"), week((0, 24 * 60)))
    start = at("Europe/Berlin", 2026, month, day)
    next_day = start.date() + timedelta(days=1)
    end = at("Europe/Berlin", next_day.year, next_day.month, next_day.day)
    assert business_seconds(hours, start, end) == length * 3600


def test_a_night_shift_over_the_change_is_as_long_as_it_is():
    hours = Hours(ZoneInfo("Europe/Berlin"), week((22 * 60, 30 * 60)))
    spring, autumn = at("Europe/Berlin", 2026, 3, 28, 12), at("Europe/Berlin", 2026, 10, 24, 12)
    assert business_seconds(hours, spring, spring + timedelta(hours=22)) == 7 * 3600
    assert business_seconds(hours, autumn, autumn + timedelta(hours=23)) == 9 * 3600


def test_a_date_that_a_zone_left_out():
    """Samoa had no 30 December 2011."""
    hours = Hours(ZoneInfo("Pacific/Apia"), week(NINE_TO_FIVE))
    assert business_seconds(hours, at("UTC", 2011, 12, 29, 10), at("UTC", 2011, 12, 31, 10)) < 2 * 8 * 3600 + 1
    assert first_moment_of(datetime(2011, 12, 30, 9), hours.zone) == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_never_open():
    hours = Hours(ZoneInfo("UTC"), week())
    start = at("UTC", 2026, 1, 1)
    assert not is_open(hours, start) and next_opening(hours, start) is None
    assert add_business_time(hours, start, 1) is None and business_seconds(hours, start, at("UTC", 2027, 1, 1)) == 0


def test_always_open_is_clock_time():
    start = at("UTC", 2026, 1, 1, 3, 4, 5)
    assert add_business_time(Hours.always(), start, 100_000.5) == start + timedelta(seconds=100_000.5)


# ---- properties ----


@st.composite
def some_spans(draw):
    """Up to three spans that do not overlap within their day; the last may reach into the next."""
    marks = sorted(draw(st.lists(st.integers(0, 24 * 60 - 1), max_size=6, unique=True)))
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    if spans and draw(st.booleans()):
        start = spans[-1][0]
        spans[-1] = start, draw(st.integers(start + 1, start + 24 * 60))
    return tuple(spans)


@st.composite
def some_hours(draw):
    special = draw(st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 11, 30)), some_spans(), max_size=5))
    days = tuple(draw(some_spans()) for _day in range(7))
    return Hours(ZoneInfo(draw(st.sampled_from(ZONES))), days, special)


# Around the changes of clocks in all of ZONES.
moments = st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 20), timezones=st.just(UTC))
durations = st.integers(0, 40 * 3600)
well = settings(max_examples=60, deadline=None)


@well
@given(some_hours(), moments, durations)
def test_counting_undoes_adding(hours, start, seconds):
    end = add_business_time(hours, start, seconds)
    if end is not None:
        assert business_seconds(hours, start, end) == seconds
        assert seconds == 0 or business_seconds(hours, start, end - timedelta(microseconds=1)) < seconds


@well
@given(some_hours(), moments, moments)
def test_adding_what_was_counted_comes_no_later(hours, start, end):
    seconds = business_seconds(hours, start, end)
    reached = add_business_time(hours, start, seconds)
    assert reached is not None and (reached <= end or end <= start)
    assert business_seconds(hours, reached, end) == 0


@well
@given(some_hours(), moments, durations, durations)
def test_adding_is_additive(hours, start, first, second):
    half = add_business_time(hours, start, first)
    if half is not None:
        assert add_business_time(hours, half, second) == add_business_time(hours, start, first + second)


@well
@given(some_hours(), st.lists(moments, min_size=3, max_size=3))
def test_counting_is_additive_and_bounded(hours, moments_):
    a, b, c = sorted(moments_)
    whole = business_seconds(hours, a, c)
    assert whole == pytest.approx(business_seconds(hours, a, b) + business_seconds(hours, b, c), abs=1e-5)
    assert 0 <= whole <= (c - a).total_seconds()


@well
@given(some_hours(), moments, moments, durations)
def test_who_starts_later_is_due_no_earlier(hours, one, other, seconds):
    early, late = sorted([one, other])
    due_early, due_late = add_business_time(hours, early, seconds), add_business_time(hours, late, seconds)
    if due_early is not None and due_late is not None:
        assert due_early <= due_late


@well
@given(some_hours(), moments)
def test_it_opens_at_the_next_opening_and_not_before(hours, moment):
    opens = next_opening(hours, moment)
    if opens is None:
        assert business_seconds(hours, moment, moment + timedelta(days=400)) == 0
    else:
        assert is_open(hours, opens) and business_seconds(hours, moment, opens) == 0
        assert (opens == moment) == is_open(hours, moment)


@well
@given(some_hours(), moments)
def test_being_open_agrees_with_counting(hours, moment):
    assert is_open(hours, moment) == (business_seconds(hours, moment, moment + timedelta(microseconds=1)) > 0)


@well
@given(some_spans(), st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kathmandu"]), moments)
def test_without_jumps_it_is_what_the_clock_on_the_wall_says(spans, zone, moment):
    wall = moment.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    by_wall = any(start <= minute + shift < end for start, end in spans for shift in (0, 24 * 60))
    assert is_open(Hours(ZoneInfo(zone), week(*spans)), moment) == by_wall
