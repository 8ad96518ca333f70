"""Business time as pure functions of a calendar. No I/O: what a calendar's rows hold is read in reading.py.

A span belongs to the day on which it begins and may reach into the next. Wall-clock times become moments by one rule,
for beginnings and ends alike: the first moment at which the clock shows this time or a later one. So a span whose
beginning the clocks jump over begins at the jump; of an hour that comes twice the first counts; and two spans that
touch on the wall touch in time, on every day.

Moments are turned to UTC before anything else: Python compares and subtracts times of one zone by what the wall shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
# Whoever opens in more than three years is closed; also what keeps a search through closed days short.
HORIZON = timedelta(days=1100)
SECOND = timedelta(seconds=1)
NOTHING = timedelta()

# Minutes after local midnight; the end may lie in the next day, at most 24 hours after the start.
Span = tuple[int, int]
Interval = tuple[datetime, datetime]
Week = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, eq=False)
class Hours:
    """A calendar: seven days of spans from Monday on, and the dates that differ."""

    zone: ZoneInfo
    week: Week
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    # What each date came to so far: reports ask for the same dates again and again.
    _known: dict[date, tuple[Interval, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def always(cls) -> "Hours":
        """Open day and night: business time is clock time."""
        return cls(ZoneInfo("UTC"), (((0, DAY_MINUTES),),) * 7)

    def intervals_of(self, day: date) -> tuple[Interval, ...]:
        """The spans that begin on this date, as moments in UTC."""
        known = self._known.get(day)
        if known is None:
            spans = self.special.get(day, self.week[day.weekday()])
            known = self._known[day] = tuple((self._moment(day, start), self._moment(day, end)) for start, end in spans)
        return known

    def _moment(self, day: date, minutes: int) -> datetime:
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return first_moment_of(wall, self.zone)


def is_open(hours: Hours, at: datetime) -> bool:
    at = at.astimezone(UTC)
    for start, end in _intervals_from(hours, at, at + SECOND):
        return start <= at < end
    return False


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The first moment from `at` on at which it is open: `at` itself where it is; None: not within three years."""
    at = at.astimezone(UTC)
    for start, _end in _intervals_from(hours, at, at + HORIZON):
        return max(start, at)
    return None


def business_seconds(hours: Hours, start: datetime, end: datetime) -> float:
    """How many seconds between the two it is open; 0 where the end is not after the start."""
    start, end, found = start.astimezone(UTC), end.astimezone(UTC), NOTHING
    for opens, closes in _intervals_from(hours, start, end):
        found += max(NOTHING, min(closes, end) - max(opens, start))
    return found.total_seconds()


def add_business_time(hours: Hours, start: datetime, seconds: float) -> datetime | None:
    """The first moment by which so many seconds of business time have passed; None: not within three years.

    A day's last second ends with that day: what is due at the close is not due at the next opening.
    """
    start, left = start.astimezone(UTC), timedelta(seconds=seconds)
    if left <= NOTHING:
        return start
    for opens, closes in _intervals_from(hours, start, start + HORIZON):
        opens = max(opens, start)
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def first_moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) at which clocks in the zone show this time or a later one."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Jumped over: read with the offset of before it lies after the jump, with that of afterwards before it.
    return _jump_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _jump_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before) // SECOND // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _intervals_from(hours: Hours, start: datetime, end: datetime) -> Iterator[Interval]:
    """What is open after `start` and before `end`, in order, never overlapping: a special day may begin while the span
    of the day before still goes on."""
    # From the day before: its spans may reach into this one.
    first, last = start.astimezone(hours.zone).date() - timedelta(days=1), end.astimezone(hours.zone).date()
    reached = start
    for day in _days(hours, first, last):
        for opens, closes in sorted(hours.intervals_of(day)):
            opens = max(opens, reached)
            if opens < closes and opens < end:
                yield opens, closes
                reached = closes


def _days(hours: Hours, first: date, last: date) -> Iterator[date]:
    """The dates of these on which it may be open."""
    if any(hours.week):
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))
    else:
        yield from (day for day in sorted(hours.special) if first <= day <= last)
